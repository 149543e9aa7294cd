using System.Net;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Tests.Support;

/// <summary>A client connection without a socket.</summary>
internal sealed class FakeConnection(ListenerModel listener) : IClientConnection
{
    public long Serial { get; set; } = 7;

    public int Requests { get; set; } = 3;

    public long StartedAt { get; set; } = -2500;

    public ListenerModel Listener { get; } = listener;

    public SocketEndpoint RemoteEndpoint { get; set; } = SocketEndpoint.FromIP(IPAddress.Parse("192.0.2.1"), 51234);

    public SocketEndpoint LocalEndpoint { get; set; } = SocketEndpoint.FromIP(IPAddress.Loopback, 8080);

    public ByteSlice RemoteAddress => ByteSlice.FromLatin1(RemoteEndpoint.AddressText);

    public bool IsPipelined { get; set; }

    public int Descriptor { get; set; } = -1;

    public long BytesSent { get; set; } = 312;

    public long HeadBytesSent { get; set; } = 300;

    public bool IsEncrypted { get; set; }
}

/// <summary>A sink that takes everything and keeps nothing.</summary>
internal sealed class NullSink : IResponseSink
{
    public int Pending => 0;

    public bool IsBroken { get; set; }

    public void Start(HttpExchange exchange, ReadOnlySpan<byte> body, bool isLast)
    {
    }

    public void SendInterim(HttpExchange exchange, ResponseHead head)
    {
    }

    public void Write(ReadOnlySpan<byte> body, bool isLast)
    {
    }

    public int WriteFile(int file, ref long offset, int count) => -1;

    public ValueTask<bool> DrainAsync(int bytes) => new(true);

    public void Truncate()
    {
    }
}
