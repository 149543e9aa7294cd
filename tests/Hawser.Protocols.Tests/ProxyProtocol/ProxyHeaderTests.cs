using System.Text;
using Hawser.Protocols.ProxyProtocol;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.ProxyProtocol;

/// <summary>The PROXY protocol, versions 1 and 2, as nginx 1.31 reads it (ngx_proxy_protocol.c).</summary>
public sealed class ProxyHeaderTests
{
    private const string Signature = "\r\n\r\n\0\r\nQUIT\n";
    private const string IPv4 = "\u00c0\0\u0002\u0001" + "\u00c0\0\u0002\u0002" + "\0\u007b" + "\u0016\u002e";

    private static readonly string s_ipv6 =
        "\u0020\u0001\u000d\u00b8" + new string('\0', 11) + "\u0001" + "\u0020\u0001\u000d\u00b8" + new string('\0', 11) + "\u0002" + "\0\u007b\u0016\u002e";

    private static readonly byte[][] s_headers =
    [
        Wire.Bytes("PROXY TCP4 192.0.2.1 192.0.2.2 123 5678\r\n"),
        Wire.Bytes("PROXY TCP6 2001:db8::1 2001:db8::2 123 5678\r\n"),
        Wire.Bytes("PROXY UNKNOWN\r\n"),
        Version2('\u0021', '\u0011', IPv4),
        Version2('\u0021', '\u0021', s_ipv6 + "\u0001\0\u0002h2" + "\u0020\0\u000b\u0001\0\0\0\0" + "\u0022\0\u0003abc"),
        Version2('\u0020', '\0', ""),
    ];

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 123 5678\r\n", "192.0.2.1|123|192.0.2.2|5678")]
    [InlineData("PROXY TCP6 2001:Db8::1 2001:Db8::2 0 65535\r\n", "2001:Db8::1|0|2001:Db8::2|65535")]
    [InlineData("PROXY UNKNOWN\r\n", "nobody")]
    [InlineData("PROXY UNKNOWN what ever\n\r\n", "nobody")]
    [InlineData("PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n", "1.1.1.1|1|2.2.2.2|2")]
    public void Parse_Version1_NamesTheClient(string header, string expected) => AssertComplete(Wire.Bytes(header), expected);

    [Fact]
    public void Parse_Version2_NamesTheClient()
    {
        AssertComplete(Version2('\u0021', '\u0011', IPv4), "192.0.2.1|123|192.0.2.2|5678");
        AssertComplete(Version2('\u0021', '\u0021', s_ipv6), "2001:db8::1|123|2001:db8::2|5678");
        AssertComplete(Version2('\u0021', '\u0011', IPv4 + "\u0001\0\u0002h2"), "192.0.2.1|123|192.0.2.2|5678");
    }

