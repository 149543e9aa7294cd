using System.Globalization;
using System.Text;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Diagnostics;

/// <summary>Writes a diagnostic for people: nginx's line first, since tools parse it, then the place with the source line and what to do.</summary>
public static class DiagnosticRenderer
{
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
        SourceExcerpt excerpt = SourceExcerpt.Of(span, line);
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
}
