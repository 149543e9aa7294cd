namespace Hawser.Protocols.Http1;

/// <summary>
/// Finds a cookie by name as nginx's <c>$cookie_NAME</c> and <c>$upstream_cookie_NAME</c> do: names compare without case,
/// spaces around "=" are skipped, values are taken as they stand, quotes included.
/// </summary>
public static class CookieReader
{
    /// <summary>Looks through one Cookie field; a request may have several, and the first that has the name counts.</summary>
    /// <param name="cookies">The field's value.</param>
    /// <param name="name">The cookie's name.</param>
    /// <param name="value">The cookie's value, as a range of <paramref name="cookies"/>; may be empty.</param>
    public static bool TryFind(ReadOnlySpan<byte> cookies, ReadOnlySpan<byte> name, out ByteRange value)
    {
        var start = 0;
        while (start < cookies.Length)
        {
            if (TryPair(cookies, start, name, out value, out var examined))
                return true;

            // The byte that should have been "=" is behind us, even if it was the separator: in "a; a=1; a=2" nginx
            // takes the second "a=".
            var end = cookies[examined..].IndexOf((byte)';');
            if (end < 0)
                break;

            start = SkipSpaces(cookies, examined + end + 1);
        }

        value = default;
        return false;
    }

    /// <summary>Looks at the name and value at the start of one Set-Cookie field.</summary>
    /// <param name="setCookie">The field's value.</param>
    /// <param name="name">The cookie's name.</param>
    /// <param name="value">The cookie's value, as a range of <paramref name="setCookie"/>; may be empty.</param>
    public static bool TryFindInSetCookie(ReadOnlySpan<byte> setCookie, ReadOnlySpan<byte> name, out ByteRange value)
        => TryPair(setCookie, 0, name, out value, out _);

    private static bool TryPair(ReadOnlySpan<byte> text, int start, ReadOnlySpan<byte> name, out ByteRange value, out int examined)
    {
        value = default;
        examined = start;
        if (!AsciiText.StartsWithIgnoreCase(text[start..], name))
            return false;

        var equals = SkipSpaces(text, start + name.Length);
        examined = Math.Min(equals + 1, text.Length);
        if (equals == text.Length || text[equals] != '=')
            return false;

        var first = SkipSpaces(text, equals + 1);
        var length = text[first..].IndexOf((byte)';');
        value = new ByteRange(first, length < 0 ? text.Length - first : length);
        return true;
    }

    private static int SkipSpaces(ReadOnlySpan<byte> text, int i)
    {
        while (i < text.Length && text[i] == ' ')
            i++;

        return i;
    }
}
