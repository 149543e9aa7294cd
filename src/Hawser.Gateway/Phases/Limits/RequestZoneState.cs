namespace Hawser.Gateway.Phases.Limits;

/// <summary>What a zone of <c>limit_req</c> thinks of a request.</summary>
public enum RequestVerdict : byte
{
    /// <summary>Within rate and burst.</summary>
    Pass,

    /// <summary>Beyond the burst.</summary>
    Exceeds,

    /// <summary>The zone has no memory, not even after its oldest entry has gone.</summary>
    NoMemory,
}

/// <summary>
/// A zone of <c>limit_req</c>: a leaky bucket for each key, in nginx's arithmetic of thousandths of requests and milliseconds. The key used
/// longest ago makes room when the zone is full. Shared by all loops, kept over a reload.
/// </summary>
public sealed class RequestZoneState
{
    // What nginx keeps for a key: a tree node, queue, time, excess and count.
    private const int EntryOverhead = 80;

    // An entry that has been idle for so long may go once nothing of its excess is left.
    private const long IdleMilliseconds = 60_000;

    private readonly Lock _lock = new();
    private readonly ZoneTable<Bucket> _table;
    private readonly TimeProvider _time;

    private struct Bucket
    {
        /// <summary>Milliseconds; when <see cref="Excess"/> was computed.</summary>
        public long Last;

        /// <summary>Thousandths of requests that are in the bucket.</summary>
        public long Excess;

        /// <summary>Requests that have looked at it and are to be settled: it must stay.</summary>
        public int Pins;
    }

    /// <param name="size">Bytes.</param>
    public RequestZoneState(long size, TimeProvider time)
    {
        _table = new ZoneTable<Bucket>(size, EntryOverhead);
        _time = time;
    }

    /// <summary>Keys in the zone.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _table.Count;
        }
    }

    private long Now => _time.GetTimestamp() / (_time.TimestampFrequency / 1000);

    /// <summary>Looks whether another request of a key would be within <paramref name="burst"/>. Any thread.</summary>
    /// <param name="rate">Thousandths of requests per second.</param>
    /// <param name="burst">Thousandths of requests.</param>
    /// <param name="isLast">Count it now. Else the entry is held until <see cref="Settle"/> or <see cref="Unpin"/>.</param>
    /// <param name="excess">How much is in the bucket, this request included.</param>
    /// <param name="entry">The entry, where it is held; else -1.</param>
    public RequestVerdict Look(ReadOnlySpan<byte> key, long rate, long burst, bool isLast, out long excess, out int entry)
    {
        lock (_lock)
        {
            excess = 0;
            long now = Now;
            entry = _table.Find(key);
            if (entry < 0) return Insert(key, rate, isLast, now, out entry);
            _table.Touch(entry);
            ref Bucket bucket = ref _table[entry];
            long elapsed = Elapsed(now, bucket.Last);
            excess = Drain(bucket.Excess, rate, elapsed) + 1000;
            excess = Math.Max(0, excess);
            if (excess > burst)
            {
                entry = -1;
                return RequestVerdict.Exceeds;
            }
            if (!isLast)
            {
                bucket.Pins++;
                return RequestVerdict.Pass;
            }
            bucket.Excess = excess;
            if (elapsed != 0) bucket.Last = now;
            entry = -1;
            return RequestVerdict.Pass;
        }
    }

    /// <summary>Counts a request whose entry is held. Any thread.</summary>
    /// <returns>How much is in the bucket now.</returns>
    public long Settle(int entry, long rate)
    {
        lock (_lock)
        {
            long now = Now;
            ref Bucket bucket = ref _table[entry];
            long elapsed = Elapsed(now, bucket.Last);
            bucket.Excess = Math.Max(0, Drain(bucket.Excess, rate, elapsed) + 1000);
            if (elapsed != 0) bucket.Last = now;
            bucket.Pins--;
            return bucket.Excess;
        }
    }

    /// <summary>Lets go of an entry that was held; the request is not counted. Any thread.</summary>
    public void Unpin(int entry)
    {
        lock (_lock) _table[entry].Pins--;
    }

    // Only a clock that jumps far back counts as one that has moved on, by the least.
    private static long Elapsed(long now, long last)
    {
        long elapsed = now - last;
        if (elapsed < -IdleMilliseconds) return 1;
        return Math.Max(0, elapsed);
    }

    // A bucket that nobody has drained for years holds nothing.
    private static long Drain(long excess, long rate, long elapsed) =>
        elapsed > long.MaxValue / rate ? long.MinValue / 2 : excess - rate * elapsed / 1000;

    private RequestVerdict Insert(ReadOnlySpan<byte> key, long rate, bool isLast, long now, out int entry)
    {
        Expire(rate, now, force: false);
        entry = _table.Add(key);
        if (entry < 0)
        {
            Expire(rate, now, force: true);
            entry = _table.Add(key);
            if (entry < 0) return RequestVerdict.NoMemory;
        }
        ref Bucket bucket = ref _table[entry];
        if (isLast)
        {
            bucket.Last = now;
            entry = -1;
        }
        else bucket.Pins = 1;
        return RequestVerdict.Pass;
    }

    // As nginx: one or two entries that have nothing to say any more, after the oldest one if room must be made.
    private void Expire(long rate, long now, bool force)
    {
        for (int n = force ? 0 : 1; n < 3; n++)
        {
            int oldest = _table.Oldest;
            if (oldest < 0) return;
            ref Bucket bucket = ref _table[oldest];
            if (bucket.Pins > 0) return;
            if (n > 0)
            {
                long idle = Math.Abs(now - bucket.Last);
                if (idle < IdleMilliseconds || Drain(bucket.Excess, rate, idle) > 0) return;
            }
            _table.Remove(oldest);
        }
    }
}
