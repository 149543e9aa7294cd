using System.Text;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Diagnostics;

/// <summary>A source line as shown: tabs expanded, shortened around the span where it is long, with offset and length in terminal cells.</summary>
public readonly record struct SourceExcerpt(string Text, int Offset, int Length)
{
    private const int WidestExcerpt = 120;
    private const int TabWidth = 4;

    /// <summary>Cuts the line out.</summary>
    public static SourceExcerpt Of(SourceSpan span, int line)
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
        return new SourceExcerpt(before + head + marked + tail + after, before.Length + headWidth, Math.Max(1, markedWidth));
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