    [Theory]
    [InlineData('\u0020', '\0')] // LOCAL: the proxy speaks for itself, a health check
    [InlineData('\u0020', '\u0011')]
    [InlineData('\u0021', '\0')] // no family
    [InlineData('\u0021', '\u0031')] // Unix sockets
    [InlineData('\u0021', '\u0012')] // datagrams
    [InlineData('\u002f', '\u0011')] // a command of the future
    public void Parse_Version2_NamingNoTcpClient_IsSkippedByItsLength(char command, char family) =>
        AssertComplete(Version2(command, family, IPv4), "nobody");

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("proxy TCP4 1.1.1.1 2.2.2.2 1 2\r\n")]
    [InlineData("PROXY  TCP4 1.1.1.1 2.2.2.2 1 2\r\n")]
    [InlineData("PROXY TCP5 1.1.1.1 2.2.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 1.1.1.x 2.2.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n")]
    [InlineData("PROXY TCP4 1.1.1.1 2.2.2.2 1 2 \r\n")]
    [InlineData("PROXY TCP4 1.1.1.1 2.2.2.2 1 65536\r\n")]
    [InlineData("PROXY TCP4 1.1.1.1 2.2.2.2 -1 2\r\n")]
    [InlineData("PROXY TCP4 1.1.1.1 2.2.2.2  2\r\n")]
    [InlineData("PROXY \r\n")]
    public void Parse_Broken_IsSo(string header) =>
        Assert.Equal(ProxyHeaderStatus.Broken, ProxyHeaderParser.Parse(Wire.Bytes(header), out _, out _));

    [Fact]
    public void Parse_Version2_GoneWrong_SaysHow()
    {
        Assert.Equal(ProxyHeaderStatus.UnknownVersion, Status(Version2('\u0011', '\u0011', IPv4)));
        Assert.Equal(ProxyHeaderStatus.Truncated, Status(Version2('\u0021', '\u0011', IPv4[..11])));
        Assert.Equal(ProxyHeaderStatus.Truncated, Status(Version2('\u0021', '\u0021', IPv4)));
        Assert.Equal(ProxyHeaderStatus.TooLarge, Status(Wire.Bytes(Signature + "\u0021\u0011\u000f\u00f1")));
        Assert.Equal(ProxyHeaderStatus.NeedMore, Status(Wire.Bytes(Signature + "\u0021\u0011\u000f\u00f0")));
    }

    [Fact]
    public void Parse_EndlessLine_EndsAtTheLimit()
    {
        byte[] line = Wire.Bytes("PROXY UNKNOWN " + new string('x', ProxyHeaderParser.MaximumLength));
        Assert.Equal(ProxyHeaderStatus.NeedMore, Status(line.AsSpan(0, ProxyHeaderParser.MaximumLength - 1)));
        Assert.Equal(ProxyHeaderStatus.Broken, Status(line.AsSpan(0, ProxyHeaderParser.MaximumLength)));
    }

    [Fact]
    public void Parse_EveryPrefix_NeedsMoreUntilItIsWhole()
    {
        foreach (byte[] header in s_headers)
        {
            for (int length = 0; length < header.Length; length++) Assert.Equal(ProxyHeaderStatus.NeedMore, Status(header.AsSpan(0, length)));
            Assert.Equal(ProxyHeaderStatus.Complete, Status(header));

            // What follows belongs to somebody else.
            byte[] followed = [.. header, .. "GET / HTTP/1.1\r\n\r\n"u8];
            Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeaderParser.Parse(followed, out int consumed, out _));
            Assert.Equal(header.Length, consumed);
        }
    }

    [Fact]
    public void Parse_Damaged_NeverThrowsAndPrefixesAgree()
    {
        var random = new Random(7);
        int complete = 0, refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] damaged = Mutation.Of(s_headers[round % s_headers.Length], random);
            ProxyHeaderStatus status = ProxyHeaderParser.Parse(damaged, out int consumed, out ProxyHeader? header);
            Assert.InRange(consumed, 0, damaged.Length);
            if (status == ProxyHeaderStatus.Complete) complete++;
            else if (status != ProxyHeaderStatus.NeedMore) refused++;
            if (header is not null) ReadEveryTlv(header);

            // A verdict on a part is a verdict on the whole.
            ProxyHeaderStatus early = Status(damaged.AsSpan(0, random.Next(damaged.Length + 1)));
            if (early != ProxyHeaderStatus.NeedMore) Assert.Equal(early == ProxyHeaderStatus.Complete, status == ProxyHeaderStatus.Complete);
        }
        Assert.True(complete > 1000 && refused > 1000, $"{complete} complete, {refused} refused");
    }

    [Theory]
    [InlineData("alpn", "h2")]
    [InlineData("0x01", "h2")]
    [InlineData("0xea", "")]
    [InlineData("authority", null)]
    [InlineData("ssl_cn", "abc")]
    [InlineData("ssl_0x22", "abc")]
    [InlineData("ssl_verify", "258")]
    [InlineData("ssl_cipher", null)]
    public void Find_Tlv_ByItsName(string name, string? expected)
    {
        byte[] bytes = Version2('\u0021', '\u0011', IPv4 + "\u0001\0\u0002h2" + "\u00ea\0\0" + "\u0020\0\u000b\u0001\0\0\u0001\u0002" + "\u0022\0\u0003abc");
        ProxyHeaderParser.Parse(bytes, out _, out ProxyHeader? header);

        TlvLookup found = ProxyTlvName.Parse(name)!.Find(header!, out ReadOnlySpan<byte> value);

        Assert.Equal(expected is null ? TlvLookup.Missing : TlvLookup.Found, found);
        Assert.Equal(expected ?? "", Encoding.ASCII.GetString(value));
    }

    [Theory]
    [InlineData("\u0001\0\u0005h2")]
    [InlineData("\u0001\0")]
    [InlineData("\u0002\0\u0001a\u0001")]
    public void Find_TlvBeyondTheEnd_IsBroken(string tlvs)
    {
        ProxyHeaderParser.Parse(Version2('\u0021', '\u0011', IPv4 + tlvs), out _, out ProxyHeader? header);
        Assert.Equal(TlvLookup.Broken, ProxyTlvName.Parse("alpn")!.Find(header!, out _));
    }

    [Fact]
    public void Find_SslTlvTooShort_IsBroken()
    {
        ProxyHeaderParser.Parse(Version2('\u0021', '\u0011', IPv4 + "\u0020\0\u0004\u0001\0\0\0"), out _, out ProxyHeader? header);
        Assert.Equal(TlvLookup.Broken, ProxyTlvName.Parse("ssl_verify")!.Find(header!, out _));
        Assert.Equal(TlvLookup.Found, ProxyTlvName.Parse("ssl")!.Find(header!, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("alp")]
    [InlineData("ssl_")]
    [InlineData("ssl_alpn")]
    [InlineData("0x")]
    [InlineData("0xzz")]
    public void Parse_NameOfNothing_IsNull(string name) => Assert.Null(ProxyTlvName.Parse(name));

    private static void ReadEveryTlv(ProxyHeader header)
    {
        foreach (string name in (ReadOnlySpan<string>)["alpn", "ssl", "ssl_cn", "ssl_verify", "0xff"]) ProxyTlvName.Parse(name)!.Find(header, out _);
    }

    private static ProxyHeaderStatus Status(ReadOnlySpan<byte> input) => ProxyHeaderParser.Parse(input, out _, out _);

    private static void AssertComplete(byte[] bytes, string expected)
    {
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeaderParser.Parse(bytes, out int consumed, out ProxyHeader? header));
        Assert.Equal(bytes.Length, consumed);
        string named = header is null
            ? "nobody"
            : $"{Encoding.ASCII.GetString(header.SourceAddress)}|{header.SourcePort}|{Encoding.ASCII.GetString(header.DestinationAddress)}|{header.DestinationPort}";
        Assert.Equal(expected, named);
    }

    private static byte[] Version2(char command, char family, string payload) =>
        Wire.Bytes($"{Signature}{command}{family}{(char)(payload.Length >> 8)}{(char)(payload.Length & 0xFF)}{payload}");
}
