using System.Text;
using Hawser.Echo;

namespace Hawser.Tests.Echo;

public sealed class EchoHandshakeTests
{
    private const string Complete =
        "GET /any/path HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    [Fact]
    public void Answer_SampleOfTheRfc_AcceptsWithItsKey()
    {
        var reply = EchoHandshake.Answer(Complete);

        Assert.True(reply.Upgraded);
        Assert.StartsWith("HTTP/1.1 101 ", Text(reply), StringComparison.Ordinal);
        Assert.Contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", Text(reply)); // RFC 6455 §1.3
    }

    [Fact]
    public void Answer_ProtocolsOffered_TakesTheFirst() =>
        Assert.Contains("\r\nSec-WebSocket-Protocol: chat\r\n", Text(EchoHandshake.Answer(Complete + "Sec-WebSocket-Protocol: chat, log\r\n")));

    // What reaches a backend through a proxy that was not told to upgrade.
    [Theory]
    [InlineData("HTTP/1.1\r", "HTTP/1.0\r", "proxy_http_version 1.1;")]
    [InlineData("Upgrade: websocket\r\n", "", "proxy_set_header Upgrade")]
    [InlineData("Connection: keep-alive, Upgrade", "Connection: close", "proxy_set_header Connection")]
    [InlineData("GET", "POST", "GET request")]
    [InlineData("Version: 13", "Version: 8", "Sec-WebSocket-Version: 13")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=", "Sec-WebSocket-Key")]
    public void Answer_SpoiltHandshake_IsRefusedWithTheReason(string part, string replacement, string reason)
    {
        var reply = EchoHandshake.Answer(Complete.Replace(part, replacement, StringComparison.Ordinal));

        Assert.False(reply.Upgraded);
        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", Text(reply), StringComparison.Ordinal);
        Assert.Contains(reason, Text(reply));
    }

    [Fact]
    public void Answer_PlainRequest_GetsAShortText()
    {
        var reply = EchoHandshake.Answer("GET / HTTP/1.0\nHost: x\n");

        Assert.False(reply.Upgraded);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", Text(reply), StringComparison.Ordinal);
    }

    private static string Text(EchoReply reply) => Encoding.Latin1.GetString(reply.Response);
}
