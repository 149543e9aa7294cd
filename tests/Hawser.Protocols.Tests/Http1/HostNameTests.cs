using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>RFC 3986 §3.2.2 as nginx 1.31 checks it; the cases of its http_host.t are all here.</summary>
public sealed class HostNameTests
{
    private const string IpFuture =
        "[v0123456789aBcDeF.!$&'()*+,;=-._~AbCdEfGhIjKlMnOpQrStUvWxYz0123456789:]";

    [Theory]
    [InlineData("l", "l", 0)]
    [InlineData("L", "l", 0)]
    [InlineData("abcd-ef.g02.xyz:", "abcd-ef.g02.xyz", 0)]
    [InlineData("123.40.56.78:", "123.40.56.78", 0)]
    [InlineData("www.abcd-ef.g02.xyz", "www.abcd-ef.g02.xyz", 0)]
    [InlineData("abcd-ef.g02.xyz:8080", "abcd-ef.g02.xyz", 8080)]
    [InlineData("www.abcd-ef.g02.xyz.", "www.abcd-ef.g02.xyz", 0)]
    [InlineData("abcd-ef.g02.xyz.:88", "abcd-ef.g02.xyz", 88)]
    [InlineData("AbC-d93.0.34ZhGt-s.nk.Ru", "abc-d93.0.34zhgt-s.nk.ru", 0)]
    [InlineData("AbC-d93.0.34ZhGt-s.nk.Ru:88", "abc-d93.0.34zhgt-s.nk.ru", 88)]
    [InlineData("123.40.56.78", "123.40.56.78", 0)]
    [InlineData("123.49.0.78:987", "123.49.0.78", 987)]
    [InlineData("[abcd::ef98:0:7654:321]", "[abcd::ef98:0:7654:321]", 0)]
    [InlineData("[abcd::ef98:0:7654:321]:80", "[abcd::ef98:0:7654:321]", 80)]
    [InlineData("[::ffff:12.30.67.89]", "[::ffff:12.30.67.89]", 0)]
    [InlineData("[::123.45.67.89]:4321", "[::123.45.67.89]", 4321)]
    [InlineData("[::1]:", "[::1]", 0)]
    [InlineData(".com", ".com", 0)]
    [InlineData("h:0", "h", 0)]
    [InlineData("h:65535", "h", 65535)]
    [InlineData("h:0000080", "h", 80)]
    [InlineData("a_b~!$&'()*+,;=%41", "a_b~!$&'()*+,;=%41", 0)]
    [InlineData("[]", "[]", 0)]
    public void TryParse_ValidHost_GivesNameAndPort(string input, string name, int port)
    {
        Assert.True(HostName.TryParse(Wire.Bytes(input), out var host));

        Span<byte> lowered = new byte[host.Length];
        Assert.Equal(host.Length, host.Lower(Wire.Bytes(input), lowered));
        Assert.Equal(name, Wire.Text(lowered));
        Assert.Equal(port, host.Port);
        Assert.Equal(!input.StartsWith(name, StringComparison.Ordinal), host.HasUppercase);
    }

    [Fact]
    public void TryParse_EveryCharacterOfAnIpFuture_IsAccepted()
    {
        Assert.True(HostName.TryParse(Wire.Bytes(IpFuture), out var host));
        Assert.Equal(IpFuture.Length, host.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(":80")]
    [InlineData(".:80")]
    [InlineData("example.com.:1.2")]
    [InlineData("123.49.0.78:98777")]
    [InlineData("123.40.56.78:123456")]
    [InlineData("h:65536")]
    [InlineData("h:99999999999999999999")]
    [InlineData("123.40.56.78:9000:80")]
    [InlineData("example.com/\\:552")]
    [InlineData("\\e/xample.com")]
    [InlineData("..examp-LE.com")]
    [InlineData("com.exa-m.45..:")]
    [InlineData("a..b")]
    [InlineData("[abcd::e\\f98:0/:7654:321]")]
    [InlineData("[abcd\\::ef98:0:7654:321/]:12")]
    [InlineData("[abcd::ef98:0:7654:321].")]
    [InlineData("[abcd::ef98:0:7654:321].:98")]
    [InlineData("[abcd::ef98:0:7654:321]..:98")]
    [InlineData("[ab..cd::ef98:0:7654:321]")]
    [InlineData("extra[abcd::ef98:0:7654:321]:98")]
    [InlineData("[abcd::ef98:0:7654:321")]
    [InlineData("[::1]]")]
    [InlineData("[::1]80")]
    [InlineData("[%41]")]
    [InlineData("[[::1]]")]
    [InlineData("a]")]
    [InlineData("localhost\u0002")]
    [InlineData("a b")]
    [InlineData("a\u00e9")]
    [InlineData("user@h")]
    [InlineData("h?")]
    [InlineData("h#")]
    [InlineData("h\"")]
    [InlineData("h:8 ")]
    public void TryParse_InvalidHost_IsRefused(string input) => Assert.False(HostName.TryParse(Wire.Bytes(input), out _));
}
