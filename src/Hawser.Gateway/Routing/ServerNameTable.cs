using Hawser.Configuration.Model;
using Hawser.Configuration.Routing;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Routing;

/// <summary>Chooses the server of an address by the host asked for. The choice itself is the doctor's too: <see cref="ServerNameSearch{TServer, TRegex}"/>.</summary>
public sealed class ServerNameTable
{
    private readonly ServerNameSearch<ServerModel, RegexModel> _search;

    private ServerNameTable(ServerNameSearch<ServerModel, RegexModel> search) => _search = search;

    /// <param name="servers">The servers of one address in the order of the file. Of a name given twice, the first server has it.</param>
    /// <param name="defaultServer">Serves what no name matches.</param>
    public static ServerNameTable From(
        IEnumerable<(ServerConfig Config, ServerModel Model)> servers, ServerModel defaultServer, ModelBuilder builder)
    {
        (ServerConfig Config, ServerModel Model)[] all = [.. servers];
        var search = new ServerNameSearch<ServerModel, RegexModel>(defaultServer);
        foreach ((ServerConfig config, ServerModel model) in all)
        {
            foreach (ServerNameConfig name in config.Names)
                search.Add(name, model, name.Pattern is { } pattern ? builder.Compile(pattern) : null);
        }
        bool isPlural = all.Length > 1 || Array.Exists(all, static s => s.Config.Names.Any(static n => n.Kind == ServerNameKind.Regex));
        return new ServerNameTable(search) { IsPlural = isPlural };
    }

    /// <summary>There is a choice: several servers, or one whose name sets captures. Else a name given in a handshake decides nothing.</summary>
    public bool IsPlural { get; private init; }

    /// <summary>The server for a request. A regular expression that matches sets the exchange's captures.</summary>
    /// <param name="host">In lower case, without port and without a dot at its end; empty when the request names no host.</param>
    public ServerModel Find(HttpExchange exchange, ByteSlice host)
    {
        var matcher = new ExchangeMatcher(exchange);
        return _search.Find(ref matcher, host.Span);
    }

    /// <summary>As <see cref="Find"/>, but null where no name matches.</summary>
    public ServerModel? Match(HttpExchange exchange, ByteSlice host)
    {
        var matcher = new ExchangeMatcher(exchange);
        return _search.Match(ref matcher, host.Span);
    }
}
