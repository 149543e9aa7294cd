using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Hawser.Testing.Churn;

/// <summary>How the life of a tunnel ends.</summary>
public enum ChurnEnding
{
    /// <summary>The client closes, by the book.</summary>
    ClientCloses,

    /// <summary>The backend does.</summary>
    BackendCloses,

    /// <summary>The client resets its connection, between two messages or within a frame.</summary>
    ClientResets,

    /// <summary>The backend resets its connection.</summary>
    BackendResets,

    /// <summary>The client answers no pings any more.</summary>
    ClientFallsSilent,

    /// <summary>The backend has died: not the client's choice.</summary>
    BackendDied,
}

/// <summary>
/// A number of WebSocket clients that are always there: each talks for a while, checks that every message comes back once and in order, ends in one of
/// the ways there are, and is followed by another one.
/// </summary>
/// <param name="port">The gateway's port of 127.0.0.1.</param>
/// <param name="backends">All the backends behind it.</param>
/// <param name="pause">The mean pause between two messages.</param>
/// <param name="messages">The mean number of messages in a tunnel's life.</param>
public sealed class ChurnClients(int port, IReadOnlyList<ChurnBackend> backends, TimeSpan pause, int messages)
{
    // A handshake may fail for so long after a backend has died.
    private static readonly TimeSpan s_aftermath = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(200);

    private static readonly byte[] s_normal = [0x03, 0xE8]; // 1000

    private readonly List<Task> _clients = [];
    private readonly long[] _ended = new long[Enum.GetValues<ChurnEnding>().Length];
    private volatile bool _isStopping;
    private long _opened;
    private long _refused;
    private int _open;
    private Exception? _failure;

    /// <summary>The gateway's port for TLS, which every fifth client uses; 0 for none.</summary>
    public int TlsPort { get; init; }

    /// <summary>What they have counted.</summary>
    public ChurnTally Tally { get; } = new();

    /// <summary>Tunnels that were opened.</summary>
    public long Opened => Interlocked.Read(ref _opened);

    /// <summary>Tunnels that are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Handshakes that were refused in the aftermath of a backend's death.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>What went wrong first; null if nothing did.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Tunnels that have ended in a way.</summary>
    public long Ended(ChurnEnding ending) => Interlocked.Read(ref _ended[(int)ending]);

    /// <summary>Starts clients, some at a time.</summary>
    public async Task StartAsync(int count)
    {
        const int atOnce = 50;
        for (var i = 0; i < count; i++)
        {
            _clients.Add(RunAsync(i));
            while (i % atOnce == atOnce - 1 && Open < i + 1 - atOnce && Failure is null)
                await Task.Delay(5);
        }
    }

    /// <summary>Lets every client finish what it is doing and close.</summary>
    public async Task StopAsync()
    {
        _isStopping = true;
        await Task.WhenAll(_clients);
    }

