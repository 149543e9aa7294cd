using System.Text;

namespace Hawser.Protocols.Http1;

/// <summary>Case folding and searching in ASCII text, as the protocol needs them.</summary>
public static class AsciiText
{
    public static byte Lower(byte c) => c is >= (byte)'A' and <= (byte)'Z' ? (byte)(c | 0x20) : c;

    public static bool EqualsIgnoreCase(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
        => left.Length == right.Length && Ascii.EqualsIgnoreCase(left, right);

    public static bool StartsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix)
        => text.Length >= prefix.Length && Ascii.EqualsIgnoreCase(text[..prefix.Length], prefix);

    /// <summary>Offset of the first occurrence of <paramref name="lower"/> (lower-case letters) in any case, or -1.</summary>
    public static int IndexOfIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower)
    {
        var first = lower[0];
        var firstUpper = first is >= (byte)'a' and <= (byte)'z' ? (byte)(first & ~0x20) : first;
        for (var start = 0; start + lower.Length <= text.Length; start++)
        {
            var found = text[start..(text.Length - lower.Length + 1)].IndexOfAny(first, firstUpper);
            if (found < 0)
                return -1;

            start += found;
            if (StartsWithIgnoreCase(text[start..], lower))
                return start;
        }

        return -1;
    }

    public static int HexDigit(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => -1,
    };

    /// <summary>A decimal number of any length without sign; false for anything else or above 2^63-1 (nginx's ngx_atoof).</summary>
    public static bool TryParseInt64(ReadOnlySpan<byte> digits, out long value)
    {
        value = 0;
        if (digits.IsEmpty)
            return false;

        foreach (var c in digits)
        {
            var digit = c - '0';
            if ((uint)digit > 9 || value > (long.MaxValue - digit) / 10)
                return false;

            value = (value * 10) + digit;
        }

        return true;
    }
}
