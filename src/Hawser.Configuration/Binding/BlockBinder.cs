using System.Collections.Immutable;
using System.Net;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;

namespace Hawser.Configuration.Binding;

/// <summary>Binders of the large blocks.</summary>
internal static class BlockBinder
{
    public static EventsConfig Events(BindContext context)
    {
        var events = new EventsConfig(context.Scope, context.Node.Span);
        context.Session.Main.Events = events;
        context.Session.BindBlock(context.Node.Children, events);
        return events;
    }

    public static HttpConfig Http(BindContext context)
    {
        BindSession session = context.Session;
        var http = new HttpConfig(context.Scope, context.Node.Span);
        session.Main.Http = http;
        session.BindBlock(context.Node.Children, http);

        http.Servers = http.Get(Known.Server);
        http.Upstreams = http.Get(Known.Upstream);
        http.Maps = http.Get(Known.Map);
        http.Geos = http.Get(Known.Geo);
        http.SplitClients = http.Get(Known.SplitClients);
        http.LimitZones = http.Get(Known.LimitConnZone).AddRange(http.Get(Known.LimitReqZone));
        http.LogFormats = session.LogFormats.ToImmutable();
        http.Listeners = session.Listeners.ToImmutable();
        http.DeclaredVariables = session.Variables.Declared;
        HttpChecks.Run(context, http);
        return http;
    }

    public static ImmutableArray<ServerConfig> Server(BindContext context)
    {
        var server = new ServerConfig(context.Scope, context.Node.Span);
        context.Session.BindBlock(context.Node.Children, server);
        server.Locations = server.Get(Known.Location);
        server.Rewrite = server.Get(Known.Rewrite);
        if (server.HasOwn(Known.ServerName))
            server.Names = server.Get(Known.ServerName);
        server.Listens = server.HasListenDirective ? server.Get(Known.Listen) : [DefaultListen(context, server)];
        return [server];
    }

    public static ImmutableArray<UpstreamConfig> Upstream(BindContext context)
    {
        Syntax.Argument name = context.Next();
        var upstream = new UpstreamConfig(name.Value, context.Scope, context.Node.Span);
        context.Attempt(() => context.Session.Upstreams.Declare(context, name), false);
        context.Session.BindBlock(context.Node.Children, upstream);
        if (!upstream.HasServerDirective)
            throw context.RefuseAtEnd(context.Node.NameArgument.Span, "no servers are inside upstream");
        return [upstream];
    }

    private static ListenConfig DefaultListen(BindContext context, ServerConfig server)
    {
        int port = context.Session.Options.IsPrivileged ? 80 : 8000;
        var listen = new ListenConfig
        {
            Text = $"*:{port}",
            Kind = AddressKind.IPv4,
            Address = IPAddress.Any,
            Host = "0.0.0.0",
            Port = port,
            IsWildcard = true,
        };
        context.Session.Listeners.Add(context, server, listen);
        return listen;
    }
}
