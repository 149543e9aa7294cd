namespace Hawser.Configuration.Syntax;

/// <summary>A stretch of bytes of one file.</summary>
/// <param name="File">The file.</param>
/// <param name="Start">Offset of the first byte.</param>
/// <param name="Length">How many bytes; zero marks a position between two bytes.</param>
public readonly record struct SourceSpan(SourceFile File, int Start, int Length)
{
    /// <summary>Offset of the first byte after the span.</summary>
    public int End => Start + Length;

    /// <summary>The line of the first byte, counted from 1.</summary>
    public int Line => File.GetLine(Start);

    /// <summary>The column of the first byte, counted from 1 in code points of the text read as UTF-8.</summary>
    public int Column
    {
        get
        {
            int lineStart = File.GetLineStart(Line);
            return ByteText.CountCodePoints(File.Text.AsSpan(lineStart, Start - lineStart)) + 1;
        }
    }

    /// <summary>The bytes covered.</summary>
    public ReadOnlySpan<char> Text => File.Text.AsSpan(Start, Length);

    /// <summary>The smallest span that holds this one and another of the same file.</summary>
    public SourceSpan To(SourceSpan last) => this with { Length = Math.Max(End, last.End) - Start };

    /// <summary><c>path:line:column</c>.</summary>
    public override string ToString() => $"{File.Path}:{Line}:{Column}";
}
