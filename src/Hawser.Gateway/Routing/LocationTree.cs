using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Routing;

/// <summary>
/// The locations written in one block (a server or another location), and nginx's search among them: an <c>=</c> location that equals the
/// path; else the longest prefix, then what is inside it, then the regular expressions beside it in the order of the file, unless the
/// prefix says <c>^~</c>. Inner expressions therefore come before outer ones. Paths are compared byte by byte. The search allocates
/// nothing but what a regular expression captures.
/// </summary>
public sealed class LocationTree
{
    private readonly PrefixTrie _prefixes;
    private readonly RegexLocation[] _regexes;
    private readonly Dictionary<ByteSlice, LocationModel> _named;

    internal LocationTree(PrefixTrie prefixes, RegexLocation[] regexes, Dictionary<ByteSlice, LocationModel> named)
    {
        _prefixes = prefixes;
        _regexes = regexes;
        _named = named;
    }

    /// <summary>A block without locations.</summary>
    public static LocationTree Empty { get; } = new(new PrefixTrie(), [], []);

    internal sealed record RegexLocation(RegexModel Regex, LocationModel Location, LocationTree Inner);

    private enum Verdict : byte
    {
        NoMatch,
        Prefix,
        Final,
        AutoRedirect,
    }

    /// <summary>The location for the exchange's path. Matching expressions set the exchange's captures.</summary>
    public LocationMatch Find(HttpExchange exchange) => Find(exchange, exchange.Uri.Span, null);

    /// <inheritdoc cref="Find(HttpExchange)"/>
    /// <param name="steps">Receives every location that was considered, in order; null when nobody asks.</param>
    public LocationMatch Find(HttpExchange exchange, ICollection<LocationStep>? steps) => Find(exchange, exchange.Uri.Span, steps);

    /// <summary>The location <c>@name</c> of this server, or null. <paramref name="name"/> includes the <c>@</c>.</summary>
    public LocationModel? FindNamed(ByteSlice name) => _named.GetValueOrDefault(name);

    private LocationMatch Find(HttpExchange exchange, ReadOnlySpan<byte> path, ICollection<LocationStep>? steps)
    {
        LocationModel? found = null;
        Verdict verdict = Search(exchange, path, steps, ref found);
        return new LocationMatch(found, verdict == Verdict.AutoRedirect);
    }

    private Verdict Search(HttpExchange exchange, ReadOnlySpan<byte> path, ICollection<LocationStep>? steps, ref LocationModel? found)
    {
        bool skipRegexes = false;
        PrefixTrie.Entry? prefix = _prefixes.Find(path, out PrefixTrie.MatchKind kind);
        if (prefix is not null)
        {
            found = prefix.Location;
            steps?.Add(new LocationStep(StepOf(kind), prefix.Location));
            if (kind == PrefixTrie.MatchKind.Exact) return Verdict.Final;
            if (kind == PrefixTrie.MatchKind.WithoutSlash) return Verdict.AutoRedirect;
            skipRegexes = prefix.SkipsRegexes;
            Verdict inner = prefix.Inner.Search(exchange, path, steps, ref found);
            if (inner is Verdict.Final or Verdict.AutoRedirect) return inner;
        }
        foreach (RegexLocation candidate in _regexes)
        {
            if (skipRegexes)
            {
                steps?.Add(new LocationStep(LocationStepKind.RegexSkipped, candidate.Location));
                continue;
            }
            bool matches = candidate.Regex.Matches(exchange, path);
            steps?.Add(new LocationStep(matches ? LocationStepKind.RegexMatched : LocationStepKind.RegexFailed, candidate.Location));
            if (!matches) continue;
            found = candidate.Location;
            // Whatever the inner search found, even an inner redirect for a missing slash, counts as a plain match, as in nginx.
            _ = candidate.Inner.Search(exchange, path, steps, ref found);
            return Verdict.Final;
        }
        return prefix is null ? Verdict.NoMatch : Verdict.Prefix;
    }

    private static LocationStepKind StepOf(PrefixTrie.MatchKind kind) => kind switch
    {
        PrefixTrie.MatchKind.Exact => LocationStepKind.Exact,
        PrefixTrie.MatchKind.WithoutSlash => LocationStepKind.AutoRedirect,
        _ => LocationStepKind.LongestPrefix,
    };
}
