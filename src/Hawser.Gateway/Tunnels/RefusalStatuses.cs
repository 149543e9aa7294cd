namespace Hawser.Gateway.Tunnels;

/// <summary>
/// The statuses by which refused handshakes are counted. Those that upstreams give handshakes in practice have a count each; all others are counted by their
/// first digit, so that an upstream cannot make ever more series.
/// </summary>
public static class RefusalStatuses
{
    private const int Classes = 5;

    private static ReadOnlySpan<short> Known =>
        [200, 204, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 413, 421, 422, 426, 429, 431, 500, 501, 502, 503, 504];

    /// <summary>How many there are: the known ones, those by first digit from 1 to 5, and one for what has none of these.</summary>
    public static int Count => Known.Length + Classes + 1;

    /// <summary>Where a status is counted.</summary>
    public static int IndexOf(int status)
    {
        int index = Known.IndexOf((short)status);
        if (index >= 0) return index;
        return Known.Length + (status / 100 is >= 1 and <= Classes and var digit ? digit - 1 : Classes);
    }

    /// <summary>What stands there: <c>503</c>, <c>5xx</c> for others of that digit, or <c>other</c>.</summary>
    public static string NameOf(int index)
    {
        if (index < Known.Length) return $"{Known[index]}";
        int digit = index - Known.Length + 1;
        return digit <= Classes ? $"{digit}xx" : "other";
    }
}
