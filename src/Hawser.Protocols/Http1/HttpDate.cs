namespace Hawser.Protocols.Http1;

/// <summary>
/// HTTP dates (RFC 9110 §5.6.7) as seconds since 1970-01-01 00:00 UTC. Formatting writes the fixed form; parsing takes all
/// three, as leniently as nginx's ngx_parse_http_time: week days are not looked at, months by as few letters as tell them
/// apart.
/// </summary>
public static class HttpDate
{
    /// <summary>Length of <c>Sun, 06 Nov 1994 08:49:37 GMT</c>.</summary>
    public const int Length = 29;

    private const int SecondsPerDay = 86400;

    private static ReadOnlySpan<byte> Weekdays => "ThuFriSatSunMonTueWed"u8; // 1970-01-01 was a Thursday

    /// <summary>Writes the date in the form <c>Sun, 06 Nov 1994 08:49:37 GMT</c>.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    /// <param name="unixSeconds">The time, in the years 0 to 9999.</param>
    /// <returns><see cref="Length"/>.</returns>
    public static int Format(Span<byte> destination, long unixSeconds)
    {
        var t = new CivilTime(unixSeconds);
        " GMT"u8.CopyTo(destination[25..]);
        t.WriteTime(destination[17..]);
        destination[16] = (byte)' ';
        CivilTime.WriteFourDigits(destination[12..], t.Year);
        destination[11] = (byte)' ';
        t.MonthName.CopyTo(destination[8..]);
        destination[7] = (byte)' ';
        CivilTime.WriteTwoDigits(destination[5..], t.Day);
        ", "u8.CopyTo(destination[3..]);
        Weekdays.Slice(t.DaysSince1970Mod7 * 3, 3).CopyTo(destination);
        return Length;
    }

    /// <summary>Reads any of the three forms of an HTTP date.</summary>
    /// <returns>False if it is none: comparisons with it then fail.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out long unixSeconds)
    {
        unixSeconds = 0;

        // "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"
        var weekdayEnd = text.IndexOfAny((byte)',', (byte)' ');
        if (weekdayEnd < 0)
            return false;

        var isAsctime = text[weekdayEnd] == ' ';
        var cursor = new Cursor(text[(weekdayEnd + 1)..].TrimStart((byte)' '));
        return isAsctime ? cursor.TryAsctime(out unixSeconds) : cursor.TryFixdateOrRfc850(out unixSeconds);
    }

    /// <summary>What is left of the text. Every step returns false at the first byte that does not fit.</summary>
    private ref struct Cursor(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public bool TryFixdateOrRfc850(out long unixSeconds)
        {
            unixSeconds = 0;
            if (_rest.Length < 18 || !TryNumber(2, out var day))
                return false;

            var separator = _rest[0];
            var isRfc850 = separator == '-';
            if (!TrySkip(isRfc850 ? '-' : ' ') || !TryMonth(out var month) || !TrySkip((char)separator))
                return false;

            if (!TryNumber(isRfc850 ? 2 : 4, out var year))
                return false;

            if (isRfc850)
                year += year < 70 ? 2000 : 1900;

            return TrySkip(' ') && TryTime(out var second) && TryDate(year, month, day, second, out unixSeconds);
        }

        public bool TryAsctime(out long unixSeconds)
        {
            unixSeconds = 0;
            if (_rest.Length < 18 || !TryMonth(out var month) || _rest.IsEmpty)
                return false;

            // Whatever stands between month and day is skipped; a day below 10 has a space for its first digit.
            _rest = _rest[1..];
            _ = TrySkip(' ');
            if (!TryNumber(2, out var day) && !TryNumber(1, out day))
                return false;

            return TrySkip(' ') && TryTime(out var second) && TrySkip(' ') && TryNumber(4, out var year)
                && TryDate(year, month, day, second, out unixSeconds);
        }

        private bool TrySkip(char expected)
        {
            if (_rest.IsEmpty || _rest[0] != expected)
                return false;

            _rest = _rest[1..];
            return true;
        }

        private bool TryNumber(int digits, out int value)
        {
            value = 0;
            if (_rest.Length < digits)
                return false;

            for (var i = 0; i < digits; i++)
            {
                if (_rest[i] is < (byte)'0' or > (byte)'9')
                    return false;

                value = (value * 10) + (_rest[i] - '0');
            }

            _rest = _rest[digits..];
            return true;
        }

        private bool TryMonth(out int month)
        {
            month = 0;
            if (_rest.Length < 3)
                return false;

            month = _rest[0] switch
            {
                (byte)'J' => _rest[1] == 'a' ? 1 : _rest[2] == 'n' ? 6 : 7,
                (byte)'F' => 2,
                (byte)'M' => _rest[2] == 'r' ? 3 : 5,
                (byte)'A' => _rest[1] == 'p' ? 4 : 8,
                (byte)'S' => 9,
                (byte)'O' => 10,
                (byte)'N' => 11,
                (byte)'D' => 12,
                _ => 0,
            };
            _rest = _rest[3..];
            return month != 0;
        }

        private bool TryTime(out int secondOfDay)
        {
            secondOfDay = 0;
            if (!TryNumber(2, out var hour) || !TrySkip(':') || !TryNumber(2, out var minute) || !TrySkip(':')
                || !TryNumber(2, out var second))
            {
                return false;
            }

            secondOfDay = (((hour * 60) + minute) * 60) + second;
            return hour <= 23 && minute <= 59 && second <= 59;
        }

        private static bool TryDate(int year, int month, int day, int secondOfDay, out long unixSeconds)
        {
            unixSeconds = (CivilTime.DaysSince1970(year, month, day) * SecondsPerDay) + secondOfDay;
            return day <= CivilTime.DaysInMonth(year, month);
        }
    }
}
