using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>RFC 3986 §2.1 with nginx's character sets (ngx_escape_uri, ngx_unescape_uri, ngx_escape_html).</summary>
public sealed class UriEscapingTests
{
    private const string Printable =
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

    [Theory]
    [InlineData(UriEscape.Uri, " \"#%<>?\\^`{|}")]
    [InlineData(UriEscape.Args, " \"#%&+;<>?\\^`{|}")]
    [InlineData(UriEscape.UriComponent, " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}")]
    [InlineData(UriEscape.Html, " \"#%'<>\\^`{|}")]
    [InlineData(UriEscape.Refresh, " \"'<>\\^`{|~")]
    [InlineData(UriEscape.Memcached, " %")]
    public void Escape_PrintableCharacters_AreEscapedWhereThePlaceNeedsIt(UriEscape place, string escaped)
    {
        var expected = string.Concat(Printable.Select(c => escaped.Contains(c) ? $"%{(int)c:X2}" : c.ToString()));

        Assert.Equal(expected, Escape(Wire.Bytes(Printable), place));
    }

    [Theory]
    [InlineData(UriEscape.Uri, true)]
    [InlineData(UriEscape.Args, true)]
    [InlineData(UriEscape.UriComponent, true)]
    [InlineData(UriEscape.Html, true)]
    [InlineData(UriEscape.Refresh, true)]
    [InlineData(UriEscape.Memcached, false)]
    public void Escape_ControlsAndHighBytes_AreEscaped(UriEscape place, bool high)
    {
        Assert.Equal("%00%0A%1F", Escape([0, 10, 31], place));
        Assert.Equal(high ? "%7F%80%FF" : "\u007f\u0080\u00ff", Escape([127, 128, 255], place));
    }

    [Fact]
    public void Escape_NothingToEscape_CopiesTheText()
    {
        Assert.False(UriEscaping.NeedsEscaping("/a/b.c"u8, UriEscape.Uri));
        Assert.Equal("/a/b.c", Escape("/a/b.c"u8.ToArray(), UriEscape.Uri));
        Assert.Equal("", Escape([], UriEscape.Uri));
    }

    [Theory]
    [InlineData("a%20b", "a b")]
    [InlineData("%41%4a%4A", "AJJ")]
    [InlineData("%00", "\0")]
    [InlineData("%ff", "\u00ff")]
    [InlineData("a+b", "a+b")]
    [InlineData("%", "")]
    [InlineData("a%4", "a")]
    [InlineData("%zz", "zz")]
    [InlineData("%%41", "%41")]
    [InlineData("%4zb", "b")]
    [InlineData("", "")]
    public void Unescape_Text_IsDecodedAsNginxDoes(string text, string expected)
    {
        var bytes = Wire.Bytes(text);
        var output = new byte[bytes.Length];
        Assert.Equal(expected, Wire.Text(output.AsSpan(0, UriEscaping.Unescape(bytes, output))));

        // In place as well.
        Assert.Equal(expected, Wire.Text(bytes.AsSpan(0, UriEscaping.Unescape(bytes, bytes))));
    }

    [Fact]
    public void Unescape_WhatWasEscaped_IsTheOriginal()
    {
        var all = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        foreach (var place in Enum.GetValues<UriEscape>())
        {
            // The refresh set leaves "%" alone, so that place cannot be undone.
            if (place == UriEscape.Refresh)
                continue;

            var escaped = Wire.Bytes(Escape(all, place));
            var output = new byte[escaped.Length];
            Assert.Equal(all, output[..UriEscaping.Unescape(escaped, output)]);
        }
    }

    [Theory]
    [InlineData("a<b>c&d\"e'", "a&lt;b&gt;c&amp;d&quot;e'")]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    public void EscapeHtml_Markup_BecomesEntities(string text, string expected)
    {
        var output = new byte[UriEscaping.EscapedHtmlLength(Wire.Bytes(text))];

        Assert.Equal(output.Length, UriEscaping.EscapeHtml(Wire.Bytes(text), output));
        Assert.Equal(expected, Wire.Text(output));
    }

    private static string Escape(byte[] text, UriEscape place)
    {
        var output = new byte[UriEscaping.EscapedLength(text, place)];
        Assert.Equal(output.Length, UriEscaping.Escape(text, place, output));
        return Wire.Text(output);
    }
}
