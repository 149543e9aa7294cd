namespace Hawser.IO.Timers;

/// <summary>
/// Something that wants to be woken at a time. Deadlines are lazy: pushing one further away (every message does) only stores a
/// number; the queue looks at it when the old time comes.
/// </summary>
public abstract class LoopTimer
{
    internal const int NotQueued = -1;

    /// <summary>Never.</summary>
    public const long Infinite = long.MaxValue;

    internal int QueueIndex = NotQueued;
    internal long Due;

    /// <summary>The loop time in milliseconds at which <see cref="OnTimer"/> is wanted, or <see cref="Infinite"/>.</summary>
    internal long Deadline = Infinite;

    /// <summary>Runs on the loop, once per deadline that passed. It may schedule the timer again.</summary>
    protected internal abstract void OnTimer();
}
