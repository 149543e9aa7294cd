namespace Hawser.Configuration.Directives;

/// <summary>Reads numbers, sizes and times exactly as nginx does. Each method returns null for what nginx calls invalid.</summary>
public static class ValueParser
{
    /// <summary>Decimal digits only, within a long.</summary>
    public static long? Number(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return null;
        long value = 0;
        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c))
                return null;
            int digit = c - '0';
            if (value > (long.MaxValue - digit) / 10)
                return null;
            value = value * 10 + digit;
        }
        return value;
    }

    /// <summary>A number that fits an int.</summary>
    public static int? Int32(ReadOnlySpan<char> text) => Number(text) is { } value and <= int.MaxValue ? (int)value : null;

    /// <summary>Bytes, with <c>k</c> or <c>m</c> for KiB and MiB.</summary>
    public static long? Size(ReadOnlySpan<char> text) => Scaled(text, allowGiga: false);

    /// <summary>Bytes, with <c>k</c>, <c>m</c> or <c>g</c>. nginx knows <c>g</c> only where a file may be that long.</summary>
    public static long? Offset(ReadOnlySpan<char> text) => Scaled(text, allowGiga: true);

    /// <summary>A time of a directive that counts in milliseconds: <c>1h30m</c>, <c>500ms</c>; a bare number means seconds.</summary>
    public static TimeSpan? Milliseconds(ReadOnlySpan<char> text) => Time(text, inSeconds: false) is { } ms ? FromTicks(ms, TimeSpan.TicksPerMillisecond) : null;

    /// <summary>A time of a directive that counts in seconds: years and months are allowed, milliseconds are not.</summary>
    public static TimeSpan? Seconds(ReadOnlySpan<char> text) => Time(text, inSeconds: true) is { } s ? FromTicks(s, TimeSpan.TicksPerSecond) : null;

    private static long? Scaled(ReadOnlySpan<char> text, bool allowGiga)
    {
        if (text.IsEmpty)
            return null;
        int shift = text[^1] switch
        {
            'k' or 'K' => 10,
            'm' or 'M' => 20,
            'g' or 'G' when allowGiga => 30,
            _ => 0,
        };
        long? value = Number(shift == 0 ? text : text[..^1]);
        return value <= long.MaxValue >> shift ? value << shift : null;
    }

    // A time beyond what a TimeSpan holds (29,000 years) is as good as its greatest value.
    private static TimeSpan FromTicks(long count, long ticksPerUnit) =>
        count > TimeSpan.MaxValue.Ticks / ticksPerUnit ? TimeSpan.MaxValue : new TimeSpan(count * ticksPerUnit);

    /// <summary>Units must come in descending order, each at most once; a number without a unit counts as seconds and ends the value.</summary>
    private static long? Time(ReadOnlySpan<char> text, bool inSeconds)
    {
        long total = 0;
        long value = 0;
        bool valid = false;
        // Without seconds as the unit of counting, years and months are not allowed.
        TimeUnit last = inSeconds ? TimeUnit.Start : TimeUnit.Month;
        int at = 0;
        while (at < text.Length)
        {
            char c = text[at++];
            if (char.IsAsciiDigit(c))
            {
                int digit = c - '0';
                if (value > (long.MaxValue - digit) / 10)
                    return null;
                value = value * 10 + digit;
                valid = true;
                continue;
            }

            bool isMilliseconds = c == 'm' && at < text.Length && text[at] == 's';
            if (isMilliseconds)
                at++;
            (TimeUnit unit, long seconds) = UnitOf(c, isMilliseconds);
            bool outOfOrder = unit == TimeUnit.Last ? last >= TimeUnit.Second : last >= unit;
            if (unit == TimeUnit.Start || outOfOrder || (isMilliseconds && inSeconds))
                return null;
            last = unit;

            long scale = isMilliseconds || inSeconds ? seconds : seconds * 1000;
            if (value > long.MaxValue / scale || total > long.MaxValue - value * scale)
                return null;
            total += value * scale;
            value = 0;
            while (at < text.Length && text[at] == ' ')
                at++;
        }

        if (!valid)
            return null;
        long rest = inSeconds ? 1 : 1000;
        return value > long.MaxValue / rest || total > long.MaxValue - value * rest ? null : total + value * rest;
    }

    private static (TimeUnit Unit, long Seconds) UnitOf(char c, bool isMilliseconds) => c switch
    {
        'y' => (TimeUnit.Year, 60 * 60 * 24 * 365),
        'M' => (TimeUnit.Month, 60 * 60 * 24 * 30),
        'w' => (TimeUnit.Week, 60 * 60 * 24 * 7),
        'd' => (TimeUnit.Day, 60 * 60 * 24),
        'h' => (TimeUnit.Hour, 60 * 60),
        'm' when isMilliseconds => (TimeUnit.Millisecond, 1),
        'm' => (TimeUnit.Minute, 60),
        's' => (TimeUnit.Second, 1),
        ' ' => (TimeUnit.Last, 1),
        _ => (TimeUnit.Start, 0),
    };

    private enum TimeUnit
    {
        Start,
        Year,
        Month,
        Week,
        Day,
        Hour,
        Minute,
        Second,
        Millisecond,
        Last,
    }
}
