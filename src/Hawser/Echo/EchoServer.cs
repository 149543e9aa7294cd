using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hawser.Echo;

/// <summary>
/// A WebSocket backend that sends every frame back: for the demo, for trying a configuration, and for tests.
/// It listens on any path, takes several clients, and uses no thread per client.
/// </summary>
public sealed class EchoServer : IAsyncDisposable
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(50);

    private readonly Socket _listener;
    private readonly EchoOptions _options;
    private readonly ConcurrentDictionary<EchoConnection, byte> _connections = new();
    private readonly Task _accepting;

    private EchoServer(Socket listener, EchoOptions options)
    {
        _listener = listener;
        _options = options;
        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    /// <summary>The address in use, with the real port where port 0 was asked for.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Binds, and serves in the background until <see cref="DisposeAsync"/>.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static EchoServer Start(EchoOptions options)
    {
        var listener = new Socket(options.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(options.EndPoint);
            listener.Listen();
            return new EchoServer(listener, options);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Stops accepting, says 1001 to the clients and closes their connections.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys.Select(async connection =>
        {
            await connection.GoAwayAsync("the echo backend stops");
            await connection.Completion;
        }));
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync();
            }
            catch (Exception e) when (e is ObjectDisposedException || e is SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
            catch (SocketException)
            {
                // One client vanished before the accept, or descriptors ran out: either way, no busy loop.
                await Task.Delay(AcceptPause);
                continue;
            }

            client.NoDelay = true;
            var connection = new EchoConnection(client, _options);
            _connections[connection] = 0;
            connection.Start(ended => _connections.TryRemove(ended, out _));
        }
    }
}
