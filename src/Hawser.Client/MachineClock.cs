namespace Hawser.Client;

/// <summary>The two timers of a machine, over a <see cref="TimeProvider"/>. Not thread-safe but for the callback.</summary>
internal sealed class MachineClock : IDisposable
{
    private static readonly TimeSpan s_finest = TimeSpan.FromMilliseconds(1);

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ITimer?[] _timers = new ITimer?[2];
    private readonly TimeSpan?[] _due = new TimeSpan?[2];
    private readonly Action<MachineTimer> _fired;

    public MachineClock(TimeProvider time, Action<MachineTimer> fired)
    {
        _time = time;
        _start = time.GetTimestamp();
        _fired = fired;
    }

    /// <summary>Time since this clock was made.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    public void Set(MachineTimer timer, TimeSpan delay)
    {
        _due[(int)timer] = Now + delay;
        ref var slot = ref _timers[(int)timer];
        if (slot is null)
            slot = _time.CreateTimer(_ => _fired(timer), null, delay, Timeout.InfiniteTimeSpan);
        else
            slot.Change(delay, Timeout.InfiniteTimeSpan);
    }

    public void Clear(MachineTimer timer)
    {
        if (_due[(int)timer] is null)
            return;
        _due[(int)timer] = null;
        _timers[(int)timer]!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Whether a timer that has fired is due: a callback may have been on its way while the timer was set anew or cleared, and timers of
    /// the system may fire a little early.
    /// </summary>
    public bool TryTake(MachineTimer timer)
    {
        if (_due[(int)timer] is not { } due)
            return false;
        if (due - Now is var remaining && remaining > TimeSpan.Zero)
        {
            _timers[(int)timer]!.Change(remaining < s_finest ? s_finest : remaining, Timeout.InfiniteTimeSpan);
            return false;
        }

        _due[(int)timer] = null;
        return true;
    }

    public void Dispose()
    {
        foreach (var timer in _timers)
            timer?.Dispose();
    }
}
