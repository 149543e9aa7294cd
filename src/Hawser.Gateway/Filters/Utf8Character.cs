namespace Hawser.Gateway.Filters;

internal enum Utf8Verdict : byte
{
    Valid,

    /// <summary>Its end is missing.</summary>
    Incomplete,

    Invalid,
}

/// <summary>
/// Decodes one character of UTF-8 by nginx's rules, which decide how many bytes an error takes with it: one that cannot begin a character
/// goes alone, a wrong one inside takes all before it. (The framework's decoder counts differently.)
/// </summary>
internal static class Utf8Character
{
    /// <param name="source">Not empty.</param>
    /// <param name="codePoint">The character if the verdict is valid.</param>
    /// <param name="length">How many bytes it, or the error, takes.</param>
    public static Utf8Verdict Decode(ReadOnlySpan<byte> source, out int codePoint, out int length)
    {
        byte first = source[0];
        codePoint = 0;
        length = 1;
        (int following, int bits, int least) = first switch
        {
            < 0x80 => (0, first, 0),
            >= 0xC2 and < 0xE0 => (1, first & 0x1F, 0x80),
            >= 0xE0 and < 0xF0 => (2, first & 0x0F, 0x800),
            >= 0xF0 and < 0xF8 => (3, first & 0x07, 0x10000),
            _ => (-1, 0, 0),
        };
        if (following < 0) return Utf8Verdict.Invalid;
        if (source.Length <= following) return Utf8Verdict.Incomplete;
        codePoint = bits;
        for (int i = 0; i < following; i++)
        {
            byte next = source[length++];
            if (next < 0x80) return Utf8Verdict.Invalid;
            codePoint = codePoint << 6 | next & 0x3F;
        }
        return codePoint >= least && codePoint <= 0x10FFFF ? Utf8Verdict.Valid : Utf8Verdict.Invalid;
    }
}
