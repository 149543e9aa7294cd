using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Hawser.Testing;

/// <summary>
/// Many WebSocket clients that send numbered messages to an echo backend and check that each comes back, once and in order. Some messages are
/// cut into fragments with pauses between them.
/// </summary>
/// <remarks>
/// A message is 8 bytes: the client's number and the message's. Frames are written and read by hand, unmasked ones from the server with lengths
/// below 126, so that a client costs one task and no more.
/// </remarks>
public sealed class TunnelFleet : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _clients = [];
    private readonly int _port;
    private readonly TimeSpan _pause;
    private long _received;

    /// <param name="port">The gateway's port of 127.0.0.1.</param>
    /// <param name="pause">How long each client waits between two messages.</param>
    public TunnelFleet(int port, TimeSpan pause)
    {
        _port = port;
        _pause = pause;
    }

    /// <summary>Messages that have come back so far.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Clients that have ended, which none should before <see cref="StopAsync"/>.</summary>
    public int Ended => _clients.Count(client => client.IsCompleted);

    /// <summary>What went wrong with the first client that failed; null if none did.</summary>
    public Exception? FirstFailure => _clients.Select(client => client.Exception?.InnerException).FirstOrDefault(failure => failure is not null);

    /// <summary>Opens tunnels, some at a time, and lets them talk.</summary>
    public async Task OpenAsync(int count)
    {
        const int atOnce = 50;
        for (var opened = 0; opened < count; opened += atOnce)
        {
            var sockets = await Task.WhenAll(Enumerable.Range(0, Math.Min(atOnce, count - opened)).Select(_ => ConnectAsync()));
            _clients.AddRange(sockets.Select((socket, i) => TalkAsync(socket, opened + i)));
        }
    }

    /// <summary>Lets every client finish its last message, and close.</summary>
    /// <exception cref="InvalidOperationException">A message was lost, doubled or changed, or a tunnel was closed.</exception>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients.Select(client => client.ContinueWith(_ => { }, TaskScheduler.Default)));
        _stop.Dispose();
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _port).WaitAsync(s_patience);
        await socket.SendAsync(Bytes.FromText(WebSocketBytes.Handshake("/tunnel")));
        var reply = "";
        var buffer = new byte[1];
        while (!reply.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await socket.ReceiveAsync(buffer).WaitAsync(s_patience) == 0)
                throw new InvalidOperationException($"no tunnel: {reply}");
            reply += (char)buffer[0];
        }

        return reply.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal) ? socket : throw new InvalidOperationException($"no tunnel: {reply}");
    }

    private async Task TalkAsync(Socket socket, int client)
    {
        await Task.Yield();
        using var _ = socket;
        var received = new byte[256];
        for (var number = 0; !_stop.IsCancellationRequested; number++)
        {
            await SendAsync(socket, client, number);
            var echo = await ReadMessageAsync(socket, received, client);
            if (BinaryPrimitives.ReadInt32LittleEndian(echo) != client || BinaryPrimitives.ReadInt32LittleEndian(echo.AsSpan(4)) != number)
                throw new InvalidOperationException($"client {client} expected message {number} and got {Convert.ToHexString(echo)}");
            Interlocked.Increment(ref _received);
            await Task.Delay(_pause, CancellationToken.None);
        }
    }

    /// <summary>One message, in one frame or in three with a ping between them, one of which is cut in the middle.</summary>
    private async Task SendAsync(Socket socket, int client, int number)
    {
        var payload = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(payload, client);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), number);
        if ((client + number) % 3 != 0)
        {
            await socket.SendAsync(Frame(0x82, payload));
            return;
        }

        await socket.SendAsync(Frame(0x02, payload.AsSpan(0, 3)));
        await Task.Delay(_pause, CancellationToken.None);
        var second = Frame(0x00, payload.AsSpan(3, 2));
        await socket.SendAsync(second.AsMemory(0, 5));
        await Task.Delay(_pause, CancellationToken.None);
        await socket.SendAsync(second.AsMemory(5));
        await socket.SendAsync(Frame(0x80, payload.AsSpan(5)));
    }

    /// <summary>Reads frames until a message is whole, and answers pings, as RFC 6455 wants it.</summary>
    private static async Task<byte[]> ReadMessageAsync(Socket socket, byte[] buffer, int client)
    {
        var message = new List<byte>();
        while (true)
        {
            await FillAsync(socket, buffer.AsMemory(0, 2), client);
            var (opcode, isFinal, length) = (buffer[0] & 0x0F, (buffer[0] & 0x80) != 0, buffer[1]);
            await FillAsync(socket, buffer.AsMemory(0, length), client);
            switch (opcode)
            {
                case 0x8:
                    throw new InvalidOperationException($"client {client} was closed with {Convert.ToHexString(buffer.AsSpan(0, length))}");
                case 0x9:
                    await socket.SendAsync(Frame(0x8A, buffer.AsSpan(0, length)));
                    break;
                case 0x0 or 0x2:
                    message.AddRange(buffer.AsSpan(0, length));
                    if (isFinal)
                        return message.Count == 8 ? [.. message] : throw new InvalidOperationException($"client {client} got {message.Count} bytes instead of 8");
                    break;
                default:
                    throw new InvalidOperationException($"client {client} got a frame with opcode {opcode}");
            }
        }
    }

    private static async Task FillAsync(Socket socket, Memory<byte> buffer, int client)
    {
        while (buffer.Length > 0)
        {
            var count = await socket.ReceiveAsync(buffer).AsTask().WaitAsync(s_patience);
            if (count == 0)
                throw new InvalidOperationException($"the connection of client {client} has ended");
            buffer = buffer[count..];
        }
    }

    private static byte[] Frame(byte first, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[6 + payload.Length];
        frame[0] = first;
        frame[1] = (byte)(0x80 | payload.Length);
        frame[2] = 0x5A; // any masking key
        for (var i = 0; i < payload.Length; i++)
            frame[6 + i] = (byte)(payload[i] ^ (i % 4 == 0 ? 0x5A : 0));
        return frame;
    }
}
