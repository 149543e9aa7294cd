using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hawser.IO.Buffers;
using Hawser.IO.Native;
using Hawser.IO.Timers;
using Hawser.IO.Tls;

namespace Hawser.IO.Loop;

/// <summary>
/// One thread over one epoll instance. A descriptor is registered once, edge-triggered, for everything, and stays on its loop for
/// life; only the loop's thread touches what belongs to it. Other threads come in through <see cref="Post"/>.
/// </summary>
public sealed unsafe class EventLoop : IDisposable
{
    private const int MaximumEvents = 512;
    private const uint EPOLLET = 1u << 31;

    // Half a millisecond: what is ready waits no longer for those in line, or for timers that are due together, and one look at epoll in that time costs
    // these nothing that can be seen.
    private static readonly long s_turnShare = Stopwatch.Frequency / 2000;

    private const uint Interest = (uint)(ReadyEvents.Readable | ReadyEvents.Writable | ReadyEvents.PeerClosed) | EPOLLET;

    // struct epoll_event is packed on x86-64 only (12 bytes); everywhere else the 64-bit data is aligned (16 bytes).
    private static readonly int s_eventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly int _epoll;
    private readonly int _wakeUp;
    private readonly byte* _events;
    private readonly ConcurrentQueue<(Action<object?> Action, object? State)> _posted = new();
    private readonly TimeProvider _time;
    private readonly Action<Exception> _onUnhandled;
    private readonly long _epoch = Stopwatch.GetTimestamp();
    private Queue<Action> _deferred = new();
    private Queue<Action> _running = new();
    private readonly Queue<(IReadyHandler Handler, int Tag)> _requeued = new();
    private Registration[] _registrations = new Registration[256];
    private int _freeRegistration;
    private int _usedRegistrations;
    private int _wakeUpPending;
    private Thread? _thread;
    private TlsPump? _tls;
    private long _turns;
    private bool _stopping;
    private bool _wallClockIsCurrent;
    private long _unixMilliseconds;
    private long _utcOffsetMinute = -1;
    private int _utcOffset;

    private struct Registration
    {
        public IReadyHandler? Handler;
        public int Tag;
        public uint Generation;
    }

    /// <param name="time">The wall clock for log lines and Date headers.</param>
    /// <param name="onUnhandled">Told of an exception that a handler let escape: a defect, to be logged, not to end the loop.</param>
    public EventLoop(TimeProvider time, Action<Exception> onUnhandled)
    {
        _time = time;
        _onUnhandled = onUnhandled;
        _epoll = Check(Libc.epoll_create1(Libc.EPOLL_CLOEXEC), "epoll_create1");
        _wakeUp = Check(Libc.eventfd(0, Libc.EFD_CLOEXEC_NONBLOCK), "eventfd");
        _events = (byte*)NativeMemory.AlignedAlloc((nuint)(MaximumEvents * s_eventSize), 16);
        Control(Libc.EPOLL_CTL_ADD, _wakeUp, ulong.MaxValue);
    }

    /// <summary>Where everything is read into. Valid only until the reader gives control back.</summary>
    public byte[] ReadBuffer { get; } = GC.AllocateUninitializedArray<byte>(256 * 1024, pinned: true);

    /// <summary>Where heads are put together before they are sent. Valid only until the writer gives control back.</summary>
    public byte[] Scratch { get; } = GC.AllocateUninitializedArray<byte>(64 * 1024, pinned: true);

    public BufferPool Buffers { get; } = new();

    public TimerQueue Timers { get; } = new();

    /// <summary>What the loop's TLS connections share; made with the first of them.</summary>
    public TlsPump Tls => _tls ??= new TlsPump(Buffers, () => UnixMilliseconds);

    /// <summary>How often the loop has turned: a measure of how busy it is. Any thread.</summary>
    public long Turns => Volatile.Read(ref _turns);

    /// <summary>What the loop's work took so far, and how long others had to wait for it. Any thread.</summary>
    public LoopLoad Load { get; } = new();

    /// <summary>Milliseconds since the loop was made, as of this turn.</summary>
    public long Now { get; private set; }

    /// <summary>The wall clock, in milliseconds since 1970, read at most once per turn.</summary>
    public long UnixMilliseconds
    {
        get
        {
            if (!_wallClockIsCurrent)
            {
                _unixMilliseconds = _time.GetUtcNow().ToUnixTimeMilliseconds();
                _wallClockIsCurrent = true;
            }
            return _unixMilliseconds;
        }
    }

