using Hawser.Protocols.Tests.Support;
using Hawser.Protocols.WebSocket;

namespace Hawser.Protocols.Tests.WebSocket;

/// <summary>RFC 6455 §4.2.1 and §4.2.2.</summary>
public sealed class OpeningHandshakeTests
{
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ=="; // the example of RFC 6455 §1.3
    private const string Accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    private const string Upgrade = "Upgrade: websocket\r\n";
    private const string Connection = "Connection: Upgrade\r\n";
    private const string KeyLine = $"Sec-WebSocket-Key: {Key}\r\n";
    private const string Version = "Sec-WebSocket-Version: 13\r\n";

    [Theory]
    [InlineData(Upgrade + Connection + KeyLine + Version)]
    [InlineData(Version + KeyLine + Connection + Upgrade)]
    [InlineData("upgrade: WebSocket\r\nconnection: keep-alive, UPGRADE\r\n" + KeyLine + Version)]
    [InlineData("Upgrade: h2c, websocket\r\n" + Connection + KeyLine + Version)]
    [InlineData("Upgrade: h2c\r\nUpgrade: websocket\r\nConnection: keep-alive\r\nConnection: Upgrade\r\n" + KeyLine + Version)]
    [InlineData(Upgrade + Connection + KeyLine + Version + "Sec-WebSocket-Protocol: a, b\r\nSec-WebSocket-Extensions: x\r\nOrigin: null\r\n")]
    public void Examine_CompleteHandshake_IsValid(string lines)
    {
        var (handshake, message) = Examine(lines);

        Assert.Equal(HandshakeVerdict.Valid, handshake.Verdict);
        Assert.Equal(101, handshake.Verdict.StatusCode());
        Assert.False(handshake.Verdict.IsRefused());
        Assert.Equal(Key, Wire.Text(handshake.Key.Of(message)));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(Connection, false)]
    [InlineData("Upgrade: h2c\r\n" + Connection, false)]
    [InlineData("Upgrade: websockets\r\n" + Connection + KeyLine + Version, true)]
    [InlineData("Upgrade:\r\n" + Connection, false)]
    [InlineData(KeyLine + Version, true)] // the mark of a proxy in front that dropped Upgrade
    [InlineData(KeyLine, false)]
    [InlineData("Upgrade: TLS/1.0\r\n", false)]
    public void Examine_WithoutUpgradeToWebSocket_IsAnOrdinaryRequest(string lines, bool looksStripped)
    {
        var (handshake, _) = Examine(lines);

        Assert.Equal(HandshakeVerdict.NotAHandshake, handshake.Verdict);
        Assert.Equal(0, handshake.Verdict.StatusCode());
        Assert.False(handshake.Verdict.IsRefused());
        Assert.Equal(looksStripped, handshake.LooksStripped);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1", Upgrade + Connection + KeyLine + Version, HandshakeVerdict.BadMethod, 400)]
    [InlineData("HEAD / HTTP/1.1", Upgrade + Connection + KeyLine + Version, HandshakeVerdict.BadMethod, 400)]
    [InlineData("GET / HTTP/1.0", Upgrade + Connection + KeyLine + Version, HandshakeVerdict.BadHttpVersion, 400)]
    [InlineData("GET / HTTP/1.1", Upgrade + KeyLine + Version, HandshakeVerdict.MissingConnectionUpgrade, 400)]
    [InlineData("GET / HTTP/1.1", Upgrade + "Connection: close\r\n" + KeyLine + Version, HandshakeVerdict.MissingConnectionUpgrade, 400)]
    [InlineData("GET / HTTP/1.1", Upgrade + "Connection: upgrades\r\n" + KeyLine + Version, HandshakeVerdict.MissingConnectionUpgrade, 400)]
    [InlineData("GET / HTTP/1.1", Upgrade + Connection + KeyLine, HandshakeVerdict.MissingVersion, 400)]
    [InlineData("GET / HTTP/1.1", Upgrade + Connection + KeyLine + Version + Version, HandshakeVerdict.DuplicateVersion, 400)]
    [InlineData("GET / HTTP/1.1", Upgrade + Connection + KeyLine + "Sec-WebSocket-Version: 8\r\n", HandshakeVerdict.UnsupportedVersion, 426)]
    [InlineData("GET / HTTP/1.1", Upgrade + Connection + KeyLine + "Sec-WebSocket-Version: 13, 8\r\n", HandshakeVerdict.UnsupportedVersion, 426)]
    [InlineData("GET / HTTP/1.1", Upgrade + Connection + KeyLine + "Sec-WebSocket-Version:\r\n", HandshakeVerdict.UnsupportedVersion, 426)]
    [InlineData("GET / HTTP/1.1", Upgrade + Connection + Version, HandshakeVerdict.MissingKey, 400)]
    [InlineData("GET / HTTP/1.1", Upgrade + Connection + Version + KeyLine + KeyLine, HandshakeVerdict.DuplicateKey, 400)]
    [InlineData("GET / HTTP/1.1", Upgrade + Connection + Version + "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n", HandshakeVerdict.BadKey, 400)]
    [InlineData("GET / HTTP/1.1", Upgrade + Connection + Version + "Sec-WebSocket-Key:\r\n", HandshakeVerdict.BadKey, 400)]
    public void Examine_FaultyHandshake_SaysWhatIsWrong(string line, string lines, HandshakeVerdict expected, int status)
    {
        var (handshake, _) = Examine(lines, line);

        Assert.Equal(expected, handshake.Verdict);
        Assert.True(handshake.Verdict.IsRefused());
        Assert.Equal(status, handshake.Verdict.StatusCode());
    }

    [Fact]
    public void Explanation_EveryRefusal_IsOneLine()
    {
        foreach (var verdict in Enum.GetValues<HandshakeVerdict>())
        {
            var text = Wire.Text(verdict.Explanation());
            if (verdict.IsRefused())
                Assert.Matches("^[A-Z][^\\n]+\\.\\n$", text);
            else
                Assert.Empty(text);
        }
    }

    [Theory]
    [InlineData(Key, true)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA==", true)]
    [InlineData("+/+/+/+/+/+/+/+/+/+/+/==", true)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA===", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAA=", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA-==", false)]
    [InlineData("AAAAAAAAAAA AAAAAAAAAA==", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA== ", false)]
    [InlineData("", false)]
    public void IsValidKey_Base64OfSixteenBytes_Only(string key, bool expected)
        => Assert.Equal(expected, OpeningHandshake.IsValidKey(Wire.Bytes(key)));

    [Fact]
    public void WriteAccept_TheExampleOfTheRfc_IsItsAnswer()
    {
        Span<byte> accept = new byte[OpeningHandshake.AcceptLength];

        Assert.Equal(OpeningHandshake.AcceptLength, OpeningHandshake.WriteAccept(Wire.Bytes(Key), accept));
        Assert.Equal(Accept, Wire.Text(accept));
        Assert.Throws<ArgumentException>(() => OpeningHandshake.WriteAccept("short"u8, new byte[28]));
    }

    [Fact]
    public void WriteAccept_ManyKeys_IsWhatTheFrameworkComputes()
    {
        var random = new Random(7);
        var bytes = new byte[16];
        var accept = new byte[OpeningHandshake.AcceptLength];
        for (var i = 0; i < 500; i++)
        {
            random.NextBytes(bytes);
            var key = Convert.ToBase64String(bytes);
            OpeningHandshake.WriteAccept(Wire.Bytes(key), accept);
#pragma warning disable CA5350 // the RFC's choice
            var expected = Convert.ToBase64String(System.Security.Cryptography.SHA1.HashData(Wire.Bytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
            Assert.Equal(expected, Wire.Text(accept));
        }
    }

    [Fact]
    public void AcceptMatches_OnlyTheRightAnswer()
    {
        Assert.True(OpeningHandshake.AcceptMatches(Wire.Bytes(Key), Wire.Bytes(Accept)));
        Assert.False(OpeningHandshake.AcceptMatches(Wire.Bytes(Key), Wire.Bytes(Accept.ToLowerInvariant())));
        Assert.False(OpeningHandshake.AcceptMatches(Wire.Bytes(Key), default));
        Assert.False(OpeningHandshake.AcceptMatches(default, Wire.Bytes(Accept)));
    }

    private static (OpeningHandshake Handshake, byte[] Message) Examine(string lines, string line = "GET /chat HTTP/1.1")
    {
        var message = Wire.Bytes($"{line}\r\nHost: h\r\n{lines}\r\n");
        var parser = RequestReading.Feed(message, [message.Length]);
        return (OpeningHandshake.Examine(parser, message), message);
    }
}
