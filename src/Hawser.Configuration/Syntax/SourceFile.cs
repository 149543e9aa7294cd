using System.Text;

namespace Hawser.Configuration.Syntax;

/// <summary>
/// One configuration text. The text is a byte string: every char is one byte (Latin-1), so that any file round-trips
/// and offsets are byte offsets.
/// </summary>
public sealed class SourceFile
{
    private int[]? _lineStarts;

    /// <summary>Creates a file from the exact bytes read.</summary>
    /// <param name="path">The path as nginx would print it: the full path, or what the caller wants shown.</param>
    /// <param name="bytes">The content. It is kept, not copied.</param>
    public SourceFile(string path, ReadOnlyMemory<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(path);
        Path = path;
        Bytes = bytes;
        Text = Encoding.Latin1.GetString(bytes.Span);
    }

    private SourceFile(string text)
    {
        Path = "command line";
        Text = text;
        Bytes = Encoding.Latin1.GetBytes(text);
        IsCommandLine = true;
    }

    /// <summary>The path as nginx would print it in a message.</summary>
    public string Path { get; }

    /// <summary>The content, one char per byte.</summary>
    public string Text { get; }

    /// <summary>The exact bytes of the file, as <c>-T</c> dumps them.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>True for the text of <c>-g</c>, whose errors are reported "in command line" and carry no line number.</summary>
    public bool IsCommandLine { get; }

    /// <summary>How many lines there are. A file that ends with a line feed has an empty last line.</summary>
    public int LineCount => LineStarts.Length;

    private int[] LineStarts => _lineStarts ??= FindLineStarts(Text);

    /// <summary>Makes a file of the text given with <c>-g</c>.</summary>
    public static SourceFile FromCommandLine(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new SourceFile(text);
    }

    /// <summary>The line, counted from 1, that holds a byte offset. The line feed belongs to the line it ends.</summary>
    public int GetLine(int offset)
    {
        int index = Array.BinarySearch(LineStarts, offset);
        return index >= 0 ? index + 1 : ~index;
    }

    /// <summary>The offset of the first byte of a line.</summary>
    /// <param name="line">Counted from 1.</param>
    public int GetLineStart(int line) => LineStarts[line - 1];

    /// <summary>The bytes of a line without its line end.</summary>
    /// <param name="line">Counted from 1.</param>
    public string GetLineText(int line)
    {
        int start = LineStarts[line - 1];
        int end = Text.IndexOf('\n', start);
        if (end < 0)
            end = Text.Length;
        if (end > start && Text[end - 1] == '\r')
            end--;
        return Text[start..end];
    }

    /// <inheritdoc />
    public override string ToString() => Path;

    private static int[] FindLineStarts(string text)
    {
        var starts = new List<int> { 0 };
        for (int at = text.IndexOf('\n'); at >= 0; at = text.IndexOf('\n', at + 1))
            starts.Add(at + 1);
        return [.. starts];
    }
}
