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
        var search = new ServerNameSearch<ServerModel, RegexModel>(defaultServer);
        foreach ((ServerConfig config, ServerModel model) in servers)
        {
            foreach (ServerNameConfig name in config.Names)
                search.Add(name, model, name.Pattern is { } pattern ? builder.Compile(pattern) : null);
        }
        return new ServerNameTable(search);
    }

    /// <summary>The server for a request. A regular expression that matches sets the exchange's captures.</summary>
    /// <param name="host">In lower case, without port and without a dot at its end; empty when the request names no host.</param>
    public ServerModel Find(HttpExchange exchange, ByteSlice host)
    {
        var matcher = new ExchangeMatcher(exchange);
        return _search.Find(ref matcher, host.Span);
    }
}
