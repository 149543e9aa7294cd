using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hawser.Testing.Churn;

/// <summary>A backend for <see cref="ChurnClients"/> that can die, with all its connections, and come back on the same port.</summary>
public sealed class ChurnBackend : IAsyncDisposable
{
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(1.5);
    private static readonly byte[] s_normal = [0x03, 0xE8]; // 1000
    private static int s_lives;

    private readonly PortLease _lease = PortLease.Take();
    private readonly ConcurrentDictionary<FrameSocket, byte> _connections = new();
    private readonly ChurnTally _tally;
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;
    private int _running;

    /// <param name="tally">Where it counts.</param>
    public ChurnBackend(ChurnTally tally)
    {
        _tally = tally;
        Revive();
    }

    /// <summary>The port of 127.0.0.1 that it listens on.</summary>
    public int Port => _lease.Port;

    /// <summary>The present life; connections say in their handshake which one they belong to (<c>X-Life</c>).</summary>
    public int Life { get; private set; }

    /// <summary>When it last died.</summary>
    public DateTimeOffset DiedAt { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Connections that are being served.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Ends at once: nobody is told, all connections are reset, and nothing listens.</summary>
    public async Task DieAsync()
    {
        Life = 0;
        DiedAt = DateTimeOffset.UtcNow;
        _listener?.Dispose();
        await _accepting;
        foreach (var connection in _connections.Keys)
            connection.Reset();
        DiedAt = DateTimeOffset.UtcNow;
    }

    /// <summary>Listens again.</summary>
    public void Revive()
    {
        Life = Interlocked.Increment(ref s_lives);
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _listener.Listen(4096);
        _accepting = AcceptAsync(_listener, Life);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DieAsync();
        await Wait.UntilAsync(() => Running == 0, TimeSpan.FromSeconds(10));
        _lease.Dispose();
    }

    private async Task AcceptAsync(Socket listener, int life)
    {
        while (true)
        {
            try
            {
                var socket = await listener.AcceptAsync();
                socket.NoDelay = true;
                _ = ServeAsync(new FrameSocket(socket, isClient: false), life);
            }
            catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
            {
                // This connection was reset before it was looked at.
            }
            catch (Exception end) when (end is ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(FrameSocket socket, int life)
    {
        Interlocked.Increment(ref _running);
        _connections[socket] = 0;
        try
        {
            if (await socket.ReadHeadAsync() is null)
                return;
            if (life != Life)
                return; // it came while this was dying
            await socket.SendTextAsync(WebSocketBytes.SwitchingProtocols($"X-Life: {life}"));
            await TalkAsync(socket);
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or TimeoutException)
        {
            // Clients, gateways and this backend come and go.
        }
        finally
        {
            _connections.TryRemove(socket, out _);
            socket.Dispose();
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task TalkAsync(FrameSocket socket)
    {
        // What it has sent has arrived when the next message comes: clients wait for their echoes.
        var (sure, echoed, sent) = ((0L, 0L, 0L), (0L, 0L, 0L), 0L);
        var part = new List<byte>();
        try
        {
            while (await socket.ReadAsync() is { } frame)
            {
                switch (frame.Opcode)
                {
                    case 0x8:
                        var isByTheBook = frame.Payload.Span.SequenceEqual(s_normal);
                        await socket.SendAsync(0x88, frame.Payload);
                        if (isByTheBook)
                            sure = (socket.Sent, socket.DataSent, sent); // the client waits for it
                        return;
                    case 0x9:
                        await socket.SendAsync(0x8A, frame.Payload);
                        continue;
                    case > 0x2:
                        continue;
                }

                part.AddRange(frame.Payload.Span);
                if (!frame.IsFinal)
                    continue;
                sure = echoed;
                var message = ChurnMessage.From(part.ToArray()) ?? throw new InvalidOperationException($"{part.Count} bytes are no message");
                part.Clear();
                if (message.Command == ChurnCommand.Reset)
                {
                    socket.Reset();
                    return;
                }

                if (message.Command == ChurnCommand.EchoLate)
                    await Task.Delay(s_late);
                await socket.SendAsync(0x82, message.ToBytes());
                echoed = (socket.Sent, socket.DataSent, ++sent);
                if (message.Command == ChurnCommand.EchoAndClose)
                {
                    await socket.SendAsync(0x88, s_normal);
                    sure = await IsAnsweredAsync(socket) ? (socket.Sent, socket.DataSent, sent) : sure;
                    return;
                }
            }
        }
        finally
        {
            _tally.Add(socket, sure, sent);
        }
    }

    private static async Task<bool> IsAnsweredAsync(FrameSocket socket)
    {
        while (await socket.ReadAsync() is { } frame)
        {
            if (frame.Opcode == 0x8)
                return true;
        }

        return false;
    }
}
