using System.Runtime.CompilerServices;
using Hawser.IO.Buffers;
using Hawser.IO.Loop;
using Hawser.IO.Native;
using Hawser.IO.Timers;

namespace Hawser.IO.Sockets;

/// <summary>How a wait on a <see cref="Channel"/> ended.</summary>
public enum WaitResult
{
    /// <summary>The next read or write is worth a try.</summary>
    Ready,

    /// <summary>The deadline passed first.</summary>
    TimedOut,

    /// <summary><see cref="Channel.Abort"/> was called: whoever waits should let go.</summary>
    Aborted,
}

/// <summary>Told of what happens on a channel while nobody waits for it.</summary>
public interface IChannelObserver
{
    /// <summary>
    /// The peer closed its writing half or the connection broke (<see cref="Channel.PeerClosed"/>), or the peer took nothing for the send
    /// timeout (<see cref="Channel.WriteError"/> is ETIMEDOUT).
    /// </summary>
    void OnBroken(Channel channel);
}

/// <summary>
/// A transport as an exchange uses it: readiness that async code can wait for, deadlines, and output that leaves by itself as the
/// peer takes it. One reader and one writer may wait at a time. A tunnel does without: it takes the transport over.
/// </summary>
public sealed class Channel : LoopTimer, IReadyHandler
{
    private readonly OutputQueue _output;
    private Transport? _transport;
    private bool _readable;
    private bool _writable;
    private Waiter _reader;
    private Waiter _writer;
    private long _sendTimeout = Infinite;
    private int _drainBelow;
    private bool _wasAborted;

    private struct Waiter
    {
        public Action? Continuation;
        public WaitResult Result;
        public long Deadline;
    }

    public Channel(EventLoop loop)
    {
        Loop = loop;
        _output = new OutputQueue(loop.Buffers);
    }

    public EventLoop Loop { get; }

    public Transport Transport => _transport ?? throw new InvalidOperationException("The channel has no transport.");

    public bool IsOpen => _transport is not null;

    /// <summary>The peer has closed its writing half or the connection broke: reads will come to an end.</summary>
    public bool PeerClosed { get; private set; }

    /// <summary>The errno that ended writing, 0 while it works. ETIMEDOUT when the peer took nothing for the send timeout.</summary>
    public int WriteError { get; private set; }

    /// <summary>Output the kernel has not taken yet.</summary>
    public int PendingOutput => _output.Length;

    /// <summary>Bytes the kernel took since the channel was opened.</summary>
    public long BytesSent { get; private set; }

    /// <summary>When the kernel last took bytes, by the loop's clock.</summary>
    public long LastSentAt { get; private set; }

    /// <summary>Bytes read since the channel was opened.</summary>
    public long BytesReceived { get; private set; }

    public IChannelObserver? Observer { get; set; }

    /// <summary>Holds output to a rate; null for none.</summary>
    public OutputPacer? Pacer { get; set; }

    /// <summary>The rate asks for a pause.</summary>
    public bool IsPaused => Pacer is { } pacer && pacer.ResumesAt > Loop.Now;

    /// <summary>Starts on a connected (or connecting) descriptor.</summary>
    /// <param name="connected">A fresh socket is worth an immediate try; one that is connecting is not.</param>
    /// <param name="awaitsInput">Do not read before the kernel says that there is something.</param>
    /// <exception cref="IOException">The loop cannot take it. The transport is still the caller's.</exception>
    public void Open(Transport transport, bool connected, bool awaitsInput = false)
    {
        transport.Registration = Loop.Register(transport.Descriptor, this, 0);
        _transport = transport;
        _writable = connected;
        _readable = connected && !awaitsInput;
        PeerClosed = false;
        WriteError = 0;
        BytesSent = BytesReceived = 0;
        LastSentAt = Loop.Now;
        _sendTimeout = Infinite;
    }

    /// <summary>
    /// Begins to connect a socket: 0 when that is done already; <c>-EINPROGRESS</c> when <see cref="WaitWritable"/> and then
    /// <see cref="ConnectError"/> will tell; another negated errno when it failed, and the channel is as empty as before.
    /// </summary>
    /// <param name="local">Address to connect from, or null for the kernel's choice.</param>
    /// <param name="isTransparent"><paramref name="local"/> may be foreign.</param>
    /// <param name="hasSocket">False when there was no descriptor to begin with.</param>
    /// <exception cref="IOException">The loop cannot take the socket, which is closed.</exception>
    public int Connect(SocketEndpoint remote, SocketEndpoint? local, bool isTransparent, out bool hasSocket)
    {
        int result = SocketCalls.Connect(remote, local, isTransparent, out int descriptor);
        hasSocket = descriptor >= 0;
        if (!hasSocket) return result;
        var transport = new SocketTransport(descriptor);
        if (result < 0 && result != -Errno.EINPROGRESS)
        {
            transport.Close();
            return result;
        }
        try
        {
            Open(transport, connected: result == 0);
        }
        catch (IOException)
        {
            transport.Close();
            throw;
        }
        return result;
    }

