using System.Numerics;

namespace Hawser.Load;

/// <summary>
/// Times in the manner of an HDR histogram: buckets that grow with the value, so that every percentile is known to within 1.6 percent from a
/// nanosecond to hours, in a few kilobytes and without keeping the values.
/// </summary>
internal sealed class Histogram
{
    private const int SubBucketBits = 6; // 64 steps for each doubling

    private readonly long[] _counts = new long[(64 - SubBucketBits) << SubBucketBits];

    /// <summary>How many values there are.</summary>
    public long Count { get; private set; }

    /// <summary>The largest value, exactly; 0 without any.</summary>
    public long Max { get; private set; }

    /// <summary>Adds a value, in nanoseconds.</summary>
    public void Add(long value)
    {
        Max = Math.Max(Max, value);
        _counts[IndexOf(Math.Max(0, value))]++;
        Count++;
    }

    /// <summary>The value that this share of all values is not above, in nanoseconds; 0 without any value.</summary>
    /// <param name="share">From 0 to 1: 0.99 for the 99th percentile.</param>
    public long Percentile(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank && seen > 0)
                return Math.Min(UpperBound(i), Max);
        }

        return 0;
    }

    private static int IndexOf(long value)
    {
        if (value < 1 << SubBucketBits)
            return (int)value;
        var shift = BitOperations.Log2((ulong)value) - SubBucketBits;
        return ((shift + 1) << SubBucketBits) + (int)((value >> shift) - (1 << SubBucketBits));
    }

    private static long UpperBound(int index)
    {
        if (index < 1 << SubBucketBits)
            return index;
        var shift = (index >> SubBucketBits) - 1;
        var step = (index & ((1 << SubBucketBits) - 1)) + (1 << SubBucketBits);
        return ((step + 1L) << shift) - 1;
    }
}
