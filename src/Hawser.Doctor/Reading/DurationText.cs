using System.Globalization;

namespace Hawser.Doctor.Reading;

/// <summary>Times as configurations write them.</summary>
internal static class DurationText
{
    /// <summary>The longest unit that leaves a whole number: <c>90s</c>, <c>5m</c>, <c>1h</c>, <c>300ms</c>.</summary>
    public static string Of(TimeSpan time)
    {
        (double value, string unit) = time switch
        {
            _ when time.Ticks % TimeSpan.TicksPerDay == 0 && time.Ticks > 0 => (time.TotalDays, "d"),
            _ when time.Ticks % TimeSpan.TicksPerHour == 0 && time.Ticks > 0 => (time.TotalHours, "h"),
            _ when time.Ticks % TimeSpan.TicksPerMinute == 0 && time.Ticks > TimeSpan.TicksPerMinute => (time.TotalMinutes, "m"),
            _ when time.Ticks % TimeSpan.TicksPerSecond == 0 => (time.TotalSeconds, "s"),
            _ => (time.TotalMilliseconds, "ms"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{value:0}{unit}");
    }
}
