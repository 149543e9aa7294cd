using System.Text;

namespace Hawser.Configuration.Syntax;

/// <summary>Turns byte strings (one char per byte) into text for people, and counts columns as they see them.</summary>
public static class ByteText
{
    /// <summary>Reads a byte string as UTF-8. Bytes that are no UTF-8 become U+FFFD.</summary>
    public static string ToDisplay(ReadOnlySpan<char> byteString)
    {
        if (Ascii.IsValid(byteString))
            return byteString.ToString();
        byte[] bytes = new byte[byteString.Length];
        Encoding.Latin1.GetBytes(byteString, bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Writes text as the byte string of its UTF-8 form. Text without a char above U+007F is returned as it is.</summary>
    public static string FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>
    /// A byte string in lower case: ASCII letters only, as nginx does. What chars above U+007F stand for are bytes of some encoding,
    /// and those have no case.
    /// </summary>
    public static string ToLower(string byteString)
    {
        ArgumentNullException.ThrowIfNull(byteString);
        return byteString.AsSpan().ContainsAnyInRange('A', 'Z')
            ? string.Create(byteString.Length, byteString, static (lower, text) =>
            {
                text.CopyTo(lower);
                foreach (ref char c in lower)
                {
                    if (char.IsAsciiLetterUpper(c))
                        c |= ' ';
                }
            })
            : byteString;
    }

    /// <summary>How many code points a byte string shows as when it is read as UTF-8.</summary>
    internal static int CountCodePoints(ReadOnlySpan<char> byteString)
    {
        if (Ascii.IsValid(byteString))
            return byteString.Length;
        int count = 0;
        foreach (Rune _ in ToDisplay(byteString).EnumerateRunes())
            count++;
        return count;
    }
}