    private async Task RunAsync(int client)
    {
        await Task.Yield();
        try
        {
            for (var life = 0; !_isStopping && Failure is null; life++)
                await LiveAsync(client, new Random(client * 1000 + life));
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, new InvalidOperationException($"client {client}: {failure.Message}", failure), null);
        }
    }

    private async Task LiveAsync(int client, Random random)
    {
        if (await OpenAsync(client % 5 == 4 ? TlsPort : 0) is not { } opened)
        {
            await Task.Delay(s_retry);
            return;
        }

        Interlocked.Increment(ref _opened);
        Interlocked.Increment(ref _open);
        using var socket = opened.Socket;
        var tunnel = new Life(this, socket, client, opened.Life, random);
        try
        {
            var ending = await tunnel.TalkAsync();
            Interlocked.Increment(ref _ended[(int)ending]);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            Tally.Add(socket, tunnel.Sure, tunnel.Number);
        }
    }

    /// <returns>Null when the gateway could not help it: a backend has just died.</returns>
    private async Task<(FrameSocket Socket, int Life)?> OpenAsync(int tlsPort)
    {
        var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var socket = new FrameSocket(connection, isClient: true);
        try
        {
            await connection.ConnectAsync(IPAddress.Loopback, tlsPort > 0 ? tlsPort : port).WaitAsync(FrameSocket.Patience);
            if (tlsPort > 0)
                await socket.SecureAsync();
            await socket.SendTextAsync(WebSocketBytes.Handshake("/tunnel"));
            var head = await socket.ReadHeadAsync() ?? "nothing";
            if (head.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal))
                return (socket, LifeIn(head));
            socket.Dispose();
            if (DateTimeOffset.UtcNow - backends.Max(b => b.DiedAt) > s_aftermath)
                throw new InvalidOperationException($"handshake refused: {head}");
            Interlocked.Increment(ref _refused);
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static int LifeIn(string head)
    {
        const string Name = "X-Life: ";
        var at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase) + Name.Length;
        return int.Parse(head.AsSpan(at, head.IndexOf('\r', at) - at), CultureInfo.InvariantCulture);
    }

    private bool IsAlive(int life) => backends.Any(b => b.Life == life);

    /// <summary>One tunnel.</summary>
    private sealed class Life(ChurnClients owner, FrameSocket socket, int client, int backendLife, Random random)
    {
        private readonly List<byte> _part = new(ChurnMessage.Length);
        private (long Sent, long Data) _afterMessage;

        public int Number { get; private set; }

        /// <summary>What it had sent when it last knew that everything had arrived.</summary>
        public (long Sent, long Data, long Messages) Sure { get; private set; }

        public async Task<ChurnEnding> TalkAsync()
        {
            var last = 1 + random.Next(owner.MeanMessages * 2);
            while (Number < last && !owner._isStopping)
            {
                var command = random.Next(50) == 0 ? ChurnCommand.EchoLate : ChurnCommand.Echo;
                if (!await SendAndCheckAsync(command))
                    return Died("before an echo");
                await Task.Delay(owner.Pause * (0.5 + random.NextDouble()));
            }

            return await EndAsync(owner._isStopping ? ChurnEnding.ClientCloses : Draw());
        }

        private ChurnEnding Draw() => random.Next(100) switch
        {
            < 60 => ChurnEnding.ClientCloses,
            < 72 => ChurnEnding.BackendCloses,
            < 85 => ChurnEnding.ClientResets,
            < 95 => ChurnEnding.BackendResets,
            _ => ChurnEnding.ClientFallsSilent,
        };

        private async Task<ChurnEnding> EndAsync(ChurnEnding ending)
        {
            switch (ending)
            {
                case ChurnEnding.ClientCloses:
                    await socket.SendAsync(0x88, s_normal);
                    return await ReadToEndAsync(answersPings: false) == 1000 ? Certain(ending) : Died("while closing");
                case ChurnEnding.BackendCloses:
                    if (!await SendAndCheckAsync(ChurnCommand.EchoAndClose) || await ReadCloseAsync() is not { } code)
                        return Died("before the backend's close frame");
                    if (code != 1000)
                        return Died($"closed with {code} in place of the backend's 1000");
                    await socket.SendAsync(0x88, s_normal);
                    await ReadToEndAsync(answersPings: false);
                    return Certain(ending);
                case ChurnEnding.ClientResets:
                    if (random.Next(2) == 0)
                    {
                        await socket.SendAsync(0x82, Next(ChurnCommand.Echo).ToBytes(), cut: 1 + random.Next(14));
                        Number++; // a message counts from the head of its last frame on
                    }

                    socket.Reset();
                    await Task.Delay(s_retry); // had the backend died just now, the gateway may have seen that first
                    return owner.IsAlive(backendLife) ? ending : ChurnEnding.BackendDied;
                case ChurnEnding.BackendResets:
                    await SendAsync(ChurnCommand.Reset);
                    return await ReadToEndAsync(answersPings: true) == 1014 ? ending : Died("after the backend's reset without being told");
                default:
                    await ReadToEndAsync(answersPings: false);
                    return owner.IsAlive(backendLife) ? ending : ChurnEnding.BackendDied;
            }
        }

        /// <summary>Everything has arrived: it was answered.</summary>
        private ChurnEnding Certain(ChurnEnding ending)
        {
            Sure = (socket.Sent, socket.DataSent, Number);
            return ending;
        }

        private ChurnEnding Died(string when) => owner.IsAlive(backendLife)
            ? throw new InvalidOperationException($"the tunnel ended {when}, after {Number} messages")
            : ChurnEnding.BackendDied;

        private ChurnMessage Next(ChurnCommand command) => new(client, Number, command);

        private async Task<bool> SendAndCheckAsync(ChurnCommand command)
        {
            var message = Next(command);
            await SendAsync(command);
            if (await ReadMessageAsync() is not { } echo)
                return false;
            if (echo != message)
                throw new InvalidOperationException($"{message} was expected and {echo} came");
            Sure = (_afterMessage.Sent, _afterMessage.Data, Number);
            return true;
        }

        /// <summary>One frame, or three with pauses between them.</summary>
        private async Task SendAsync(ChurnCommand command)
        {
            var bytes = Next(command).ToBytes();
            if (random.Next(3) != 0)
            {
                await socket.SendAsync(0x82, bytes);
            }
            else
            {
                await socket.SendAsync(0x02, bytes.AsMemory(0, 3));
                await Task.Delay(owner.Pause / 10);
                await socket.SendAsync(0x00, bytes.AsMemory(3, 4));
                await socket.SendAsync(0x80, bytes.AsMemory(7));
            }

            Number++;
            _afterMessage = (socket.Sent, socket.DataSent);
        }

        /// <returns>Null when the tunnel has ended, which only a dead backend may be the reason for.</returns>
        private async Task<ChurnMessage?> ReadMessageAsync()
        {
            _part.Clear();
            while (await socket.ReadAsync() is { } frame)
            {
                switch (frame.Opcode)
                {
                    case 0x8:
                        return owner.IsAlive(backendLife) ? throw new InvalidOperationException($"closed with {CodeOf(frame)} in place of message {Number - 1}") : null;
                    case 0x9:
                        await socket.SendAsync(0x8A, frame.Payload);
                        continue;
                    case > 0x2:
                        throw new InvalidOperationException($"a frame with opcode {frame.Opcode}");
                }

                _part.AddRange(frame.Payload.Span);
                if (frame.IsFinal)
                    return ChurnMessage.From(_part.ToArray()) ?? throw new InvalidOperationException($"{_part.Count} bytes are no message");
            }

            return null;
        }

        private async Task<int?> ReadCloseAsync()
        {
            while (await socket.ReadAsync() is { } frame)
            {
                if (frame.Opcode == 0x8)
                    return CodeOf(frame);
                if (frame.Opcode == 0x9)
                    await socket.SendAsync(0x8A, frame.Payload);
            }

            return null;
        }

        /// <summary>Reads until the connection ends.</summary>
        /// <returns>The code of the close frame that came; 0 for none.</returns>
        private async Task<int> ReadToEndAsync(bool answersPings)
        {
            var code = 0;
            while (await socket.ReadAsync() is { } frame)
            {
                if (frame.Opcode == 0x8)
                    code = CodeOf(frame);
                else if (frame.Opcode == 0x9 && answersPings && code == 0)
                    await socket.SendAsync(0x8A, frame.Payload);
                else if (frame.Opcode < 0x8)
                    throw new InvalidOperationException($"a message that nobody has asked for: {Convert.ToHexString(frame.Payload.Span)}");
            }

            return code;
        }

        private static int CodeOf(FrameSocket.Frame frame) => frame.Payload.Length >= 2 ? frame.Payload.Span[0] << 8 | frame.Payload.Span[1] : 1005;
    }

    private TimeSpan Pause => pause;

    private int MeanMessages => messages;
}
