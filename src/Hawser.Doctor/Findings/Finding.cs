using System.Collections.Immutable;
using Hawser.Configuration.Syntax;

namespace Hawser.Doctor.Findings;

/// <summary>A value for a text: <c>{name}</c> in it.</summary>
/// <param name="Name">The placeholder's name.</param>
/// <param name="Value">Text for people, not a byte string.</param>
public readonly record struct TextValue(string Name, string Value)
{
    public static implicit operator TextValue((string Name, string Value) pair) => new(pair.Name, pair.Value);

    /// <summary>Makes a value of bytes of the configuration.</summary>
    public static TextValue OfBytes(string name, string byteString) => new(name, ByteText.ToDisplay(byteString));
}

/// <summary>What a rule found at one place.</summary>
/// <param name="RuleId">For example <c>HW102</c>.</param>
/// <param name="Severity">How much it hurts.</param>
/// <param name="Span">What to underline, in the file as it is on disk; null where no line is to blame.</param>
/// <param name="Variant">Which of the rule's texts says it; empty for the plain one.</param>
/// <param name="Values">What the text names.</param>
/// <param name="Fix">A change of the text; null where none is safe.</param>
public sealed record Finding(
    string RuleId, FindingSeverity Severity, SourceSpan? Span, string Variant, ImmutableArray<TextValue> Values, Fix? Fix)
{
    /// <summary>True where the truth is in a file or value that is not there: the finding says so, and accuses nobody.</summary>
    public bool IsUnknown { get; init; }
}
