using System.Net;
using System.Net.Sockets;

namespace Hawser.Testing;

/// <summary>A server of which a test drives every connection by hand, with the bytes it wants at the moment it wants.</summary>
public sealed class RawServer : IAsyncDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly PortLease _lease = PortLease.Take();

    /// <summary>Starts to listen.</summary>
    /// <param name="receiveBuffer">Size of the kernel's receive buffer of connections, to make a slow reader; null for the kernel's choice.</param>
    public RawServer(int? receiveBuffer = null)
    {
        if (receiveBuffer is { } size)
            _listener.ReceiveBufferSize = size;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, _lease.Port));
        _listener.Listen(128);
    }

    /// <summary>The port of 127.0.0.1 that the server listens on.</summary>
    public int Port => _lease.Port;

    /// <summary>Whether a connection waits to be taken.</summary>
    public bool IsAsked => _listener.Poll(0, SelectMode.SelectRead);

    /// <summary>Takes the next connection.</summary>
    public async Task<RawClient> AcceptAsync()
    {
        var socket = await _listener.AcceptAsync().WaitAsync(s_timeout);
        socket.NoDelay = true;
        return RawClient.Over(socket);
    }

    /// <summary>Takes the next connection and answers its opening handshake.</summary>
    /// <param name="headers">Further header lines of the answer, without line ends.</param>
    public async Task<RawClient> AcceptWebSocketAsync(params IEnumerable<string> headers)
    {
        var connection = await AcceptAsync();
        var head = await connection.ReadUntilAsync("\r\n\r\n", s_timeout);
        if (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
            throw new InvalidOperationException($"No request head: {Bytes.Escape(head)}");
        await connection.SendAsync(WebSocketBytes.SwitchingProtocols(headers));
        return connection;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _lease.Dispose();
        return ValueTask.CompletedTask;
    }
}
