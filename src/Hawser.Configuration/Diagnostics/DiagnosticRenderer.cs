using System.Globalization;
using System.Text;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Diagnostics;

/// <summary>Writes a diagnostic for people: nginx's line first, since tools parse it, then the place with the source line and what to do.</summary>
public static class DiagnosticRenderer
{
    private const int WidestExcerpt = 120;
    private const int TabWidth = 4;

    /// <summary>
    /// Renders a diagnostic:
    /// <code>
    /// [emerg] unknown directive "proxy_pas" in /etc/nginx/nginx.conf:12
    /// /etc/nginx/nginx.conf:12:9
    ///     12 |         proxy_pas http://backend;
    ///        |         ^^^^^^^^^ did you mean "proxy_pass"?
    /// </code>
    /// </summary>
    /// <returns>Unicode text, every line ended by a line feed. Without a span there is the first line, and the hint if there is one.</returns>
    public static string Render(Diagnostic diagnostic)
    {
        ArgumentNullException.ThrowIfNull(diagnostic);
        var output = new StringBuilder();
        output.Append(Printable(diagnostic.Headline)).Append('\n');
        if (diagnostic.Span is { } span)
            AppendExcerpt(output, span, diagnostic.Hint);
        else if (diagnostic.Hint is { } hint)
            output.Append("    ").Append(Printable(hint)).Append('\n');
        return output.ToString();
    }

    private static void AppendExcerpt(StringBuilder output, SourceSpan span, string? hint)
    {
        int line = span.Line;
        output.Append(Printable(span.ToString())).Append('\n');
        string number = line.ToString(CultureInfo.InvariantCulture).PadLeft(6);
        Excerpt excerpt = Excerpt.Of(span, line);
        output.Append(number).Append(" | ").Append(excerpt.Text).Append('\n');
        output.Append(' ', number.Length).Append(" | ").Append(' ', excerpt.Offset).Append('^', excerpt.Length);
        if (hint is not null)
            output.Append(' ').Append(Printable(hint));
        output.Append('\n');
    }

    // Control characters in a configuration must not reach a terminal.
    private static string Printable(string byteString)
    {
        var text = new StringBuilder();
        foreach (Rune rune in ByteText.ToDisplay(byteString).EnumerateRunes())
            text.Append(Rune.IsControl(rune) ? "?" : rune.ToString());
        return text.ToString();
    }

    /// <summary>A source line as shown: tabs expanded, shortened around the span where it is long, with offset and length in terminal cells.</summary>
    private readonly record struct Excerpt(string Text, int Offset, int Length)
    {
        public static Excerpt Of(SourceSpan span, int line)
        {
            string source = span.File.GetLineText(line);
            int start = Math.Min(span.Start - span.File.GetLineStart(line), source.Length);
            int end = Math.Clamp(start + span.Length, start, source.Length);
            int from = SkipFrom(source, start);
            string before = from == 0 ? "" : "... ";
            (string head, int headWidth) = Show(source.AsSpan(from, start - from), 0);
            (string marked, int markedWidth) = Show(source.AsSpan(start, Math.Min(end - start, WidestExcerpt)), headWidth);
            int rest = Math.Min(source.Length - end, Math.Max(0, WidestExcerpt - headWidth - markedWidth));
            (string tail, _) = Show(source.AsSpan(end, rest), headWidth + markedWidth);
            string after = end + rest == source.Length && end - start <= WidestExcerpt ? "" : " ...";
            return new Excerpt(before + head + marked + tail + after, before.Length + headWidth, Math.Max(1, markedWidth));
        }

        // On a long line the excerpt starts a third of its width before the span, at the start of a UTF-8 sequence.
        private static int SkipFrom(string source, int start)
        {
            if (source.Length <= WidestExcerpt || start <= WidestExcerpt / 3)
                return 0;
            int from = start - WidestExcerpt / 3;
            while (from < start && (source[from] & 0xC0) == 0x80)
                from++;
            return from;
        }

        private static (string Text, int Width) Show(ReadOnlySpan<char> byteString, int column)
        {
            var text = new StringBuilder();
            int width = 0;
            foreach (Rune rune in ByteText.ToDisplay(byteString).EnumerateRunes())
            {
                if (rune.Value == '\t')
                {
                    int spaces = TabWidth - (column + width) % TabWidth;
                    text.Append(' ', spaces);
                    width += spaces;
                    continue;
                }
                text.Append(Rune.IsControl(rune) ? "?" : rune.ToString());
                width += TerminalWidth.Of(rune);
            }
            return (text.ToString(), width);
        }
    }
}
