using System.Buffers;

namespace Hawser.Protocols.Http1;

/// <summary>Where an escaped text is going to stand; each place has its own characters that must be escaped.</summary>
public enum UriEscape : byte
{
    /// <summary>The path of a URI (nginx: NGX_ESCAPE_URI).</summary>
    Uri,

    /// <summary>A query argument (NGX_ESCAPE_ARGS).</summary>
    Args,

    /// <summary>A single path segment or argument: all but RFC 3986's unreserved characters (NGX_ESCAPE_URI_COMPONENT).</summary>
    UriComponent,

    /// <summary>A URI inside HTML (NGX_ESCAPE_HTML).</summary>
    Html,

    /// <summary>The URL of a meta refresh (NGX_ESCAPE_REFRESH).</summary>
    Refresh,

    /// <summary>A memcached key: controls, space and percent sign only (NGX_ESCAPE_MEMCACHED).</summary>
    Memcached,
}

/// <summary>
/// Percent-encoding and decoding with nginx's character sets (ngx_escape_uri, ngx_unescape_uri, ngx_escape_html), from
/// span to span.
/// </summary>
public static class UriEscaping
{
    // In the order of UriEscape. RFC 3986 allows none of " < > \ ^ ` { | } anywhere; each place adds its own delimiters.
    private static readonly SearchValues<byte>[] EscapedBytes =
    [
        ControlsHighBytesAnd(" \"#%<>?\\^`{|}"u8),
        ControlsHighBytesAnd(" \"#%&+;<>?\\^`{|}"u8),
        ControlsHighBytesAnd(" !\"#$%&'()*+,/:;<=>?@[\\]^`{|}"u8),
        ControlsHighBytesAnd(" \"#%'<>\\^`{|}"u8),

        // Not a slip: in this place nginx escapes "~" and leaves "}" alone.
        ControlsHighBytesAnd(" \"'<>\\^`{|~"u8),
        ControlsAnd(" %"u8),
    ];

    private static readonly SearchValues<byte> HtmlBytes = SearchValues.Create("<>&\""u8);

    /// <summary>Number of bytes that <see cref="Escape"/> will write: the text's length and 2 for each escaped byte.</summary>
    public static int EscapedLength(ReadOnlySpan<byte> text, UriEscape place)
    {
        var escaped = EscapedBytes[(int)place];
        var length = text.Length;
        while (true)
        {
            var run = text.IndexOfAny(escaped);
            if (run < 0)
                return length;

            length += 2;
            text = text[(run + 1)..];
        }
    }

    /// <summary>Whether <paramref name="text"/> holds anything to escape.</summary>
    public static bool NeedsEscaping(ReadOnlySpan<byte> text, UriEscape place) => text.ContainsAny(EscapedBytes[(int)place]);

    /// <summary>Writes <paramref name="text"/> with <c>%XX</c> (upper-case digits) for what may not stand in that place.</summary>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException">The destination is shorter than <see cref="EscapedLength"/>.</exception>
    public static int Escape(ReadOnlySpan<byte> text, UriEscape place, Span<byte> destination)
    {
        var escaped = EscapedBytes[(int)place];
        var written = 0;
        while (true)
        {
            var run = text.IndexOfAny(escaped);
            if (run < 0)
            {
                text.CopyTo(destination[written..]);
                return written + text.Length;
            }

            text[..run].CopyTo(destination[written..]);
            written += run;
            var c = text[run];
            destination[written] = (byte)'%';
            destination[written + 1] = "0123456789ABCDEF"u8[c >> 4];
            destination[written + 2] = "0123456789ABCDEF"u8[c & 15];
            written += 3;
            text = text[(run + 1)..];
        }
    }

    /// <summary>
    /// Decodes <c>%XX</c>. As in nginx, a "%" that no hexadecimal digit follows is dropped, and one that only a single digit
    /// follows is dropped with the digit and the byte after it.
    /// </summary>
    /// <param name="text">The escaped text.</param>
    /// <param name="destination">As long as <paramref name="text"/>; may be the same memory.</param>
    /// <returns>The number of bytes written.</returns>
    public static int Unescape(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        var written = 0;
        var i = 0;
        while (true)
        {
            var run = text[i..].IndexOf((byte)'%');
            if (run < 0)
                run = text.Length - i;

            text.Slice(i, run).CopyTo(destination[written..]);
            written += run;
            i += run + 1;
            if (i >= text.Length)
                return written;

            var high = AsciiText.HexDigit(text[i]);
            if (high < 0)
            {
                destination[written++] = text[i++];
                continue;
            }

            if (++i == text.Length)
                return written;

            var low = AsciiText.HexDigit(text[i++]);
            if (low >= 0)
                destination[written++] = (byte)((high << 4) | low);
        }
    }

    /// <summary>Number of bytes that <see cref="EscapeHtml"/> will write.</summary>
    public static int EscapedHtmlLength(ReadOnlySpan<byte> text)
    {
        var length = text.Length;
        while (true)
        {
            var run = text.IndexOfAny(HtmlBytes);
            if (run < 0)
                return length;

            length += Entity(text[run]).Length - 1;
            text = text[(run + 1)..];
        }
    }

    /// <summary>Writes <paramref name="text"/> with <c>&amp;lt; &amp;gt; &amp;amp; &amp;quot;</c> for markup characters.</summary>
    /// <returns>The number of bytes written.</returns>
    public static int EscapeHtml(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var run = text.IndexOfAny(HtmlBytes);
            if (run < 0)
            {
                text.CopyTo(destination[written..]);
                return written + text.Length;
            }

            text[..run].CopyTo(destination[written..]);
            written += run;
            var entity = Entity(text[run]);
            entity.CopyTo(destination[written..]);
            written += entity.Length;
            text = text[(run + 1)..];
        }
    }

    private static SearchValues<byte> ControlsHighBytesAnd(ReadOnlySpan<byte> printable)
    {
        Span<byte> bytes = stackalloc byte[256];
        printable.CopyTo(bytes);
        var count = printable.Length;
        for (var c = 0; c < 256; c++)
        {
            if (c is < 0x20 or >= 0x7f)
                bytes[count++] = (byte)c;
        }

        return SearchValues.Create(bytes[..count]);
    }

    private static SearchValues<byte> ControlsAnd(ReadOnlySpan<byte> printable)
    {
        Span<byte> bytes = stackalloc byte[0x20 + printable.Length];
        printable.CopyTo(bytes[0x20..]);
        for (var c = 0; c < 0x20; c++)
            bytes[c] = (byte)c;

        return SearchValues.Create(bytes);
    }

    private static ReadOnlySpan<byte> Entity(byte c) => c switch
    {
        (byte)'<' => "&lt;"u8,
        (byte)'>' => "&gt;"u8,
        (byte)'&' => "&amp;"u8,
        _ => "&quot;"u8,
    };
}