    /// <summary>The errno that ended an attempt to connect, once the socket is ready; 0 when it is connected.</summary>
    // Only an event that tells of an end can bring an error: without one, the kernel need not be asked.
    public int ConnectError => PeerClosed ? SocketCalls.PendingError(Transport.Descriptor) : 0;

    /// <summary>Reads what is there; see <see cref="Transport.Read"/>. <c>-EAGAIN</c> means: <see cref="WaitReadable"/>.</summary>
    public int Read(Span<byte> buffer)
    {
        if (!_readable) return -Errno.EAGAIN;
        int result = Transport.Read(buffer);
        if (result > 0) BytesReceived += result;
        // A short read emptied the socket; the next byte brings a new edge. Not so when the end is already behind it.
        if (result == -Errno.EAGAIN || result > 0 && result < buffer.Length && !PeerClosed) _readable = false;
        return result;
    }

    /// <summary>Shows what is there without taking it; see <see cref="Transport.Peek"/>.</summary>
    public int Peek(Span<byte> buffer)
    {
        if (!_readable) return -Errno.EAGAIN;
        int result = Transport.Peek(buffer);
        if (result == -Errno.EAGAIN) _readable = false;
        return result;
    }

    /// <summary>Waits until there is more than what <see cref="Peek"/> has shown.</summary>
    public ChannelWait WaitForMore(long timeout)
    {
        _readable = false; // the next byte brings a new edge
        return WaitReadable(timeout);
    }

    /// <summary>A read may find something: bytes, or the end.</summary>
    public bool MayHaveInput => _readable;

    /// <summary>Waits until a read is worth a try.</summary>
    /// <param name="timeout">Milliseconds, or <see cref="LoopTimer.Infinite"/>.</param>
    public ChannelWait WaitReadable(long timeout)
    {
        _reader.Deadline = DeadlineIn(timeout);
        return new ChannelWait(this, forWriting: false);
    }

    /// <summary>Waits until the socket is connected or takes bytes again.</summary>
    public ChannelWait WaitWritable(long timeout)
    {
        _writer.Deadline = WriteDeadlineIn(timeout);
        _drainBelow = -1;
        return new ChannelWait(this, forWriting: true);
    }

    /// <summary>Waits until at most <paramref name="bytes"/> of output are pending, or writing failed (<see cref="WriteError"/>).</summary>
    public ChannelWait WaitDrained(int bytes)
    {
        _writer.Deadline = Infinite;
        _drainBelow = bytes;
        return new ChannelWait(this, forWriting: true);
    }

    /// <summary>Sends, and keeps a copy of what the kernel does not take now. False once writing has failed.</summary>
    /// <param name="timeout">How long the peer may take nothing, in milliseconds (nginx <c>send_timeout</c>, <c>proxy_send_timeout</c>).</param>
    public bool Send(ReadOnlySpan<byte> bytes, long timeout)
    {
        if (WriteError != 0) return false;
        if (_output.Length == 0 && _writable && !IsPaused)
        {
            bytes = bytes[WriteNow(bytes)..];
            if (WriteError != 0) return false;
        }
        if (bytes.IsEmpty) return true;
        if (_output.Length == 0) ArmSend(timeout);
        _output.Append(bytes);
        return true;
    }

    /// <summary>Sends part of a file without a copy; how many bytes went, 0 when the socket is full or the transport cannot.</summary>
    /// <param name="unsupported">The file must be read instead: the transport cannot do it, or the file ends before <paramref name="offset"/>.</param>
    public int SendFile(int file, ref long offset, int count, out bool unsupported)
    {
        unsupported = false;
        if (WriteError != 0 || _output.Length > 0 || !_writable) return 0;
        if (Pacer is not null) count = Math.Min(count, Allow());
        if (count == 0) return 0;
        int result = Transport.WriteFile(file, ref offset, count);
        if (result is Transport.Unsupported or 0)
        {
            // A file that has become shorter gives 0, which waiting would not change. Whoever reads it finds out.
            unsupported = true;
            return 0;
        }
        if (result >= 0)
        {
            CountSent(result);
            return result;
        }
        if (result == -Errno.EAGAIN) _writable = false;
        else WriteError = -result;
        return 0;
    }

