using Hawser.Configuration.Directives;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Model;

/// <summary>A directive's value and its origin.</summary>
/// <param name="Value">The value.</param>
/// <param name="Span">The (first) directive that set it; null for a default.</param>
/// <param name="IsExplicit">True if the configuration sets it, here or in a block around; false for a default.</param>
public readonly record struct Setting<T>(T Value, SourceSpan? Span, bool IsExplicit);

/// <summary>A value as a scope keeps it.</summary>
/// <param name="Value">The value, of the directive's type.</param>
/// <param name="Span">The first directive that set it.</param>
/// <param name="SetBy">The directive that set it; differs from the storage key for pairs such as <c>root</c> and <c>alias</c>.</param>
internal sealed record StoredSetting(object? Value, SourceSpan Span, Directive SetBy);
