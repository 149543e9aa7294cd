namespace Hawser.Protocols.Http1;

/// <summary>
/// The forms in which nginx writes times into its logs, from seconds since 1970-01-01 00:00 UTC and the zone's offset.
/// Years are 0 to 9999.
/// </summary>
public static class LogTime
{
    /// <summary>Length of <c>$time_local</c>: <c>06/Nov/1994:08:49:37 +0000</c>.</summary>
    public const int LocalLength = 26;

    /// <summary>Length of <c>$time_iso8601</c>: <c>1994-11-06T08:49:37+00:00</c>.</summary>
    public const int Iso8601Length = 25;

    /// <summary>Length of the error log's time: <c>1994/11/06 08:49:37</c>.</summary>
    public const int ErrorLogLength = 19;

    /// <summary>Length of the syslog time (RFC 3164): <c>Nov  6 08:49:37</c>.</summary>
    public const int SyslogLength = 15;

    /// <summary>Writes <c>$time_local</c>.</summary>
    /// <param name="destination">At least <see cref="LocalLength"/> bytes.</param>
    /// <param name="unixSeconds">The time.</param>
    /// <param name="offsetMinutes">Local time minus UTC, in minutes.</param>
    /// <returns><see cref="LocalLength"/>.</returns>
    public static int FormatLocal(Span<byte> destination, long unixSeconds, int offsetMinutes)
    {
        var t = Local(unixSeconds, offsetMinutes);
        WriteOffset(destination[21..], offsetMinutes, colon: false);
        destination[20] = (byte)' ';
        t.WriteTime(destination[12..]);
        destination[11] = (byte)':';
        CivilTime.WriteFourDigits(destination[7..], t.Year);
        destination[6] = (byte)'/';
        t.MonthName.CopyTo(destination[3..]);
        destination[2] = (byte)'/';
        CivilTime.WriteTwoDigits(destination, t.Day);
        return LocalLength;
    }

    /// <summary>Writes <c>$time_iso8601</c>.</summary>
    /// <inheritdoc cref="FormatLocal" path="/param"/>
    /// <returns><see cref="Iso8601Length"/>.</returns>
    public static int FormatIso8601(Span<byte> destination, long unixSeconds, int offsetMinutes)
    {
        var t = Local(unixSeconds, offsetMinutes);
        WriteOffset(destination[19..], offsetMinutes, colon: true);
        t.WriteTime(destination[11..]);
        destination[10] = (byte)'T';
        WriteDate(destination, t, (byte)'-');
        return Iso8601Length;
    }

    /// <summary>Writes the time in front of an error log line.</summary>
    /// <inheritdoc cref="FormatLocal" path="/param"/>
    /// <returns><see cref="ErrorLogLength"/>.</returns>
    public static int FormatErrorLog(Span<byte> destination, long unixSeconds, int offsetMinutes)
    {
        var t = Local(unixSeconds, offsetMinutes);
        t.WriteTime(destination[11..]);
        destination[10] = (byte)' ';
        WriteDate(destination, t, (byte)'/');
        return ErrorLogLength;
    }

    /// <summary>Writes the time of a syslog header.</summary>
    /// <inheritdoc cref="FormatLocal" path="/param"/>
    /// <returns><see cref="SyslogLength"/>.</returns>
    public static int FormatSyslog(Span<byte> destination, long unixSeconds, int offsetMinutes)
    {
        var t = Local(unixSeconds, offsetMinutes);
        t.WriteTime(destination[7..]);
        destination[6] = (byte)' ';
        CivilTime.WriteTwoDigits(destination[4..], t.Day);
        if (t.Day < 10)
            destination[4] = (byte)' ';

        destination[3] = (byte)' ';
        t.MonthName.CopyTo(destination);
        return SyslogLength;
    }

    private static CivilTime Local(long unixSeconds, int offsetMinutes) => new(unixSeconds + (offsetMinutes * 60L));

    private static void WriteDate(Span<byte> destination, in CivilTime t, byte separator)
    {
        CivilTime.WriteTwoDigits(destination[8..], t.Day);
        destination[7] = separator;
        CivilTime.WriteTwoDigits(destination[5..], t.Month);
        destination[4] = separator;
        CivilTime.WriteFourDigits(destination, t.Year);
    }

    private static void WriteOffset(Span<byte> destination, int offsetMinutes, bool colon)
    {
        destination[0] = (byte)(offsetMinutes < 0 ? '-' : '+');
        var minutes = Math.Abs(offsetMinutes);
        CivilTime.WriteTwoDigits(destination[1..], minutes / 60);
        if (colon)
            destination[3] = (byte)':';

        CivilTime.WriteTwoDigits(destination[(colon ? 4 : 3)..], minutes % 60);
    }
}