    /// <summary>
    /// The object may be used for another connection: nobody waits on it, and nobody was woken by <see cref="Abort"/> who may not have run yet.
    /// </summary>
    public bool IsReusable => !_wasAborted && !HasWaiter;

    /// <summary>Somebody waits: the object is in use, with a transport or without.</summary>
    public bool HasWaiter => _reader.Continuation is not null || _writer.Continuation is not null;

    /// <summary>Wakes whoever waits to read, with <see cref="WaitResult.Aborted"/>.</summary>
    public void AbortRead() => Release(ref _reader, WaitResult.Aborted);

    /// <summary>Wakes whoever waits, with <see cref="WaitResult.Aborted"/>, after the events at hand.</summary>
    public void Abort()
    {
        Release(ref _reader, WaitResult.Aborted);
        Release(ref _writer, WaitResult.Aborted);
    }

    /// <summary>Gives the transport (and its registration) away: the channel is empty afterwards and keeps no output.</summary>
    /// <exception cref="InvalidOperationException">Somebody waits on the channel, and would wake up on another connection.</exception>
    public Transport TakeTransport()
    {
        Transport transport = Transport;
        if (HasWaiter) throw new InvalidOperationException("The channel is being waited on.");
        transport.SawHangUp = PeerClosed;
        Clear();
        return transport;
    }

    /// <summary>Puts another transport over the same descriptor in the place of the present one: TLS, once its handshake has begun.</summary>
    public void Wrap(Transport transport)
    {
        transport.Registration = Transport.Registration;
        _transport = transport;
    }

    /// <summary>A read or a write is worth a try: what the channel knew was about the transport before <see cref="Wrap"/>.</summary>
    public void MarkReady() => _readable = _writable = true;

    /// <summary>What is there has been read by other means than <see cref="Read"/>: only an edge makes the channel readable again.</summary>
    public void MarkDrained() => _readable = false;

    /// <summary>The socket has refused output by other means than <see cref="Send"/>.</summary>
    public void MarkFull() => _writable = false;

    /// <summary>Moves output that the kernel has not taken to somebody who will send it.</summary>
    public byte[]? TakePendingOutput() => _output.TakeAll();

    /// <summary>Closes the connection. Waiters are woken as aborted.</summary>
    public void Close()
    {
        if (_transport is not { } transport) return;
        Abort();
        Loop.Unregister(transport.Registration);
        transport.Close();
        Clear();
    }

    void IReadyHandler.OnReady(int tag, ReadyEvents events)
    {
        const ReadyEvents ended = ReadyEvents.PeerClosed | ReadyEvents.HangUp | ReadyEvents.Error;
        Transport? transport = _transport;
        if ((events & (ReadyEvents.Readable | ended)) != 0) _readable = true;
        if ((events & (ReadyEvents.Writable | ReadyEvents.HangUp | ReadyEvents.Error)) != 0)
        {
            _writable = true;
            Flush();
        }
        bool news = (events & ended) != 0 && !PeerClosed;
        if (news) PeerClosed = true;

        if (_writable && _writer.Continuation is not null && IsWriterSatisfied) Wake(ref _writer, WaitResult.Ready);
        if (ReferenceEquals(transport, _transport) && _readable && _reader.Continuation is not null) Wake(ref _reader, WaitResult.Ready);
        if (ReferenceEquals(transport, _transport) && news) Observer?.OnBroken(this);
    }

    protected internal override void OnTimer()
    {
        long now = Loop.Now;
        Transport? transport = _transport;
        if (_resumesAt <= now) Resume();
        if (_sendDeadline <= now && _output.Length > 0)
        {
            WriteError = Errno.ETIMEDOUT;
            _sendDeadline = Infinite;
            // First, because those who wait may end the connection for the reason that the observer knows.
            if (transport is not null) Observer?.OnBroken(this);
            if (ReferenceEquals(transport, _transport) && _writer.Continuation is not null) Wake(ref _writer, WaitResult.TimedOut);
            // Nobody answers what could not be sent: who waits for the answer has to look at WriteError.
            if (ReferenceEquals(transport, _transport) && _reader.Continuation is not null) Wake(ref _reader, WaitResult.Ready);
        }
        if (_writer.Continuation is not null && _writer.Deadline <= now) Wake(ref _writer, WaitResult.TimedOut);
        if (_reader.Continuation is not null && _reader.Deadline <= now) Wake(ref _reader, WaitResult.TimedOut);
        Reschedule();
    }

    private long _sendDeadline = Infinite;
    private long _resumesAt = Infinite;

    private bool IsWriterSatisfied => WriteError != 0 || (_drainBelow < 0 ? !IsPaused : _output.Length <= _drainBelow);

