using System.Text;
using Hawser.Configuration.Model;

namespace Hawser.Configuration.Routing;

/// <summary>
/// Chooses the server of an address by the host asked for, as nginx: an exact name, the longest <c>*.suffix</c>, the longest
/// <c>prefix.*</c>, the first regular expression that matches, the default server.
/// </summary>
/// <param name="defaultServer">Serves what no name matches.</param>
public sealed class ServerNameSearch<TServer, TRegex>(TServer defaultServer)
    where TServer : class
{
    private readonly Dictionary<byte[], TServer>.AlternateLookup<ReadOnlySpan<byte>> _exact = NewTable();
    private readonly Dictionary<byte[], TServer>.AlternateLookup<ReadOnlySpan<byte>> _suffixes = NewTable();
    private readonly Dictionary<byte[], TServer>.AlternateLookup<ReadOnlySpan<byte>> _prefixes = NewTable();
    private readonly List<(TRegex Regex, TServer Server)> _regexes = [];

    // Which names are given, by what nginx compares: .example.org takes both example.org and *.example.org.
    private readonly HashSet<string> _takenExact = new(StringComparer.Ordinal);
    private readonly HashSet<string> _takenSuffixes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _takenPrefixes = new(StringComparer.Ordinal);

    /// <summary>Adds a name of a server, in the order of the file. Of a name given twice, the first server has it.</summary>
    /// <param name="regex">The compiled expression of a name that is one; not looked at for others.</param>
    public void Add(ServerNameConfig name, TServer server, TRegex? regex)
    {
        ArgumentNullException.ThrowIfNull(name);
        string text = name.Text;
        switch (name.Kind)
        {
            case ServerNameKind.Exact:
                if (_takenExact.Add(text)) _exact.Dictionary.Add(ToBytes(text), server);
                break;
            case ServerNameKind.WildcardLeading:
                if (_takenSuffixes.Add(text[2..])) _suffixes.Dictionary.Add(ToBytes(text[1..]), server);
                break;
            case ServerNameKind.Dot:
                // nginx reserves the name itself before it finds that the wildcard is taken.
                if (!_takenExact.Add(text[1..]) || !_takenSuffixes.Add(text[1..])) break;
                _exact.Dictionary.Add(ToBytes(text[1..]), server);
                _suffixes.Dictionary.Add(ToBytes(text), server);
                break;
            case ServerNameKind.WildcardTrailing:
                if (_takenPrefixes.Add(text)) _prefixes.Dictionary.Add(ToBytes(text[..^1]), server);
                break;
            case ServerNameKind.Regex:
                _regexes.Add((regex!, server));
                break;
            default:
                throw new NotSupportedException($"A server name of kind {name.Kind}.");
        }
    }

    /// <summary>The server for a request.</summary>
    /// <param name="matcher">Tries the expressions.</param>
    /// <param name="host">In lower case, without port and without a dot at its end; empty when the request names no host.</param>
    public TServer Find<TMatcher>(ref TMatcher matcher, ReadOnlySpan<byte> host)
        where TMatcher : struct, IRegexMatcher<TRegex> => Match(ref matcher, host) ?? defaultServer;

    /// <summary>As <see cref="Find"/>, but null where no name matches.</summary>
    public TServer? Match<TMatcher>(ref TMatcher matcher, ReadOnlySpan<byte> host)
        where TMatcher : struct, IRegexMatcher<TRegex>
    {
        if (_exact.TryGetValue(host, out TServer? server)) return server;
        if (host.IsEmpty) return null;
        if (_suffixes.Dictionary.Count > 0 && FindBySuffix(host) is { } bySuffix) return bySuffix;
        if (_prefixes.Dictionary.Count > 0 && FindByPrefix(host) is { } byPrefix) return byPrefix;
        foreach ((TRegex regex, TServer candidate) in _regexes)
        {
            if (matcher.Matches(regex, host)) return candidate;
        }
        return null;
    }

    // The longest suffix begins at the first dot.
    private TServer? FindBySuffix(ReadOnlySpan<byte> host)
    {
        for (int dot = 0; dot < host.Length; dot++)
        {
            if (host[dot] == '.' && _suffixes.TryGetValue(host[dot..], out TServer? server)) return server;
        }
        return null;
    }

    private TServer? FindByPrefix(ReadOnlySpan<byte> host)
    {
        for (int dot = host.Length - 1; dot > 0; dot--)
        {
            if (host[dot] == '.' && _prefixes.TryGetValue(host[..(dot + 1)], out TServer? server)) return server;
        }
        return null;
    }

    private static Dictionary<byte[], TServer>.AlternateLookup<ReadOnlySpan<byte>> NewTable() =>
        new Dictionary<byte[], TServer>(ByteKeyComparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();

    private static byte[] ToBytes(string text) => Encoding.Latin1.GetBytes(text);
}
