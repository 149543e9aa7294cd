using System.Collections.Immutable;
using System.Net;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Model;

/// <summary><c>geo [$address] $variable { }</c></summary>
/// <param name="Source">The address looked up; null for the client's.</param>
/// <param name="Variable">The variable it defines, in lower case, without <c>$</c>.</param>
/// <param name="IsVolatile"><c>volatile</c>: computed again each time.</param>
/// <param name="Default">The value where nothing matches; empty without <c>default</c>.</param>
/// <param name="Ranges">Addresses and their values. Where ranges overlap, the last one counts.</param>
/// <param name="Proxies"><c>proxy</c>: peers whose X-Forwarded-For is believed.</param>
/// <param name="IsProxyRecursive"><c>proxy_recursive</c>: the list is followed back to the first address that is no proxy's.</param>
/// <param name="Span">The directive up to its brace.</param>
public sealed record GeoConfig(
    Template? Source, string Variable, bool IsVolatile, string Default, ImmutableArray<GeoRange> Ranges, ImmutableArray<IPNetwork> Proxies,
    bool IsProxyRecursive, SourceSpan Span)
{
    /// <summary><c>ranges</c>: lines have ranges of IPv4 addresses and not networks.</summary>
    public bool HasRanges { get; init; }
}

/// <summary>Addresses of one family from <paramref name="First"/> to <paramref name="Last"/>, and their value.</summary>
public sealed record GeoRange(IPAddress First, IPAddress Last, string Value);

/// <summary><c>split_clients string $variable { }</c></summary>
/// <param name="Source">What is hashed.</param>
/// <param name="Variable">The variable it defines, in lower case, without <c>$</c>.</param>
/// <param name="Parts">The shares in source order.</param>
/// <param name="Span">The directive up to its brace.</param>
public sealed record SplitClientsConfig(Template Source, string Variable, ImmutableArray<SplitClientsPart> Parts, SourceSpan Span);

/// <summary>One share of <c>split_clients</c>.</summary>
/// <param name="Hundredths">Hundredths of a percent; 0 for <c>*</c>, all that is left.</param>
/// <param name="Value">The value.</param>
public sealed record SplitClientsPart(int Hundredths, string Value);
