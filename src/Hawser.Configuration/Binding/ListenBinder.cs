using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary><c>listen</c></summary>
internal static class ListenBinder
{
    private static readonly string[] s_parameters =
    [
        "default_server", "bind", "backlog=", "rcvbuf=", "sndbuf=", "deferred", "fastopen=", "ipv6only=", "reuseport", "so_keepalive=", "ssl", "http2",
        "quic", "proxy_protocol", "multipath", "setfib=", "accept_filter=",
    ];

    public static ImmutableArray<ListenConfig> Listen(BindContext context)
    {
        var server = (ServerConfig)context.Scope;
        server.HasListenDirective = true;
        Argument address = context.Next();
        ParsedAddress? parsed = AddressParser.Parse(address.Value, 80, forListen: true, allowUri: false, out string? error);
        if (parsed is not { } endpoint)
            throw context.Refuse(address, $"{error} in \"{address}\" of the \"listen\" directive");

        var options = new ListenConfig { Text = address.Value, Kind = AddressKind.IPv4, Host = "", Span = context.Node.Span };
        while (context.HasMore)
            options = Apply(context, context.Next(), options);

        var listens = ImmutableArray.CreateBuilder<ListenConfig>();
        for (int port = endpoint.Address.Port; port <= endpoint.LastPort; port++)
            Expand(context, address, endpoint, port, options, listens);
        foreach (ListenConfig listen in listens)
            context.Session.Listeners.Add(context, server, listen);
        return listens.DrainToImmutable();
    }

    private static void Expand(
        BindContext context, Argument argument, ParsedAddress parsed, int port, ListenConfig options, ImmutableArray<ListenConfig>.Builder listens)
    {
        EndpointAddress address = parsed.Address;
        ListenConfig listen = options with
        {
            Kind = address.Kind,
            Address = address.Address,
            Host = address.Kind == AddressKind.HostName ? address.Host.ToLowerInvariant() : address.Address?.ToString() ?? address.Host,
            Port = port,
            IsWildcard = parsed.IsWildcard,
        };
        if (address.Kind != AddressKind.HostName || context.Session.Options.ResolveHost is not { } resolve)
        {
            listens.Add(listen);
            return;
        }

        ImmutableArray<IPAddress> resolved = resolve(address.Host);
        if (resolved.IsEmpty)
            throw context.Refuse(argument, $"host not found in \"{argument}\" of the \"listen\" directive");
        foreach (IPAddress ip in resolved)
        {
            ListenConfig one = listen with
            {
                Kind = ip.AddressFamily == AddressFamily.InterNetworkV6 ? AddressKind.IPv6 : AddressKind.IPv4,
                Address = ip,
                Host = ip.ToString(),
                IsWildcard = ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any),
            };
            if (!listens.Contains(one))
                listens.Add(one);
        }
    }

    private static ListenConfig Apply(BindContext context, Argument argument, ListenConfig options)
    {
        (string name, string? value) = Split(argument.Value);
        switch (name)
        {
            case "default_server" or "default" when value is null:
                return options with { IsDefaultServer = true };
            case "bind" when value is null:
                return Socket(options);
            case "reuseport" when value is null:
                return Socket(options) with { ReusePort = true };
            case "deferred" when value is null:
                return Socket(options) with { Deferred = true };
            case "backlog" when value is not null:
                int? backlog = ValueParser.Int32(value);
                return Socket(options) with { Backlog = backlog is null or 0 ? throw Invalid("backlog") : backlog };
            case "fastopen" when value is not null:
                return Socket(options) with { FastOpen = ValueParser.Int32(value) ?? throw Invalid("fastopen") };
            case "rcvbuf" when value is not null:
                return Socket(options) with { ReceiveBuffer = ValueParser.Size(value) ?? throw Invalid("rcvbuf") };
            case "sndbuf" when value is not null:
                return Socket(options) with { SendBuffer = ValueParser.Size(value) ?? throw Invalid("sndbuf") };
            case "ipv6only" when value is not null && value.StartsWith('o'):
                return Socket(options) with { Ipv6Only = Ipv6Only(context, argument, value) };
            case "so_keepalive" when value is not null:
                return Socket(options) with { KeepAlive = KeepAlive(context, argument, value) };
            case "accept_filter" when value is not null:
                context.Warn(argument, $"accept filters \"{argument}\" are not supported on this platform, ignored");
                return options;
            case "setfib" when value is not null:
                throw context.Refuse(argument, $"invalid parameter \"{argument}\"", "only FreeBSD has routing tables to choose from");
            case "proxy_protocol" when value is null:
                return options with { ProxyProtocol = true };
            case "ssl" when value is null:
                return options with { IsSsl = true };
            case "http2" when value is null:
                context.Warn(argument, "HTTP/2 is not supported yet, clients are offered HTTP/1.1", "browsers use HTTP/1.1 for WebSockets in any case");
                return options;
            case "quic" or "spdy" or "multipath" when value is null && context.Session.Options.IsLenient:
                return options;
            case "quic" or "multipath" when value is null:
                throw context.Refuse(argument, $"the \"{name}\" parameter of the \"listen\" directive is not supported yet");
            default:
                throw context.InvalidParameter(argument, BindContext.SuggestWord(argument.Value, s_parameters));
        }

        BindException Invalid(string what) => context.Refuse(argument, $"invalid {what} \"{argument}\"");
    }

    private static ListenConfig Socket(ListenConfig options) => options with { HasSocketOptions = true, Bind = true };

    private static (string Name, string? Value) Split(string parameter)
    {
        int equals = parameter.IndexOf('=');
        return equals < 0 ? (parameter, null) : (parameter[..equals], parameter[(equals + 1)..]);
    }

    private static bool Ipv6Only(BindContext context, Argument argument, string value) => value switch
    {
        "on" => true,
        "off" => false,
        _ => throw context.Refuse(argument, $"invalid ipv6only flags \"{value}\""),
    };

    private static TcpKeepAlive KeepAlive(BindContext context, Argument argument, string value)
    {
        if (value is "on" or "off")
            return new TcpKeepAlive(value == "on", null, null, null);

        BindException invalid = context.Refuse(argument, $"invalid so_keepalive value: \"{value}\"");
        string[] parts = value.Split(':', 3);
        TimeSpan? idle = Time(parts[0]);
        TimeSpan? interval = parts.Length > 1 ? Time(parts[1]) : null;
        int? count = parts.Length > 2 && parts[2].Length != 0 ? ValueParser.Int32(parts[2]) ?? throw invalid : null;
        if ((idle ?? TimeSpan.Zero) == TimeSpan.Zero && (interval ?? TimeSpan.Zero) == TimeSpan.Zero && count is null or 0)
            throw invalid;
        return new TcpKeepAlive(true, idle, interval, count);

        TimeSpan? Time(string text) => text.Length == 0 ? null : ValueParser.Seconds(text) ?? throw invalid;
    }
}
