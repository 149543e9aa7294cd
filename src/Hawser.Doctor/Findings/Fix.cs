using System.Collections.Immutable;
using Hawser.Configuration.Syntax;

namespace Hawser.Doctor.Findings;

/// <summary>One replacement in a file. An empty stretch inserts.</summary>
/// <param name="Path">The file.</param>
/// <param name="Start">Offset of the first byte replaced.</param>
/// <param name="Length">Bytes replaced.</param>
/// <param name="Text">What takes their place, a byte string.</param>
public sealed record TextEdit(string Path, int Start, int Length, string Text)
{
    /// <summary>Offset of the first byte behind what is replaced.</summary>
    public int End => Start + Length;

    /// <summary>Replaces a stretch.</summary>
    public static TextEdit Replace(SourceSpan span, string text) => new(span.File.Path, span.Start, span.Length, text);

    /// <summary>Inserts before an offset.</summary>
    public static TextEdit Insert(SourceFile file, int offset, string text) => new(file.Path, offset, 0, text);
}

/// <summary>A change that cures a finding without changing what else the configuration does.</summary>
/// <param name="Edits">The replacements, all of them or none.</param>
public sealed record Fix(ImmutableArray<TextEdit> Edits)
{
    public Fix(params ReadOnlySpan<TextEdit> edits)
        : this(ImmutableArray.Create(edits))
    {
    }
}
