using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;

namespace Hawser.Gateway.Filters;

/// <summary>The charsets that a configuration names anywhere, and the conversions between them. Names are compared without case.</summary>
internal sealed class CharsetRegistry
{
    private const int LongestName = 64;

    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Dictionary<string, CharsetTable>> _tables = new(StringComparer.OrdinalIgnoreCase);

    public bool IsEmpty => _names.Count == 0;

    public static CharsetRegistry From(HttpConfig http)
    {
        var registry = new CharsetRegistry();
        foreach (CharsetMapConfig map in http.Get(Known.CharsetMap))
        {
            registry._names.Add(map.Source);
            registry._names.Add(map.Target);
            registry.Add(map.Source, map.Target, CharsetTable.Forward(map));
            registry.Add(map.Target, map.Source, CharsetTable.Backward(map));
        }
        registry.AddNames(http);
        foreach (ServerConfig server in http.Servers)
        {
            registry.AddNames(server);
            registry.AddNames(server.Locations);
        }
        return registry;
    }

    public bool Contains(ReadOnlySpan<byte> name)
    {
        if (name.Length > LongestName) return false;
        Span<char> text = stackalloc char[name.Length];
        Encoding.Latin1.GetChars(name, text);
        return _names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text);
    }

    /// <summary>The conversion between two charsets; null if no map has them.</summary>
    public CharsetTable? Find(ReadOnlySpan<byte> source, ReadOnlySpan<byte> target)
    {
        Span<char> from = stackalloc char[source.Length];
        Encoding.Latin1.GetChars(source, from);
        Span<char> to = stackalloc char[target.Length];
        Encoding.Latin1.GetChars(target, to);
        return _tables.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(from, out Dictionary<string, CharsetTable>? targets)
            && targets.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(to, out CharsetTable? table) ? table : null;
    }

    private void AddNames(IReadOnlyList<LocationConfig> locations)
    {
        foreach (LocationConfig location in locations)
        {
            AddNames(location);
            AddNames(location.Locations);
        }
    }

    private void AddNames(ConfigScope scope)
    {
        if (scope.Get(Known.Charset).Name is { } charset) AddName(charset);
        if (scope.Get(Known.SourceCharset).Name is { } source) AddName(source);
    }

    // A variable may name none that nothing else names, but charsets are in use then.
    private void AddName(Configuration.Templates.Template name) => _names.Add(name.IsConstant ? name.ConstantValue : "");

    private void Add(string source, string target, CharsetTable table)
    {
        if (!_tables.TryGetValue(source, out Dictionary<string, CharsetTable>? targets))
            _tables.Add(source, targets = new Dictionary<string, CharsetTable>(StringComparer.OrdinalIgnoreCase));
        targets[target] = table;
    }
}
