using Hawser.Testing;

namespace Hawser.EndToEnd.Tests.Fuzzing;

/// <summary>Good requests and responses that the fuzz tests start from.</summary>
internal static class Samples
{
    public static IReadOnlyList<string> Requests { get; } =
    [
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /return?a=b%20c HTTP/1.1\r\nHost: localhost\r\nUser-Agent: fuzz\r\nAccept: */*\r\nCookie: a=1; b=2\r\n\r\n",
        "GET /static/file.txt HTTP/1.1\r\nHost: localhost\r\nRange: bytes=1-3\r\nIf-None-Match: \"x\"\r\n\r\n",
        "HEAD /static/file.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\n\r\nhello world",
        "POST /p HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-T: 1\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
        "GET http://localhost/absolute HTTP/1.1\r\nHost: other\r\nX-Empty:\r\n\r\n",
        "GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /%7e/./a/..//b?c#d HTTP/1.1\nHost: localhost\n\n",
        WebSocketBytes.Handshake("/ws", "Sec-WebSocket-Protocol: a, b", "Sec-WebSocket-Extensions: permessage-deflate"),
        WebSocketBytes.Handshake("/ws") + WebSocketBytes.Encode(new(WebSocketOpcode.Text, "hello"), mask: 0x01020304),
    ];

    public static IReadOnlyList<string> Responses { get; } =
    [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;a=b\r\n!\r\n0\r\nX-T: 1\r\n\r\n",
        "HTTP/1.0 200 OK\r\nServer: x\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\nuntil the end",
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/x\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nX-Accel-Expires: 0\r\nCache-Control: no-cache\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nX-Accel-Redirect: /return\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nbytes",
        WebSocketBytes.SwitchingProtocols() + WebSocketBytes.Encode(new(WebSocketOpcode.Text, "hello")),
    ];
}
