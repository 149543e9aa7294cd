using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

public static partial class Known
{
    public static readonly Directive<ImmutableArray<UpstreamConfig>> Upstream = Modules.Upstream.List(
        "upstream", In.Http, Arity.One.WithBlock(), "name { ... }", BlockBinder.Upstream, "Names a group of servers.", Inheritance.None);

    public static readonly Directive<ImmutableArray<UpstreamServerConfig>> UpstreamServer = Modules.Upstream.List(
        "server", In.Upstream, Arity.OneOrMore,
        "address [weight=number] [max_conns=number] [max_fails=number] [fail_timeout=time] [backup] [down] [resolve] [service=name]",
        UpstreamBinder.Server, "A server of the group.", Inheritance.None);

    public static readonly Directive<BalancingConfig?> Hash = Method(
        "hash", Arity.OneOrTwo, ["key [consistent]"], UpstreamBinder.Hash, "Picks the server by the hash of a key.");

    public static readonly Directive<BalancingConfig?> IpHash = Method(
        "ip_hash", Arity.None, [""], UpstreamBinder.IpHash, "Picks the server by the client's address: the first three octets of IPv4, all of IPv6.");

    public static readonly Directive<BalancingConfig?> LeastConn = Method(
        "least_conn", Arity.None, [""], UpstreamBinder.LeastConnections, "Picks the server with the fewest connections, by weight.");

    public static readonly Directive<BalancingConfig?> LeastTime = Method(
        "least_time", Arity.OneOrTwo, ["header | last_byte [inflight]"], UpstreamBinder.LeastTime,
        "Picks the server that is expected to answer first, by its average time and its connections.");

    public static readonly Directive<BalancingConfig?> Random = Method(
        "random", new Arity(0, 2), ["[two [least_conn]]"], UpstreamBinder.Random, "Picks a server at random, or the better of two.");

    public static readonly Directive<UpstreamKeepAlive> UpstreamKeepAlive = Modules.Upstream.Add(
        new Directive<UpstreamKeepAlive>(
            "keepalive", In.Upstream, Arity.OneOrTwo, new UpstreamKeepAlive(32, IsLocal: true), UpstreamBinder.KeepAlive)
        {
            Syntax = ["connections [local]"],
            DefaultText = "32 local",
            Summary = "How many idle connections to the group are kept. With local, one is used again only by the location that opened it.",
        });

    public static readonly Directive<TimeSpan> UpstreamKeepAliveTime = Modules.Upstream.Time(
        "keepalive_time", In.Upstream, TimeSpan.FromHours(1), "1h", "How long a connection may be used in all.");

    public static readonly Directive<TimeSpan> UpstreamKeepAliveTimeout = Modules.Upstream.Time(
        "keepalive_timeout", In.Upstream, TimeSpan.FromSeconds(60), "60s", "How long an idle connection stays open.");

    public static readonly Directive<int> UpstreamKeepAliveRequests = Modules.Upstream.Number(
        "keepalive_requests", In.Upstream, 1000, "How many requests a connection serves.");

    public static readonly Directive<string?> UpstreamZone = Modules.Upstream.Add(
        new Directive<string?>("zone", In.Upstream, Arity.OneOrTwo, null, UpstreamBinder.Zone)
        {
            Syntax = ["name [size]"],
            Summary = "A name under which the group's state lives on when the configuration is reloaded.",
            DifferenceFromNginx = "The event loops share their state anyway, so the size has no meaning.",
        });

    public static readonly Directive<ResolverConfig?> UpstreamResolver = Modules.Upstream.Add(
        new Directive<ResolverConfig?>("resolver", In.Upstream, Arity.OneOrMore, null, ResolverBinder.Resolver)
        {
            Syntax = ["address ... [valid=time] [ipv4=on | off] [ipv6=on | off]"],
            Summary = "The name servers for servers with the resolve parameter.",
        });

    public static readonly Directive<TimeSpan> UpstreamResolverTimeout = Modules.Upstream.Time(
        "resolver_timeout", In.Upstream, TimeSpan.FromSeconds(30), "30s", "How long resolving a name may take.");

    private static Directive<BalancingConfig?> Method(
        string name, Arity arity, ImmutableArray<string> syntax, Func<BindContext, BalancingConfig?> binder, string summary) =>
        Modules.Upstream.Add(new Directive<BalancingConfig?>(name, In.Upstream, arity, null, binder)
        {
            Syntax = syntax,
            Repetition = Repetition.Replace,
            SharedWith = name == "hash" ? null : Hash,
            Summary = summary,
        });
}
