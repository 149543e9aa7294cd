namespace Hawser.IO.Sockets;

/// <summary>
/// The arithmetic of a limited rate, as nginx does it (<c>limit_rate</c>): a second's worth at once, then pauses as long as what was sent
/// should have taken.
/// </summary>
/// <param name="rate">Bytes per second, greater than 0.</param>
/// <param name="after">Bytes that are sent before the limit sets in.</param>
/// <param name="startedAt">Loop milliseconds from which time counts.</param>
/// <param name="sentBefore">Bytes the channel had sent before.</param>
public sealed class OutputPacer(long rate, long after, long startedAt, long sentBefore)
{
    /// <summary>Loop milliseconds until which nothing may be sent.</summary>
    public long ResumesAt { get; private set; }

    /// <summary>How much may be sent now; 0 when a pause is due first (<see cref="ResumesAt"/>).</summary>
    /// <param name="sent">Bytes the channel has sent.</param>
    public int Allow(long now, long sent)
    {
        if (now < ResumesAt) return 0;
        long seconds = (now - startedAt) / 1000 + 1;
        long budget = rate > long.MaxValue / seconds ? long.MaxValue / 2 : rate * seconds;
        long left = budget - (sent - sentBefore - after);
        if (left > 0) return (int)Math.Min(left, int.MaxValue);
        ResumesAt = now + MillisecondsFor(-left) + 1;
        return 0;
    }

    /// <summary>Notes what was sent.</summary>
    /// <param name="before">Bytes the channel had sent.</param>
    /// <param name="sent">Bytes it has sent now.</param>
    public void Count(long now, long before, long sent)
    {
        long counted = Math.Max(0, sent - sentBefore - after) - Math.Max(0, before - sentBefore - after);
        ResumesAt = now + MillisecondsFor(counted);
    }

    private long MillisecondsFor(long bytes) => bytes > long.MaxValue / 1000 ? long.MaxValue / 4 : bytes * 1000 / rate;
}
