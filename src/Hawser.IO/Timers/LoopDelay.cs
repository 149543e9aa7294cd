using System.Runtime.CompilerServices;
using Hawser.IO.Loop;
using Hawser.IO.Sockets;

namespace Hawser.IO.Timers;

/// <summary>A pause of async code on a loop: <c>await delay.For(250)</c>. One wait at a time; the object is used again and again.</summary>
public sealed class LoopDelay(EventLoop loop) : LoopTimer
{
    private Action? _continuation;
    private Action? _goOn;
    private bool _isForTurn;
    private WaitResult _result;
    private long _until;

    /// <summary>Somebody waits.</summary>
    public bool IsWaiting => _continuation is not null;

    /// <summary>Waits for <paramref name="milliseconds"/>: <see cref="WaitResult.TimedOut"/>, or Aborted after <see cref="Abort"/>.</summary>
    public DelayWait For(long milliseconds)
    {
        _until = loop.Now + milliseconds;
        _result = WaitResult.TimedOut;
        _isForTurn = false;
        return new DelayWait(this);
    }

    /// <summary>
    /// Gives way to whatever else is ready, for who could go on for long: <see cref="WaitResult.TimedOut"/>, or Aborted after <see cref="Abort"/>.
    /// </summary>
    public DelayWait ForATurn()
    {
        _result = WaitResult.TimedOut;
        _isForTurn = true;
        return new DelayWait(this);
    }

    /// <summary>Ends the wait now, after the events at hand.</summary>
    public void Abort()
    {
        if (_continuation is not { } continuation) return;
        loop.Timers.Remove(this);
        _continuation = null;
        _result = WaitResult.Aborted;
        loop.Defer(continuation);
    }

    protected internal override void OnTimer()
    {
        Action continuation = _continuation!;
        _continuation = null;
        continuation();
    }

    /// <summary>What <see cref="For"/> returns: await it once, on the loop.</summary>
    public readonly struct DelayWait(LoopDelay delay) : ICriticalNotifyCompletion
    {
        public DelayWait GetAwaiter() => this;

        public bool IsCompleted => false;

        public WaitResult GetResult() => delay._result;

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation)
        {
            delay._continuation = continuation;
            delay.Schedule();
        }
    }

    private void Schedule()
    {
        if (_isForTurn) loop.Defer(_goOn ??= GoOn);
        else loop.Timers.Schedule(this, _until);
    }

    // Aborted, the turn has ended early, and what is waited for meanwhile may be something else.
    private void GoOn()
    {
        if (_isForTurn && _continuation is not null) OnTimer();
    }
}
