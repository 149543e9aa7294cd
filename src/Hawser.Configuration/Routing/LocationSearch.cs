using System.Text;
using Hawser.Configuration.Model;

namespace Hawser.Configuration.Routing;

/// <summary>
/// The locations written in one block (a server or another location), and nginx's search among them: an <c>=</c> location that equals the
/// path; else the longest prefix, then what is inside it, then the regular expressions beside it in the order of the file, unless the
/// prefix says <c>^~</c>. Inner expressions therefore come before outer ones. Paths are compared byte by byte. The search allocates
/// nothing but what a regular expression captures.
/// </summary>
/// <typeparam name="TLocation">What a search yields: a compiled location, or the declared one.</typeparam>
/// <typeparam name="TRegex">The compiled form of an expression.</typeparam>
public sealed class LocationSearch<TLocation, TRegex>
    where TLocation : class
{
    private readonly PrefixTrie<PrefixLocation> _prefixes = new();
    private readonly List<RegexLocation> _regexes = [];
    private readonly Dictionary<byte[], TLocation>.AlternateLookup<ReadOnlySpan<byte>> _named =
        new Dictionary<byte[], TLocation>(ByteKeyComparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();

    private sealed record PrefixLocation(TLocation Location, LocationSearch<TLocation, TRegex> Inner, bool SkipsRegexes);

    private readonly record struct RegexLocation(TRegex Regex, TLocation Location, LocationSearch<TLocation, TRegex> Inner);

    private enum Verdict : byte
    {
        NoMatch,
        Prefix,
        Final,
        AutoRedirect,
    }

    /// <summary>Adds one location, in the order of the file, with the search among those inside it.</summary>
    /// <param name="regex">The compiled expression of a regex location; not looked at for others.</param>
    /// <param name="redirectsWithSlash">Its path ends in <c>/</c> and it is proxied: a request without the slash is redirected.</param>
    /// <returns>False when the block has one of that kind and path already.</returns>
    public bool TryAdd(
        LocationConfig config, TLocation location, LocationSearch<TLocation, TRegex> inner, TRegex? regex, bool redirectsWithSlash)
    {
        ArgumentNullException.ThrowIfNull(config);
        switch (config.MatchKind)
        {
            case LocationMatchKind.Regex or LocationMatchKind.RegexIgnoreCase:
                _regexes.Add(new RegexLocation(regex!, location, inner));
                return true;
            case LocationMatchKind.Named:
                return _named.Dictionary.TryAdd(Encoding.Latin1.GetBytes(config.Pattern), location);
            default:
                var entry = new PrefixLocation(location, inner, config.MatchKind == LocationMatchKind.PrefixNoRegex);
                byte[] path = Encoding.Latin1.GetBytes(config.Pattern);
                return _prefixes.TryAdd(path, entry, config.MatchKind == LocationMatchKind.Exact, redirectsWithSlash);
        }
    }

    /// <summary>The location for a path.</summary>
    /// <param name="matcher">Tries the expressions.</param>
    /// <param name="path">The normalized path.</param>
    /// <param name="steps">Receives every location that was considered, in order; null when nobody asks.</param>
    public LocationMatch<TLocation> Find<TMatcher>(ref TMatcher matcher, ReadOnlySpan<byte> path, ICollection<LocationStep<TLocation>>? steps)
        where TMatcher : struct, IRegexMatcher<TRegex>
    {
        TLocation? found = null;
        Verdict verdict = Search(ref matcher, path, steps, ref found);
        return new LocationMatch<TLocation>(found, verdict == Verdict.AutoRedirect);
    }

    /// <summary>The location <c>@name</c>, or null. <paramref name="name"/> includes the <c>@</c>.</summary>
    public TLocation? FindNamed(ReadOnlySpan<byte> name) => _named.TryGetValue(name, out TLocation? location) ? location : null;

    private Verdict Search<TMatcher>(
        ref TMatcher matcher, ReadOnlySpan<byte> path, ICollection<LocationStep<TLocation>>? steps, ref TLocation? found)
        where TMatcher : struct, IRegexMatcher<TRegex>
    {
        bool skipRegexes = false;
        PrefixLocation? prefix = _prefixes.Find(path, out PrefixMatchKind kind);
        if (prefix is not null)
        {
            found = prefix.Location;
            steps?.Add(new LocationStep<TLocation>(StepOf(kind), prefix.Location));
            if (kind == PrefixMatchKind.Exact) return Verdict.Final;
            if (kind == PrefixMatchKind.WithoutSlash) return Verdict.AutoRedirect;
            skipRegexes = prefix.SkipsRegexes;
            Verdict inner = prefix.Inner.Search(ref matcher, path, steps, ref found);
            if (inner is Verdict.Final or Verdict.AutoRedirect) return inner;
        }
        foreach (RegexLocation candidate in _regexes)
        {
            if (skipRegexes)
            {
                steps?.Add(new LocationStep<TLocation>(LocationStepKind.RegexSkipped, candidate.Location));
                continue;
            }
            bool matches = matcher.Matches(candidate.Regex, path);
            steps?.Add(new LocationStep<TLocation>(matches ? LocationStepKind.RegexMatched : LocationStepKind.RegexFailed, candidate.Location));
            if (!matches) continue;
            found = candidate.Location;
            // Whatever the inner search found, even an inner redirect for a missing slash, counts as a plain match, as in nginx.
            _ = candidate.Inner.Search(ref matcher, path, steps, ref found);
            return Verdict.Final;
        }
        return prefix is null ? Verdict.NoMatch : Verdict.Prefix;
    }

    private static LocationStepKind StepOf(PrefixMatchKind kind) => kind switch
    {
        PrefixMatchKind.Exact => LocationStepKind.Exact,
        PrefixMatchKind.WithoutSlash => LocationStepKind.AutoRedirect,
        _ => LocationStepKind.LongestPrefix,
    };
}
