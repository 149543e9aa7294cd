namespace Hawser.Protocols.Http1;

/// <summary>Bytes <paramref name="Start"/> up to, not including, <paramref name="End"/> of a representation.</summary>
public readonly record struct ContentRange(long Start, long End)
{
    public long Length => End - Start;
}

/// <summary>What a Range field asks for.</summary>
public enum RangeVerdict : byte
{
    /// <summary>The field is to be ignored: answer 200 with everything.</summary>
    Ignore,

    /// <summary>Answer 206 with the ranges found.</summary>
    Partial,

    /// <summary>Answer 416 with <c>Content-Range: bytes */length</c>.</summary>
    NotSatisfiable,
}

/// <summary>Reads Range fields (RFC 9110 §14.2) with nginx's rules (ngx_http_range_parse).</summary>
public static class RangeHeader
{
    /// <summary>The value of <c>max_ranges</c> that stands for its default, "no limit".</summary>
    public const int Unlimited = int.MaxValue;

    /// <summary>Reads <paramref name="value"/>.</summary>
    /// <param name="value">The value of the Range field.</param>
    /// <param name="contentLength">Length of the whole representation, bytes.</param>
    /// <param name="maxRanges"><c>max_ranges</c>; 0 turns ranges off.</param>
    /// <param name="ranges">
    /// Receives the ranges that are not empty, in the order asked for. A request for more of them than fit is ignored, like
    /// one for more than <paramref name="maxRanges"/>.
    /// </param>
    /// <param name="count">Number of ranges found; meaningful for <see cref="RangeVerdict.Partial"/>.</param>
    /// <remarks>
    /// Ignored: another unit than "bytes", too many ranges, several ranges that together are longer than the content (with
    /// the default <c>max_ranges</c>: that cost more than the content and 4 KB, at 256 bytes for each), and a suffix range
    /// of an empty content. Not satisfiable: any syntax error, and no range that begins inside the content.
    /// </remarks>
    public static RangeVerdict Parse(
        ReadOnlySpan<byte> value, long contentLength, int maxRanges, Span<ContentRange> ranges, out int count)
    {
        count = 0;
        if (maxRanges == 0 || value.Length < 7 || !AsciiText.StartsWithIgnoreCase(value, "bytes="u8))
            return RangeVerdict.Ignore;

        var rest = value[6..];
        var total = 0L;
        bool more;
        do
        {
            if (!TryReadRange(ref rest, contentLength, out var range))
                return RangeVerdict.NotSatisfiable;

            if (range.Start < range.End)
            {
                if (total > long.MaxValue - range.Length)
                    return RangeVerdict.NotSatisfiable;

                if (count >= maxRanges || count >= ranges.Length)
                    return RangeVerdict.Ignore;

                total += range.Length;
                ranges[count++] = range;
            }
            else if (range.Start == 0)
            {
                return RangeVerdict.Ignore;
            }

            more = !rest.IsEmpty; // then it is at a comma
            if (more)
                rest = rest[1..];
        }
        while (more);

        return count switch
        {
            0 => RangeVerdict.NotSatisfiable,
            1 => RangeVerdict.Partial,
            _ => IsWorthwhile(total, count, contentLength, maxRanges) ? RangeVerdict.Partial : RangeVerdict.Ignore,
        };
    }

    /// <summary>Reads one range and the spaces around it; afterwards <paramref name="rest"/> is empty or at a comma.</summary>
    private static bool TryReadRange(ref ReadOnlySpan<byte> rest, long contentLength, out ContentRange range)
    {
        range = default;
        rest = rest.TrimStart((byte)' ');
        var isSuffix = !rest.IsEmpty && rest[0] == '-';
        var start = 0L;
        if (!isSuffix)
        {
            if (!TryReadNumber(ref rest, out start))
                return false;

            rest = rest.TrimStart((byte)' ');
            if (rest.IsEmpty || rest[0] != '-')
                return false;
        }

        rest = rest[1..];
        if (!isSuffix)
        {
            rest = rest.TrimStart((byte)' ');
            if (rest.IsEmpty || rest[0] == ',')
            {
                range = new ContentRange(start, contentLength);
                return true;
            }
        }

        if (!TryReadNumber(ref rest, out var last))
            return false;

        rest = rest.TrimStart((byte)' ');
        if (!rest.IsEmpty && rest[0] != ',')
            return false;

        if (isSuffix)
        {
            start = Math.Max(contentLength - last, 0);
            last = contentLength - 1;
        }

        range = new ContentRange(start, last >= contentLength ? contentLength : last + 1);
        return true;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> rest, out long value)
    {
        var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits < 0)
            digits = rest.Length;

        var ok = AsciiText.TryParseInt64(rest[..digits], out value);
        rest = rest[digits..];
        return ok;
    }

    private static bool IsWorthwhile(long total, int count, long contentLength, int maxRanges)
        => maxRanges == Unlimited ? total <= contentLength && total + (count * 256L) <= contentLength + 4096 : total <= contentLength;
}
