using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Hawser.Echo;

/// <summary>
/// One client of the echo backend: a request head, then frames, each sent back with the boundaries it came with.
/// </summary>
/// <remarks>
/// The framing is its own because the framework's WebSocket reports message ends but hides frames, and an echo meant for
/// looking at a proxy must not rearrange what it shows.
/// </remarks>
internal sealed class EchoConnection : IDisposable
{
    private const int MaxHeadLength = 16 * 1024;
    private const ushort GoingAway = 1001;
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PatienceWithReader = TimeSpan.FromMilliseconds(200);

    private readonly Socket _socket;
    private readonly EchoOptions _options;
    private readonly byte[] _input = new byte[MaxHeadLength];
    private readonly byte[] _output = new byte[MaxHeadLength + EchoFrame.MaxHeaderLength];
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Decoder _utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder();
    private readonly ITimer? _idleTimer;
    private int _start;
    private int _end;
    private long _lastActivity;
    private bool _upgraded;
    private bool _inMessage;
    private bool _isText;

    public EchoConnection(Socket socket, EchoOptions options)
    {
        _socket = socket;
        _options = options;
        _lastActivity = options.Time.GetTimestamp();
        if (options.Idle > TimeSpan.Zero)
            _idleTimer = options.Time.CreateTimer(static state => ((EchoConnection)state!).OnIdleTimer(), this, options.Idle, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends when the connection has; never faulted.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Serves the connection in the background.</summary>
    public void Start(Action<EchoConnection> ended) => Completion = RunAsync(ended);

    /// <summary>
    /// Says 1001 and ends the connection: the backend stops, or the client was silent for too long. A client in the middle of a
    /// frame, or one that does not read, is cut off without a word.
    /// </summary>
    public async Task GoAwayAsync(string reason)
    {
        await SendCloseAsync(GoingAway, reason);
        _socket.Close(timeout: 1);
    }

    public void Dispose()
    {
        _idleTimer?.Dispose();
        _socket.Dispose();
    }

    private async Task RunAsync(Action<EchoConnection> ended)
    {
        try
        {
            _upgraded = await AnswerHeadAsync();
            while (_upgraded && await EchoFrameAsync())
            {
            }

            await LingerAsync();
        }
        catch (EchoProtocolException e)
        {
            await SendCloseAsync(e.CloseCode, e.Message);
            await LingerAsync();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client is gone, or the backend stops: both simply end the connection.
        }
        finally
        {
            Dispose();
            ended(this);
        }
    }

    /// <summary>
    /// Reads what the client still sends, for a moment: closing a socket with unread bytes resets the connection, and the
    /// client would lose the end of our answer.
    /// </summary>
    private async Task LingerAsync()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            using var limit = new CancellationTokenSource(LingerTime);
            while (await _socket.ReceiveAsync(_input, limit.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Long enough, or the client has closed as well.
        }
    }

    private async Task<bool> AnswerHeadAsync()
    {
        int length;
        while ((length = FindHeadEnd(_input.AsSpan(0, _end))) == 0)
        {
            if (_end == _input.Length)
                throw new SocketException((int)SocketError.MessageSize);
            if (!await FillAsync())
                return false;
        }

        var reply = EchoHandshake.Answer(Encoding.Latin1.GetString(_input, 0, length), _options.OnlyPath);
        _start = length;
        await SendAsync(reply.Response);
        return reply.Upgraded;
    }

    /// <summary>The position after the empty line; line ends may be bare LF. 0 while it has not come.</summary>
    private static int FindHeadEnd(ReadOnlySpan<byte> bytes)
    {
        var crlf = bytes.IndexOf("\n\r\n"u8);
        var lf = bytes.IndexOf("\n\n"u8);
        return lf >= 0 && (crlf < 0 || lf < crlf) ? lf + 2 : crlf >= 0 ? crlf + 3 : 0;
    }

    /// <summary>Receives one frame and answers it. False when the connection is over.</summary>
    private async Task<bool> EchoFrameAsync()
    {
        EchoFrame frame;
        int headerLength;
        while ((headerLength = EchoFrame.Read(_input.AsSpan(_start, _end - _start), out frame)) == 0)
        {
            if (!await FillAsync())
                return false;
        }

        _start += headerLength;
        if (frame.IsControl)
            return await AnswerControlAsync(frame);

        TrackMessage(frame);
        await EchoDataAsync(frame);
        return true;
    }

    private void TrackMessage(EchoFrame frame)
    {
        if (frame.Opcode == EchoOpcode.Continuation != _inMessage)
            throw new EchoProtocolException(_inMessage ? "a message starts inside another" : "a continuation without a start");

        if (!_inMessage)
            _isText = frame.Opcode == EchoOpcode.Text;
        _inMessage = !frame.Final;
    }

    private async Task EchoDataAsync(EchoFrame frame)
    {
        if (_options.Delay > TimeSpan.Zero && frame.Opcode != EchoOpcode.Continuation)
            await Task.Delay(_options.Delay, _options.Time);

        // The header goes out with the first bytes of the payload; a long payload passes through in pieces.
        await _sending.WaitAsync();
        var midFrame = false;
        try
        {
            var used = frame.Write(_output);
            for (long done = 0; ;)
            {
                var chunk = (int)Math.Min(_end - _start, frame.Length - done);
                var payload = _output.AsMemory(used, chunk);
                _input.AsMemory(_start, chunk).CopyTo(payload);
                EchoFrame.Unmask(payload.Span, frame.Mask, done);
                _start += chunk;
                done += chunk;
                if (_isText)
                    CheckText(payload.Span, frame.Final && done == frame.Length);

                used += chunk;
                midFrame = true;
                await SendAllAsync(_output.AsMemory(0, used));
                if (done == frame.Length)
                {
                    midFrame = false;
                    return;
                }

                used = 0;
                if (!await FillAsync())
                    throw new SocketException((int)SocketError.ConnectionReset);
            }
        }
        finally
        {
            // Nothing may follow half a frame, not even a close frame: then the lock stays taken.
            if (!midFrame)
                _sending.Release();
        }
    }

    private void CheckText(ReadOnlySpan<byte> payload, bool last)
    {
        try
        {
            Span<char> scratch = stackalloc char[256];
            do
            {
                _utf8.Convert(payload, scratch, last, out var used, out _, out _);
                payload = payload[used..];
            }
            while (!payload.IsEmpty);
        }
        catch (DecoderFallbackException)
        {
            throw new EchoProtocolException("the text is not UTF-8", 1007);
        }
    }

    private async Task<bool> AnswerControlAsync(EchoFrame frame)
    {
        while (_end - _start < frame.Length)
        {
            if (!await FillAsync())
                return false;
        }

        var payload = _input.AsMemory(_start, (int)frame.Length);
        EchoFrame.Unmask(payload.Span, frame.Mask, 0);
        _start += payload.Length;
        switch (frame.Opcode)
        {
            case EchoOpcode.Ping:
                await SendFrameAsync(EchoOpcode.Pong, payload);
                return true;
            case EchoOpcode.Close:
                // RFC 6455 §5.5.1: the answer usually repeats the code; the reason comes along as an echo should.
                await SendFrameAsync(EchoOpcode.Close, payload);
                return false;
            default:
                return true; // a pong nobody asked for is allowed
        }
    }

    private async Task SendCloseAsync(ushort code, string reason)
    {
        if (!_upgraded)
            return;

        var frame = new byte[EchoFrame.MaxHeaderLength + EchoFrame.MaxControlLength];
        var length = 2 + Encoding.UTF8.GetByteCount(reason);
        var headerLength = new EchoFrame(Final: true, EchoOpcode.Close, length, Mask: 0).Write(frame);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(headerLength), code);
        Encoding.UTF8.GetBytes(reason, frame.AsSpan(headerLength + 2));
        if (!await _sending.WaitAsync(PatienceWithReader))
            return;

        try
        {
            await SendAllAsync(frame.AsMemory(0, headerLength + length));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // There is nobody left to say goodbye to.
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task SendFrameAsync(EchoOpcode opcode, ReadOnlyMemory<byte> payload)
    {
        var frame = new byte[EchoFrame.MaxHeaderLength + payload.Length];
        var headerLength = new EchoFrame(Final: true, opcode, payload.Length, Mask: 0).Write(frame);
        payload.CopyTo(frame.AsMemory(headerLength));
        await SendAsync(frame.AsMemory(0, headerLength + payload.Length));
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _sending.WaitAsync();
        try
        {
            await SendAllAsync(bytes);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes)..];
    }

    private async ValueTask<bool> FillAsync()
    {
        if (_start > 0)
        {
            _input.AsSpan(_start, _end - _start).CopyTo(_input);
            _end -= _start;
            _start = 0;
        }

        var received = await _socket.ReceiveAsync(_input.AsMemory(_end));
        _end += received;
        Volatile.Write(ref _lastActivity, _options.Time.GetTimestamp());
        return received > 0;
    }

    /// <summary>Lazy: a message only stores a time stamp, the timer looks at it and sleeps again for the rest.</summary>
    private void OnIdleTimer()
    {
        var remaining = _options.Idle - _options.Time.GetElapsedTime(Volatile.Read(ref _lastActivity));
        if (remaining > TimeSpan.Zero)
        {
            _idleTimer!.Change(remaining, Timeout.InfiniteTimeSpan);
            return;
        }

        _ = GoAwayAsync($"silent for {_options.Idle.TotalSeconds:0.###} s");
    }
}
