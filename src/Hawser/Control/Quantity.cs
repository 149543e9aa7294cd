using System.Globalization;

namespace Hawser.Control;

/// <summary>Numbers as people read them.</summary>
internal static class Quantity
{
    private static readonly string[] ByteUnits = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary><c>14,209</c></summary>
    public static string Count(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary><c>0.4</c>, <c>12</c>, <c>1,204</c>: digits behind the point only where they say something.</summary>
    public static string Rate(double value) => value is > 0 and < 10 ? value.ToString("0.#", CultureInfo.InvariantCulture) : Count(value);

    /// <summary><c>1.2 MB</c>, in steps of 1,000.</summary>
    public static string Bytes(double value)
    {
        var unit = 0;
        for (; value >= 1000 && unit < ByteUnits.Length - 1; unit++)
            value /= 1000;
        return (unit == 0 || value >= 100 ? value.ToString("0", CultureInfo.InvariantCulture) : value.ToString("0.0", CultureInfo.InvariantCulture)) + " " + ByteUnits[unit];
    }

    /// <summary><c>0.3 ms</c>, <c>12 ms</c>, <c>1.5 s</c></summary>
    public static string Short(double seconds) => seconds switch
    {
        >= 1 => seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        >= 0.01 => (seconds * 1000).ToString("0", CultureInfo.InvariantCulture) + " ms",
        _ => (seconds * 1000).ToString("0.0", CultureInfo.InvariantCulture) + " ms",
    };

    /// <summary><c>3 d 04:12</c>, <c>1:02:03</c>, <c>42 s</c></summary>
    public static string Long(double seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        if (time.TotalDays >= 1)
            return $"{(int)time.TotalDays} d {time:hh\\:mm}";
        return time.TotalMinutes >= 1 ? $"{time:h\\:mm\\:ss}" : $"{time.TotalSeconds:0} s";
    }

    /// <summary>"1 connection", "2 connections"</summary>
    public static string Of(double count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";
}
