namespace Hawser.Protocols.Http1;

/// <summary>
/// A time split into calendar fields without time zones, cultures or allocation. The arithmetic counts years from March, so
/// that the leap day is the last of its year and a month's offset is linear (nginx's ngx_gmtime rests on the same idea).
/// </summary>
internal readonly struct CivilTime
{
    private const int DaysPer400Years = 146097;

    /// <summary>Days from 0000-03-01 to 1970-01-01 in the proleptic Gregorian calendar.</summary>
    private const int DaysTo1970 = 719468;

    public CivilTime(long unixSeconds)
    {
        var (days, second) = FloorDivide(unixSeconds, 86400);
        Second = (int)second % 60;
        Minute = (int)second / 60 % 60;
        Hour = (int)second / 3600;
        DaysSince1970Mod7 = (int)FloorDivide(days, 7).Remainder;

        var (era, dayOfEra) = FloorDivide(days + DaysTo1970, DaysPer400Years);
        var d = (int)dayOfEra;
        var yearOfEra = (d - (d / 1460) + (d / 36524) - (d / 146096)) / 365;
        var dayOfYear = d - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var monthFromMarch = ((5 * dayOfYear) + 2) / 153;
        Day = dayOfYear - (((153 * monthFromMarch) + 2) / 5) + 1;
        Month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        Year = (int)(yearOfEra + (era * 400)) + (Month <= 2 ? 1 : 0);
    }

    public int Year { get; }

    /// <summary>1 to 12.</summary>
    public int Month { get; }

    /// <summary>1 to 31.</summary>
    public int Day { get; }

    public int Hour { get; }

    public int Minute { get; }

    public int Second { get; }

    /// <summary>0 on a Thursday.</summary>
    public int DaysSince1970Mod7 { get; }

    public ReadOnlySpan<byte> MonthName => "JanFebMarAprMayJunJulAugSepOctNovDec"u8.Slice((Month - 1) * 3, 3);

    public static long DaysSince1970(int year, int month, int day)
    {
        var y = month <= 2 ? year - 1 : year;
        var (era, yearOfEra) = FloorDivide(y, 400);
        var dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5) + day - 1;
        return (era * DaysPer400Years) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear - DaysTo1970;
    }

    public static int DaysInMonth(int year, int month)
        => month == 2 ? (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28) : month is 4 or 6 or 9 or 11 ? 30 : 31;

    /// <summary>Writes <c>hh:mm:ss</c>.</summary>
    public void WriteTime(Span<byte> destination)
    {
        WriteTwoDigits(destination[6..], Second);
        destination[5] = (byte)':';
        WriteTwoDigits(destination[3..], Minute);
        destination[2] = (byte)':';
        WriteTwoDigits(destination, Hour);
    }

    public static void WriteTwoDigits(Span<byte> destination, int value)
    {
        destination[1] = (byte)('0' + (value % 10));
        destination[0] = (byte)('0' + (value / 10));
    }

    public static void WriteFourDigits(Span<byte> destination, int value)
    {
        WriteTwoDigits(destination[2..], value % 100);
        WriteTwoDigits(destination, value / 100);
    }

    private static (long Quotient, long Remainder) FloorDivide(long value, long divisor)
    {
        var (quotient, remainder) = Math.DivRem(value, divisor);
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder);
    }
}
