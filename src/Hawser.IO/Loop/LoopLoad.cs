using System.Diagnostics;

namespace Hawser.IO.Loop;

/// <summary>
/// How busy a loop is. A turn handles everything that was ready when it began; what becomes ready meanwhile waits for its end. So the longest
/// turn is the lag that a connection may have seen, unless it sends so much that it stands in line (<see cref="EventLoop.Requeue"/>).
/// </summary>
public sealed class LoopLoad
{
    // The lag is the longest turn of the last one to two windows: long enough for whoever looks every few seconds to miss none.
    private static readonly long s_window = 10 * Stopwatch.Frequency;

    private long _busy;
    private long _windowStart;
    private long _longest;
    private long _longestBefore;

    /// <summary>Time spent in turns since the start; waiting for events is not in it.</summary>
    public TimeSpan Busy => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _busy));

    /// <summary>The longest turn of the last 10 to 20 seconds.</summary>
    public TimeSpan Lag
    {
        get
        {
            long age = Stopwatch.GetTimestamp() - Volatile.Read(ref _windowStart);
            if (age > 2 * s_window) return TimeSpan.Zero; // the loop has slept since
            long longest = Volatile.Read(ref _longest);
            return Stopwatch.GetElapsedTime(0, age > s_window ? longest : Math.Max(longest, Volatile.Read(ref _longestBefore)));
        }
    }

    internal void Add(long begun, long ended)
    {
        long turn = ended - begun;
        Volatile.Write(ref _busy, _busy + turn);
        if (ended - _windowStart > s_window)
        {
            Volatile.Write(ref _longestBefore, ended - _windowStart > 2 * s_window ? 0 : _longest);
            Volatile.Write(ref _longest, 0);
            Volatile.Write(ref _windowStart, ended);
        }
        if (turn > _longest) Volatile.Write(ref _longest, turn);
    }
}
