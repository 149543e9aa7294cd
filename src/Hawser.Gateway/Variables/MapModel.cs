using System.Text;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Variables;

/// <summary>
/// A <c>map</c> compiled. Keys are tried in nginx's order: exact ones without regard to case, with <c>hostnames</c> the longest
/// <c>*.suffix</c> and then the longest <c>prefix.*</c>, then regular expressions as listed, then the default.
/// </summary>
public sealed class MapModel
{
    private const int MaximumOnStack = 512;

    private readonly TemplateModel _source;
    private readonly TemplateModel _default;
    private readonly bool _hostNames;
    private readonly (RegexModel Regex, TemplateModel Value)[] _regexes;

    // Keys are byte strings in lower case, so that a value on the stack can look itself up.
    private readonly Dictionary<string, TemplateModel>.AlternateLookup<ReadOnlySpan<char>> _exact;
    private readonly Dictionary<string, TemplateModel>.AlternateLookup<ReadOnlySpan<char>> _suffixes;
    private readonly Dictionary<string, TemplateModel>.AlternateLookup<ReadOnlySpan<char>> _prefixes;

    private MapModel(MapConfig config, ModelBuilder builder)
    {
        _source = builder.Compile(config.Source);
        _default = builder.Compile(config.Default);
        _hostNames = config.MatchesHostNames;
        var exact = new Dictionary<string, TemplateModel>(StringComparer.Ordinal);
        var suffixes = new Dictionary<string, TemplateModel>(StringComparer.Ordinal);
        var prefixes = new Dictionary<string, TemplateModel>(StringComparer.Ordinal);
        var regexes = new List<(RegexModel, TemplateModel)>();
        foreach (MapEntry entry in config.Entries)
        {
            TemplateModel value = builder.Compile(entry.Value);
            switch (entry.Kind)
            {
                case MapKeyKind.Exact:
                    exact[entry.Key] = value;
                    break;
                case MapKeyKind.WildcardLeading:
                    suffixes.Add(entry.Key[1..], value);
                    break;
                case MapKeyKind.Dot:
                    suffixes.Add(entry.Key, value);
                    exact.TryAdd(entry.Key[1..], value);
                    break;
                case MapKeyKind.WildcardTrailing:
                    prefixes.Add(entry.Key[..^1], value);
                    break;
                case MapKeyKind.Regex:
                    regexes.Add((builder.Compile(entry.Pattern!), value));
                    break;
                default:
                    throw new NotSupportedException($"A map key of kind {entry.Kind} is not known.");
            }
        }
        _exact = exact.GetAlternateLookup<ReadOnlySpan<char>>();
        _suffixes = suffixes.GetAlternateLookup<ReadOnlySpan<char>>();
        _prefixes = prefixes.GetAlternateLookup<ReadOnlySpan<char>>();
        _regexes = [.. regexes];
    }

    public static MapModel From(MapConfig config, ModelBuilder builder) => new(config, builder);

    /// <summary>The value of the map's variable.</summary>
    public VariableValue Evaluate(HttpExchange exchange)
    {
        ByteSlice source = _source.Evaluate(exchange);
        if (_hostNames && !source.IsEmpty && source[source.Length - 1] == '.') source = source.Slice(0, source.Length - 1);
        return Find(exchange, source).Evaluate(exchange);
    }

    private TemplateModel Find(HttpExchange exchange, ByteSlice source)
    {
        if (FindText(source.Span) is { } value) return value;
        if (source.IsEmpty) return _default; // nginx shows the empty string to no expression
        foreach ((RegexModel regex, TemplateModel matched) in _regexes)
        {
            if (regex.Matches(exchange, source.Span)) return matched;
        }
        return _default;
    }

    private TemplateModel? FindText(ReadOnlySpan<byte> source)
    {
        char[]? rented = null;
        Span<char> text = source.Length <= MaximumOnStack
            ? stackalloc char[MaximumOnStack]
            : rented = System.Buffers.ArrayPool<char>.Shared.Rent(source.Length);
        text = text[..source.Length];
        Encoding.Latin1.GetChars(source, text);
        ToLower(text);
        TemplateModel? value = _exact.TryGetValue(text, out TemplateModel? exact) ? exact : FindWildcard(text);
        if (rented is not null) System.Buffers.ArrayPool<char>.Shared.Return(rented);
        return value;
    }

    // ASCII alone: a byte above 127 is part of some encoding that the map knows nothing of.
    private static void ToLower(Span<char> text)
    {
        for (int upper; (upper = text.IndexOfAnyInRange('A', 'Z')) >= 0; text = text[(upper + 1)..]) text[upper] |= ' ';
    }

    private TemplateModel? FindWildcard(ReadOnlySpan<char> name)
    {
        if (_suffixes.Dictionary.Count > 0)
        {
            for (int dot = name.IndexOf('.'); dot >= 0; dot = NextDot(name, dot))
            {
                if (_suffixes.TryGetValue(name[dot..], out TemplateModel? value)) return value;
            }
        }
        if (_prefixes.Dictionary.Count > 0)
        {
            for (int dot = name.LastIndexOf('.'); dot >= 0; dot = name[..dot].LastIndexOf('.'))
            {
                if (_prefixes.TryGetValue(name[..(dot + 1)], out TemplateModel? value)) return value;
            }
        }
        return null;
    }

    private static int NextDot(ReadOnlySpan<char> name, int dot)
    {
        int next = name[(dot + 1)..].IndexOf('.');
        return next < 0 ? -1 : dot + 1 + next;
    }
}