    // A pause of the rate is not the peer's.
    private long WriteDeadlineIn(long timeout) =>
        Math.Max(Loop.Now, Pacer?.ResumesAt ?? 0) is var start && timeout >= Infinite - start ? Infinite : start + timeout;

    private long DeadlineIn(long timeout) => timeout >= Infinite - Loop.Now ? Infinite : Loop.Now + timeout;

    private int WriteNow(ReadOnlySpan<byte> bytes)
    {
        if (Pacer is not null) bytes = bytes[..Math.Min(bytes.Length, Allow())];
        if (bytes.IsEmpty) return 0;
        int result = Transport.Write(bytes);
        if (result >= 0)
        {
            CountSent(result);
            if (result < bytes.Length) _writable = false;
            return result;
        }
        if (result == -Errno.EAGAIN) _writable = false;
        else FailWrite(-result);
        return 0;
    }

    private int Allow()
    {
        int allowed = Pacer!.Allow(Loop.Now, BytesSent);
        if (allowed == 0) ResumeAt(Pacer.ResumesAt);
        return allowed;
    }

    private void CountSent(int bytes)
    {
        BytesSent += bytes;
        LastSentAt = Loop.Now;
        if (Pacer is null || bytes == 0) return;
        Pacer.Count(Loop.Now, BytesSent - bytes, BytesSent);
        if (IsPaused) ResumeAt(Pacer.ResumesAt);
    }

    private void ResumeAt(long time)
    {
        _resumesAt = time;
        Loop.Timers.Schedule(this, Math.Min(time, Deadline));
    }

    /// <summary>The pause is over: what waited goes on.</summary>
    private void Resume()
    {
        _resumesAt = Infinite;
        Flush();
        if (_writable && _writer.Continuation is not null && IsWriterSatisfied) Wake(ref _writer, WaitResult.Ready);
    }

    /// <summary>Gives up on writing, with the errno to report.</summary>
    public void FailWrite(int errno)
    {
        WriteError = errno;
        _sendDeadline = Infinite;
        _output.Clear();
    }

    private void Flush()
    {
        bool progress = false;
        while (_output.Length > 0 && _writable && WriteError == 0 && !IsPaused)
        {
            int sent = WriteNow(_output.Head);
            _output.Consume(sent);
            progress |= sent > 0;
        }
        if (_output.Length == 0) _sendDeadline = Infinite;
        else if (progress) ArmSend(_sendTimeout);
    }

    private void ArmSend(long timeout)
    {
        _sendTimeout = timeout;
        _sendDeadline = WriteDeadlineIn(timeout);
        Loop.Timers.Schedule(this, Math.Min(_sendDeadline, Deadline));
    }

    private void Reschedule()
    {
        long next = Math.Min(_sendDeadline, _resumesAt);
        if (_reader.Continuation is not null) next = Math.Min(next, _reader.Deadline);
        if (_writer.Continuation is not null) next = Math.Min(next, _writer.Deadline);
        Loop.Timers.Schedule(this, next);
    }

    private static void Wake(ref Waiter waiter, WaitResult result)
    {
        Action continuation = waiter.Continuation!;
        waiter.Continuation = null;
        waiter.Result = result;
        continuation();
    }

    // Deferred, because the one who aborts is usually in the middle of something.
    private void Release(ref Waiter waiter, WaitResult result)
    {
        if (waiter.Continuation is not { } continuation) return;
        _wasAborted = true;
        waiter.Continuation = null;
        waiter.Result = result;
        Loop.Defer(continuation);
    }

    private void Clear()
    {
        _transport = null;
        Observer = null;
        Pacer = null;
        _output.Clear();
        _sendDeadline = _resumesAt = Infinite;
        Loop.Timers.Remove(this);
    }

    /// <summary>What <see cref="WaitReadable"/> and its siblings return: await it once, on the loop.</summary>
    public readonly struct ChannelWait(Channel channel, bool forWriting) : ICriticalNotifyCompletion
    {
        public ChannelWait GetAwaiter() => this;

        public bool IsCompleted
        {
            get
            {
                bool ready = forWriting ? channel.IsWriterSatisfied && (channel._drainBelow >= 0 || channel._writable || channel.WriteError != 0) : channel._readable;
                if (ready) Slot.Result = WaitResult.Ready;
                return ready;
            }
        }

        public WaitResult GetResult() => Slot.Result;

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation)
        {
            Slot.Continuation = continuation;
            channel.Reschedule();
        }

        private ref Waiter Slot => ref forWriting ? ref channel._writer : ref channel._reader;
    }
}
