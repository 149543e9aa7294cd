using System.Globalization;

namespace Hawser.CommandLine;

/// <summary>Durations on the command line, in nginx's notation: <c>200ms</c>, <c>60s</c>, <c>5m</c>, <c>1h</c>; a bare number means seconds.</summary>
public static class DurationText
{
    private static readonly (string Suffix, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("", 1)];

    /// <summary>Reads one duration of at most 24 days (the longest a timer takes).</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        foreach (var (suffix, seconds) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal))
                continue;

            var valid = double.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * seconds <= TimeSpan.FromDays(24).TotalSeconds;
            duration = valid ? TimeSpan.FromSeconds(number * seconds) : default;
            return valid;
        }

        duration = default;
        return false;
    }
}
