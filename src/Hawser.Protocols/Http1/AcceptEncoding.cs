namespace Hawser.Protocols.Http1;

/// <summary>Reads Accept-Encoding as nginx does (RFC 9110 §12.5.3, gzip alone).</summary>
public static class AcceptEncoding
{
    private const int MostDigits = 3;

    /// <summary>Whether gzip is named, and not with a weight of zero or one that is none. <c>*</c> does not count.</summary>
    /// <param name="value">The field's value.</param>
    public static bool AllowsGzip(ReadOnlySpan<byte> value)
    {
        for (int start = 0; ;)
        {
            int at = AsciiText.IndexOfIgnoreCase(value[start..], "gzip"u8);
            if (at < 0) return false;
            at += start;
            start = at + 4;
            if (at == 0 || value[at - 1] is (byte)',' or (byte)' ') return IsWanted(value[start..]);
        }
    }

    // What follows the name: the end, the next member, or ";q=0.5".
    private static bool IsWanted(ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart((byte)' ');
        if (rest.IsEmpty || rest[0] == ',') return true;
        if (rest[0] != ';') return false;
        rest = rest[1..].TrimStart((byte)' ');
        if (rest.IsEmpty) return true;
        return rest.Length >= 3 && rest[0] is (byte)'q' or (byte)'Q' && rest[1] == '=' && IsPositiveWeight(rest[2..]);
    }

    private static bool IsPositiveWeight(ReadOnlySpan<byte> weight)
    {
        if (weight[0] is not ((byte)'0' or (byte)'1')) return false;
        bool isOne = weight[0] == '1';
        if (weight.Length == 1 || weight[1] is (byte)',' or (byte)' ') return isOne;
        if (weight[1] != '.') return false;
        bool hasFraction = false;
        int digits = 0;
        foreach (byte c in weight[2..])
        {
            if (c is (byte)',' or (byte)' ') break;
            if (c is < (byte)'0' or > (byte)'9') return false;
            hasFraction |= c != '0';
            digits++;
        }
        return digits <= MostDigits && (isOne ? !hasFraction : hasFraction);
    }
}
