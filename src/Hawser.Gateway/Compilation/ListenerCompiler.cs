using System.Collections.Immutable;
using Hawser.Configuration.Model;
using Hawser.Gateway.Routing;
using Hawser.Gateway.Tls;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Compilation;

/// <summary>Turns the addresses of <c>listen</c> into sockets, each with the table of its servers.</summary>
internal static class ListenerCompiler
{
    public static Dictionary<SocketEndpoint, ListenerModel> Compile(
        ImmutableArray<ListenerConfig> configs, Dictionary<ServerConfig, ServerModel> servers, ModelBuilder builder)
    {
        foreach (ListenerConfig config in configs) TlsServerCompiler.CheckListener(config, servers);
        var sockets = new Dictionary<SocketEndpoint, ListenerModel>();
        foreach (IGrouping<SharedPort, Address> port in
            configs.Select(c => new Address(ToEndpoint(c.Listen), c)).GroupBy(a => new SharedPort(a.Endpoint.Family, a.Endpoint.Port)))
        {
            Address[] addresses = [.. port];
            // A socket for all addresses takes in those of its port, unless they ask for one of their own.
            Address[] shared = addresses.Any(a => a.Endpoint.IsWildcard)
                ? [.. addresses.Where(a => !a.Endpoint.IsWildcard && !a.Config.Listen.Bind)]
                : [];
            var specific = shared.ToDictionary(a => a.Endpoint, a => Compile(a.Endpoint, a.Config, null));
            foreach ((SocketEndpoint endpoint, ListenerConfig config) in addresses)
            {
                if (specific.ContainsKey(endpoint)) continue;
                sockets.Add(endpoint, Compile(endpoint, config, endpoint.IsWildcard && specific.Count > 0 ? specific : null));
            }
        }
        return sockets;

        ListenerModel Compile(SocketEndpoint endpoint, ListenerConfig config, Dictionary<SocketEndpoint, ListenerModel>? specific) => new()
        {
            Endpoint = endpoint,
            Options = ToOptions(config.Listen, servers[config.Default]),
            ExpectsProxyHeader = config.Listen.ProxyProtocol,
            Default = servers[config.Default],
            IsTls = config.Listen.IsSsl,
            Names = ServerNameTable.From(config.Servers.Select(s => (s, servers[s])), servers[config.Default], builder),
            Specific = specific,
        };
    }

    private static SocketEndpoint ToEndpoint(ListenConfig listen)
    {
        if (listen.Kind == AddressKind.Unix) return SocketEndpoint.FromUnixPath(listen.Host);
        if (listen.Address is { } address) return SocketEndpoint.FromIP(address, listen.Port);
        throw new GatewayCompilationException($"host not found in \"{listen.Text}\" of the \"listen\" directive", listen.Span);
    }

    private static ListenSocketOptions ToOptions(ListenConfig listen, ServerModel server) => new()
    {
        Backlog = listen.Backlog ?? new ListenSocketOptions().Backlog,
        SendBuffer = (int?)listen.SendBuffer,
        ReceiveBuffer = (int?)listen.ReceiveBuffer,
        ReusePort = listen.ReusePort,
        IPv6Only = listen.Ipv6Only,
        KeepAlive = listen.KeepAlive?.Enabled,
        KeepAliveIdleSeconds = (int?)listen.KeepAlive?.Idle?.TotalSeconds,
        KeepAliveIntervalSeconds = (int?)listen.KeepAlive?.Interval?.TotalSeconds,
        KeepAliveProbes = listen.KeepAlive?.Count,
        DeferAccept = listen.Deferred,
        FastOpen = listen.FastOpen,
        // A head and a body, or two chunks, are often two segments: without this the second waits for the first's ACK (RFC 9293 §3.7.4).
        NoDelay = server.Defaults.Core.TcpNoDelay,
    };

    private sealed record Address(SocketEndpoint Endpoint, ListenerConfig Config);

    private sealed record SharedPort(int Family, int Number);
}
