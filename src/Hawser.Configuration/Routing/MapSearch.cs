using System.Text;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Routing;

/// <summary>
/// The lookup of a <c>map</c>. Keys are tried in nginx's order: exact ones without regard to case, with <c>hostnames</c> the longest
/// <c>*.suffix</c> and then the longest <c>prefix.*</c>, then regular expressions as listed, then the default.
/// </summary>
/// <typeparam name="TValue">The compiled form of a value.</typeparam>
/// <typeparam name="TRegex">The compiled form of an expression.</typeparam>
public sealed class MapSearch<TValue, TRegex>
    where TValue : class
{
    private const int MaximumOnStack = 512;

    private readonly TValue _default;
    private readonly bool _hostNames;
    private readonly List<(TRegex Regex, TValue Value)> _regexes = [];

    // Keys are byte strings in lower case, so that a value on the stack can look itself up.
    private readonly Dictionary<string, TValue>.AlternateLookup<ReadOnlySpan<char>> _exact = NewTable();
    private readonly Dictionary<string, TValue>.AlternateLookup<ReadOnlySpan<char>> _suffixes = NewTable();
    private readonly Dictionary<string, TValue>.AlternateLookup<ReadOnlySpan<char>> _prefixes = NewTable();

    public MapSearch(MapConfig config, Func<Template, TValue> compileValue, Func<RegexPattern, TRegex> compileRegex)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(compileValue);
        ArgumentNullException.ThrowIfNull(compileRegex);
        _default = compileValue(config.Default);
        _hostNames = config.MatchesHostNames;
        foreach (MapEntry entry in config.Entries)
        {
            TValue value = compileValue(entry.Value);
            switch (entry.Kind)
            {
                case MapKeyKind.Exact:
                    _exact.Dictionary[entry.Key] = value;
                    break;
                case MapKeyKind.WildcardLeading:
                    _suffixes.Dictionary.Add(entry.Key[1..], value);
                    break;
                case MapKeyKind.Dot:
                    _suffixes.Dictionary.Add(entry.Key, value);
                    _exact.Dictionary.TryAdd(entry.Key[1..], value);
                    break;
                case MapKeyKind.WildcardTrailing:
                    _prefixes.Dictionary.Add(entry.Key[..^1], value);
                    break;
                case MapKeyKind.Regex:
                    _regexes.Add((compileRegex(entry.Pattern!), value));
                    break;
                default:
                    throw new NotSupportedException($"A map key of kind {entry.Kind} is not known.");
            }
        }
    }

    /// <summary>The value for a source.</summary>
    /// <param name="matcher">Tries the expressions.</param>
    /// <param name="source">The value looked up.</param>
    public TValue Find<TMatcher>(ref TMatcher matcher, ReadOnlySpan<byte> source)
        where TMatcher : struct, IRegexMatcher<TRegex>
    {
        if (_hostNames && source is [.., (byte)'.']) source = source[..^1];
        if (FindText(source) is { } value) return value;
        if (source.IsEmpty) return _default; // nginx shows the empty string to no expression
        foreach ((TRegex regex, TValue matched) in _regexes)
        {
            if (matcher.Matches(regex, source)) return matched;
        }
        return _default;
    }

    private TValue? FindText(ReadOnlySpan<byte> source)
    {
        char[]? rented = null;
        Span<char> text = source.Length <= MaximumOnStack
            ? stackalloc char[MaximumOnStack]
            : rented = System.Buffers.ArrayPool<char>.Shared.Rent(source.Length);
        text = text[..source.Length];
        Encoding.Latin1.GetChars(source, text);
        ToLower(text);
        TValue? value = _exact.TryGetValue(text, out TValue? exact) ? exact : FindWildcard(text);
        if (rented is not null) System.Buffers.ArrayPool<char>.Shared.Return(rented);
        return value;
    }

    // ASCII alone: a byte above 127 is part of some encoding that the map knows nothing of.
    private static void ToLower(Span<char> text)
    {
        for (int upper; (upper = text.IndexOfAnyInRange('A', 'Z')) >= 0; text = text[(upper + 1)..]) text[upper] |= ' ';
    }

    private TValue? FindWildcard(ReadOnlySpan<char> name)
    {
        if (_suffixes.Dictionary.Count > 0)
        {
            for (int dot = name.IndexOf('.'); dot >= 0; dot = NextDot(name, dot))
            {
                if (_suffixes.TryGetValue(name[dot..], out TValue? value)) return value;
            }
        }
        if (_prefixes.Dictionary.Count > 0)
        {
            for (int dot = name.LastIndexOf('.'); dot >= 0; dot = name[..dot].LastIndexOf('.'))
            {
                if (_prefixes.TryGetValue(name[..(dot + 1)], out TValue? value)) return value;
            }
        }
        return null;
    }

    private static int NextDot(ReadOnlySpan<char> name, int dot)
    {
        int next = name[(dot + 1)..].IndexOf('.');
        return next < 0 ? -1 : dot + 1 + next;
    }

    private static Dictionary<string, TValue>.AlternateLookup<ReadOnlySpan<char>> NewTable() =>
        new Dictionary<string, TValue>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
}
