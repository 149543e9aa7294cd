using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Routing;

/// <summary>
/// Chooses the server of an address by the host asked for, as nginx: an exact name, the longest <c>*.suffix</c>, the longest
/// <c>prefix.*</c>, the first regular expression that matches, the default server.
/// </summary>
public sealed class ServerNameTable
{
    private readonly Dictionary<ByteSlice, ServerModel> _exact = [];
    private readonly Dictionary<ByteSlice, ServerModel> _suffixes = [];
    private readonly Dictionary<ByteSlice, ServerModel> _prefixes = [];
    private readonly List<(RegexModel Regex, ServerModel Server)> _regexes = [];
    private readonly ServerModel _default;

    private ServerNameTable(ServerModel defaultServer) => _default = defaultServer;

    /// <param name="servers">The servers of one address in the order of the file. Of a name given twice, the first server has it.</param>
    /// <param name="defaultServer">Serves what no name matches.</param>
    public static ServerNameTable From(
        IEnumerable<(ServerConfig Config, ServerModel Model)> servers, ServerModel defaultServer, ModelBuilder builder)
    {
        var table = new ServerNameTable(defaultServer);
        var taken = new TakenNames();
        foreach ((ServerConfig config, ServerModel model) in servers)
        {
            foreach (ServerNameConfig name in config.Names) table.Add(name, model, taken, builder);
        }
        return table;
    }

    /// <summary>The server for a request. A regular expression that matches sets the exchange's captures.</summary>
    /// <param name="host">In lower case, without port and without a dot at its end; empty when the request names no host.</param>
    public ServerModel Find(HttpExchange exchange, ByteSlice host)
    {
        if (_exact.TryGetValue(host, out ServerModel? server)) return server;
        if (host.IsEmpty) return _default;
        if (_suffixes.Count > 0 && FindBySuffix(host) is { } bySuffix) return bySuffix;
        if (_prefixes.Count > 0 && FindByPrefix(host) is { } byPrefix) return byPrefix;
        foreach ((RegexModel regex, ServerModel candidate) in _regexes)
        {
            if (regex.Matches(exchange, host.Span)) return candidate;
        }
        return _default;
    }

    // The longest suffix begins at the first dot.
    private ServerModel? FindBySuffix(ByteSlice host)
    {
        for (int dot = 0; dot < host.Length; dot++)
        {
            if (host[dot] == '.' && _suffixes.TryGetValue(host.Slice(dot), out ServerModel? server)) return server;
        }
        return null;
    }

    private ServerModel? FindByPrefix(ByteSlice host)
    {
        for (int dot = host.Length - 1; dot > 0; dot--)
        {
            if (host[dot] == '.' && _prefixes.TryGetValue(host.Slice(0, dot + 1), out ServerModel? server)) return server;
        }
        return null;
    }

    private void Add(ServerNameConfig name, ServerModel server, TakenNames taken, ModelBuilder builder)
    {
        string text = name.Text;
        switch (name.Kind)
        {
            case ServerNameKind.Exact:
                if (taken.Exact.Add(text)) _exact.Add(ByteSlice.FromLatin1(text), server);
                break;
            case ServerNameKind.WildcardLeading:
                if (taken.Suffixes.Add(text[2..])) _suffixes.Add(ByteSlice.FromLatin1(text[1..]), server);
                break;
            case ServerNameKind.Dot:
                // nginx reserves the name itself before it finds that the wildcard is taken.
                if (!taken.Exact.Add(text[1..]) || !taken.Suffixes.Add(text[1..])) break;
                _exact.Add(ByteSlice.FromLatin1(text[1..]), server);
                _suffixes.Add(ByteSlice.FromLatin1(text), server);
                break;
            case ServerNameKind.WildcardTrailing:
                if (taken.Prefixes.Add(text)) _prefixes.Add(ByteSlice.FromLatin1(text[..^1]), server);
                break;
            case ServerNameKind.Regex:
                _regexes.Add((builder.Compile(name.Pattern!), server));
                break;
            default:
                throw new NotSupportedException($"A server name of kind {name.Kind}.");
        }
    }

    /// <summary>
    /// Which names are given, by what nginx compares: <c>.example.org</c> takes both <c>example.org</c> and <c>*.example.org</c>.
    /// </summary>
    private sealed class TakenNames
    {
        public HashSet<string> Exact { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Suffixes { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Prefixes { get; } = new(StringComparer.Ordinal);
    }
}
