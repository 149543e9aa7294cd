using System.Collections.Immutable;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Model;

/// <summary><c>map source $variable { }</c></summary>
/// <param name="Source">The value looked up.</param>
/// <param name="Variable">The variable it defines, in lower case, without <c>$</c>.</param>
/// <param name="MatchesHostNames"><c>hostnames</c>: keys may be <c>*.example.org</c>, <c>mail.*</c> and <c>.example.org</c>.</param>
/// <param name="IsVolatile"><c>volatile</c>: computed again each time.</param>
/// <param name="Default">The value if no key matches; the empty string without <c>default</c>.</param>
/// <param name="Entries">The keys in source order. Exact ones are compared without case and come first, then wildcards, then expressions in order.</param>
/// <param name="Span">The directive up to its brace.</param>
public sealed record MapConfig(
    Template Source, string Variable, bool MatchesHostNames, bool IsVolatile, Template Default, ImmutableArray<MapEntry> Entries, SourceSpan Span);

/// <summary>How the key of a <see cref="MapEntry"/> is compared.</summary>
public enum MapKeyKind
{
    /// <summary>The whole value, without case.</summary>
    Exact,

    /// <summary><c>*.example.org</c></summary>
    WildcardLeading,

    /// <summary><c>mail.*</c></summary>
    WildcardTrailing,

    /// <summary><c>.example.org</c>: the name and those below it.</summary>
    Dot,

    /// <summary><c>~pattern</c>, <c>~*pattern</c></summary>
    Regex,
}

/// <summary>One line of a <c>map</c>.</summary>
/// <param name="Kind">How the key is compared.</param>
/// <param name="Key">The key in lower case; for an expression its text.</param>
/// <param name="Pattern">The expression; null for other kinds.</param>
/// <param name="Value">The value, which may hold variables and captures.</param>
/// <param name="Span">The line.</param>
public sealed record MapEntry(MapKeyKind Kind, string Key, RegexPattern? Pattern, Template Value, SourceSpan Span);
