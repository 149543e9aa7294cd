using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Hawser.Testing;

/// <summary>
/// A WebSocket server built on .NET's own implementation: sends every message back, answers pings, closes by the book with the
/// client's code. A plain request gets 200 with its head as the body, so a test can see what arrived.
/// </summary>
public sealed class WebSocketEchoBackend : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly PortLease _lease = PortLease.Take();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private readonly ConcurrentQueue<string> _heads = new();
    private readonly Task _accepting;
    private int _open;

    /// <summary>Starts the server.</summary>
    public WebSocketEchoBackend()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, _lease.Port));
        _listener.Listen(1024);
        _accepting = AcceptAsync();
    }

    /// <summary>The port of 127.0.0.1 that the server listens on.</summary>
    public int Port => _lease.Port;

    /// <summary>The request heads so far, in the order of their arrival.</summary>
    public IReadOnlyList<string> Heads => [.. _heads];

    /// <summary>Number of connections that are open now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_running.Keys);
        _stop.Dispose();
        _lease.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                socket.NoDelay = true;
                var serving = ServeAsync(socket);
                _running[serving] = 0;
                _ = serving.ContinueWith(done => _running.TryRemove(done, out _), TaskScheduler.Default);
            }
            catch (SocketException) when (!_stop.IsCancellationRequested)
            {
                // This connection was reset before it was looked at; the next one may be fine.
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        Interlocked.Increment(ref _open);
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            while (await ReadHeadAsync(stream) is { } head)
            {
                _heads.Enqueue(head);
                if (Header(head, "Sec-WebSocket-Key") is not { } key || Header(head, "Upgrade") is null)
                {
                    await stream.WriteAsync(Bytes.FromText($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {head.Length}\r\n\r\n{head}"), _stop.Token);
                    continue;
                }

                await UpgradeAsync(stream, head, key);
                return;
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or WebSocketException)
        {
            // Clients and gateways come and go.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task UpgradeAsync(NetworkStream stream, string head, string key)
    {
        // The first protocol offered is chosen, as a test's way to see that the header arrived.
        var protocol = Header(head, "Sec-WebSocket-Protocol")?.Split(',')[0].Trim();
        var answer = $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Accept: {WebSocketBytes.Accept(key)}\r\n"
            + (protocol is null ? "" : $"Sec-WebSocket-Protocol: {protocol}\r\n") + "\r\n";
        await stream.WriteAsync(Bytes.FromText(answer), _stop.Token);

        using var webSocket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, SubProtocol = protocol });
        var buffer = new byte[65536];
        while (true)
        {
            var received = await webSocket.ReceiveAsync(buffer.AsMemory(), _stop.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await webSocket.CloseOutputAsync(
                    webSocket.CloseStatus ?? WebSocketCloseStatus.Empty, webSocket.CloseStatusDescription, _stop.Token);
                return;
            }

            await webSocket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, _stop.Token);
        }
    }

    private async Task<string?> ReadHeadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (true)
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
                return null;
            head.Add(one[0]);
            if (head.Count >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n')
                return Bytes.ToText([.. head]);
        }
    }

    private static string? Header(string head, string name) => head.Split("\r\n")
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .FirstOrDefault();
}
