namespace Hawser.Configuration.Syntax;

/// <summary>One word of a directive.</summary>
/// <param name="Value">The bytes after quotes and escapes are taken away.</param>
/// <param name="Span">Where the word stands, quotes included.</param>
/// <param name="Quoted">True if it was written in quotes.</param>
public sealed record Argument(string Value, SourceSpan Span, bool Quoted)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}