    /// <summary>Local time minus UTC, in minutes, as of this turn. The zone's rules are looked at once a minute.</summary>
    public int UtcOffsetMinutes
    {
        get
        {
            long minute = UnixMilliseconds / 60_000;
            if (minute != _utcOffsetMinute)
            {
                _utcOffset = (int)_time.LocalTimeZone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(UnixMilliseconds)).TotalMinutes;
                _utcOffsetMinute = minute;
            }
            return _utcOffset;
        }
    }

    /// <summary>Registers a descriptor for all events.</summary>
    /// <returns>The registration: a number above 0 for <see cref="Rebind"/> and <see cref="Unregister"/>.</returns>
    /// <exception cref="IOException">The kernel watches no more descriptors (fs.epoll.max_user_watches, memory).</exception>
    public int Register(int fd, IReadyHandler handler, int tag)
    {
        bool isUsedAgain = _freeRegistration != 0;
        int index = isUsedAgain ? _freeRegistration : _usedRegistrations + 1;
        if (index == _registrations.Length) Array.Resize(ref _registrations, index * 2);
        ref Registration registration = ref _registrations[index];
        Control(Libc.EPOLL_CTL_ADD, fd, (ulong)registration.Generation << 32 | (uint)index); // first: what the kernel refuses leaves no trace
        if (isUsedAgain) _freeRegistration = registration.Tag;
        else _usedRegistrations = index;
        registration.Handler = handler;
        registration.Tag = tag;
        return index;
    }

    /// <summary>Gives a registered descriptor to another handler. An edge reported before the switch is not reported again.</summary>
    public void Rebind(int registration, IReadyHandler handler, int tag)
    {
        _registrations[registration].Handler = handler;
        _registrations[registration].Tag = tag;
    }

    /// <summary>Forgets a descriptor that is about to be closed (closing it removes it from epoll); events still in the batch are dropped.</summary>
    public void Unregister(int registration)
    {
        if (registration == 0) return; // registering it has failed
        ref Registration entry = ref _registrations[registration];
        entry.Handler = null;
        entry.Generation++;
        entry.Tag = _freeRegistration;
        _freeRegistration = registration;
    }

    /// <summary>Takes a descriptor that stays open out of the loop.</summary>
    public void Detach(int registration, int fd)
    {
        Unregister(registration);
        Control(Libc.EPOLL_CTL_DEL, fd, 0);
    }

    /// <summary>Runs <paramref name="action"/> later in this turn, after the events at hand. Loop thread only.</summary>
    public void Defer(Action action) => _deferred.Enqueue(action);

    /// <summary>
    /// Calls the handler again without news, in the order of asking: it has had its share and gives way to others. What has become ready meanwhile comes
    /// first, however many are waiting here (docs/decisions/0068).
    /// </summary>
    public void Requeue(IReadyHandler handler, int tag) => _requeued.Enqueue((handler, tag));

    /// <summary>How many are in line behind <see cref="Requeue"/>.</summary>
    public int Waiting => _requeued.Count;

    /// <summary>Runs <paramref name="action"/> on the loop. Any thread.</summary>
    public void Post(Action<object?> action, object? state)
    {
        _posted.Enqueue((action, state));
        if (Interlocked.Exchange(ref _wakeUpPending, 1) == 0)
        {
            ulong one = 1;
            _ = Libc.write(_wakeUp, &one, sizeof(ulong)); // fails only when the counter is full, and then the loop is awake already
        }
    }

    /// <summary>Ends <see cref="Run"/> after the present turn. Loop thread only.</summary>
    public void Stop() => _stopping = true;

    /// <summary>
    /// Brings async code back to this loop after it has waited for a foreign task: <c>await task; await loop.Enter();</c>. There is no
    /// synchronization context: under one, every completed ValueTask would be posted instead of resuming inline.
    /// </summary>
    public LoopEntry Enter() => new(this);

    /// <summary>Turns until <see cref="Stop"/>.</summary>
    public void Run()
    {
        _thread = Thread.CurrentThread;
        // No ambient state of one connection is another's, and to carry it over each await costs a request several captures and restores.
        using AsyncFlowControl noFlow = ExecutionContext.SuppressFlow();
        Tick();
        while (!_stopping)
        {
            int timeout = _deferred.Count > 0 || _requeued.Count > 0 || Volatile.Read(ref _wakeUpPending) != 0 ? 0 : Timers.MillisecondsUntilNext(Now);
            int count = Libc.epoll_wait(_epoll, _events, MaximumEvents, timeout);
            Volatile.Write(ref _turns, _turns + 1);
            long begun = Tick();
            for (int i = 0; i < count; i++) Dispatch(_events + i * s_eventSize);
            RunRequeued();
            RunPosted();
            RunDeferred();
            FireTimers();
            Load.Add(begun, Stopwatch.GetTimestamp());
        }
    }

    public void Dispose()
    {
        _ = Libc.close(_epoll);
        _ = Libc.close(_wakeUp);
        NativeMemory.AlignedFree(_events);
        _tls?.Dispose();
    }

    private void Dispatch(byte* entry)
    {
        uint events = *(uint*)entry;
        ulong data = Unsafe.ReadUnaligned<ulong>(entry + s_eventSize - sizeof(ulong));
        if (data == ulong.MaxValue)
        {
            ulong counter;
            _ = Libc.read(_wakeUp, &counter, sizeof(ulong));
            return;
        }
        ref Registration registration = ref _registrations[(int)(uint)data];
        if (registration.Generation != (uint)(data >> 32) || registration.Handler is not { } handler) return;
        Notify(handler, registration.Tag, (ReadyEvents)events);
    }

    private void Notify(IReadyHandler handler, int tag, ReadyEvents events)
    {
        try
        {
            handler.OnReady(tag, events);
        }
        catch (Exception e)
        {
            _onUnhandled(e);
        }
    }

    private void RunRequeued()
    {
        if (_requeued.Count == 0) return;
        long until = Stopwatch.GetTimestamp() + s_turnShare;
        // Whoever asks again from here waits for the next turn at least.
        for (int most = _requeued.Count; most > 0; most--)
        {
            var (handler, tag) = _requeued.Dequeue();
            Notify(handler, tag, ReadyEvents.None);
            if (Stopwatch.GetTimestamp() >= until) return;
        }
    }

    private void RunPosted()
    {
        if (Volatile.Read(ref _wakeUpPending) == 0) return;
        Volatile.Write(ref _wakeUpPending, 0); // before the queue is read: a later Post writes the eventfd again
        Thread.MemoryBarrier();
        for (int most = _posted.Count; most > 0 && _posted.TryDequeue(out var posted); most--) Guard(posted.Action, posted.State);
        if (!_posted.IsEmpty) Volatile.Write(ref _wakeUpPending, 1); // what was posted meanwhile waits for the next turn, at once
    }

    private void RunDeferred()
    {
        if (_deferred.Count == 0) return;
        (_running, _deferred) = (_deferred, _running);
        while (_running.TryDequeue(out Action? action))
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                _onUnhandled(e);
            }
        }
    }

    private void FireTimers()
    {
        try
        {
            Timers.Fire(Now, Stopwatch.GetTimestamp() + s_turnShare);
        }
        catch (Exception e)
        {
            _onUnhandled(e);
        }
    }

    private void Guard(Action<object?> action, object? state)
    {
        try
        {
            action(state);
        }
        catch (Exception e)
        {
            _onUnhandled(e);
        }
    }

    private long Tick()
    {
        long timestamp = Stopwatch.GetTimestamp();
        Now = (timestamp - _epoch) / (Stopwatch.Frequency / 1000);
        _wallClockIsCurrent = false;
        return timestamp;
    }

    private void Control(int operation, int fd, ulong data)
    {
        byte* entry = stackalloc byte[16];
        *(uint*)entry = data == ulong.MaxValue ? (uint)ReadyEvents.Readable : Interest;
        Unsafe.WriteUnaligned(entry + s_eventSize - sizeof(ulong), data);
        Check(Libc.epoll_ctl(_epoll, operation, fd, entry), "epoll_ctl");
    }

    private static int Check(int returned, string call)
    {
        int result = Libc.Result(returned);
        if (result < 0) throw new IOException($"{call}() failed ({Errno.Describe(-result)})");
        return result;
    }

    /// <summary>What <see cref="Enter"/> returns.</summary>
    public readonly struct LoopEntry(EventLoop loop) : ICriticalNotifyCompletion
    {
        public LoopEntry GetAwaiter() => this;

        public bool IsCompleted => loop._thread == Thread.CurrentThread;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) => loop.Post(static state => ((Action)state!)(), continuation);
    }
}
