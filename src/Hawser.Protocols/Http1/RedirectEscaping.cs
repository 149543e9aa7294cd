namespace Hawser.Protocols.Http1;

/// <summary>Decodes what the Location field of a redirect need not escape.</summary>
public static class RedirectEscaping
{
    /// <summary>
    /// Decodes up to the first question mark: a <c>%XX</c> of a printable character that is none of <c>" # $ %</c>, space or <c>!</c>. What
    /// looks like an escape and is none loses its percent sign (nginx: NGX_UNESCAPE_REDIRECT).
    /// </summary>
    /// <param name="text">The escaped text.</param>
    /// <param name="destination">As long as <paramref name="text"/>.</param>
    /// <returns>The number of bytes written.</returns>
    public static int Unescape(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        int written = 0;
        while (!text.IsEmpty)
        {
            int plain = text.IndexOfAny((byte)'%', (byte)'?');
            if (plain < 0 || text[plain] == '?') plain = text.Length;
            text[..plain].CopyTo(destination[written..]);
            written += plain;
            text = text[plain..];
            if (!text.IsEmpty) text = text[UnescapeOne(text, destination, ref written)..];
        }
        return written;
    }

    // Takes what begins with a percent sign: how many bytes.
    private static int UnescapeOne(ReadOnlySpan<byte> text, Span<byte> room, ref int written)
    {
        if (text.Length < 2) return 1;
        int high = AsciiText.HexDigit(text[1]);
        if (high < 0)
        {
            room[written++] = text[1];
            return 2;
        }
        if (text.Length < 3) return 2;
        int low = AsciiText.HexDigit(text[2]);
        if (low < 0) return 3;
        byte value = (byte)((high << 4) | low);
        int taken = value == '?' ? text.Length : 3;
        if (value is > (byte)'%' and < 0x7F)
        {
            room[written++] = value;
            text = text[3..taken]; // behind a question mark, be it one that was escaped, all stays as it is
        }
        else text = text[..taken];
        text.CopyTo(room[written..]);
        written += text.Length;
        return taken;
    }
}
