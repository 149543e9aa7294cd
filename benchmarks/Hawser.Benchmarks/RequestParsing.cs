using System.Text;
using BenchmarkDotNet.Attributes;
using Hawser.Protocols.Http1;

namespace Hawser.Benchmarks;

/// <summary>The head of a request, from bytes to fields.</summary>
[MemoryDiagnoser]
[Config(typeof(InThisProcess))]
public class RequestParsing
{
    private static readonly byte[] s_small = Encoding.ASCII.GetBytes("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n");

    private static readonly byte[] s_browser = Encoding.ASCII.GetBytes(
        "GET /websocket/chat?room=42 HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"
        + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36\r\n"
        + "Upgrade: websocket\r\nOrigin: https://example.com\r\nSec-WebSocket-Version: 13\r\nAccept-Encoding: gzip, deflate, br\r\n"
        + "Accept-Language: en-GB,en;q=0.9\r\nCookie: session=0123456789abcdef; theme=dark\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n");

    private readonly RequestHeadParser _parser = new();

    /// <summary>Two lines.</summary>
    [Benchmark]
    public HeadStatus Small() => Parse(s_small);

    /// <summary>A browser's WebSocket handshake.</summary>
    [Benchmark]
    public HeadStatus Handshake() => Parse(s_browser);

    private HeadStatus Parse(byte[] head)
    {
        _parser.Reset();
        return _parser.Parse(head);
    }
}
