using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Model;

/// <summary><c>upstream name { }</c></summary>
public sealed class UpstreamConfig : ConfigScope
{
    internal UpstreamConfig(string name, ConfigScope parent, SourceSpan? span)
        : base(ScopeKind.Upstream, parent, span) => Name = name;

    /// <summary>The name, compared without case.</summary>
    public string Name { get; }

    /// <summary>True once a <c>server</c> was read, valid or not.</summary>
    internal bool HasServerDirective { get; set; }

    /// <summary>Its servers in source order. Never empty.</summary>
    public ImmutableArray<UpstreamServerConfig> Servers => Get(Known.UpstreamServer);

    /// <summary>How a server is picked; null means round robin.</summary>
    public BalancingConfig? Balancing => Get(Known.Hash);

    /// <summary>Idle connections that are kept.</summary>
    public UpstreamKeepAlive KeepAlive => Get(Known.UpstreamKeepAlive);
}

/// <summary><c>server</c> in <c>upstream</c></summary>
/// <param name="Address">Where it is; without a port 80.</param>
/// <param name="Weight"><c>weight=</c>, 1 by default.</param>
/// <param name="MaxFails"><c>max_fails=</c>, 1 by default; 0 turns the accounting of failures off.</param>
/// <param name="FailTimeout"><c>fail_timeout=</c>, 10 s by default: both the window of failures and the pause after them.</param>
/// <param name="MaxConnections"><c>max_conns=</c>; 0 means no limit.</param>
/// <param name="IsBackup"><c>backup</c></param>
/// <param name="IsDown"><c>down</c></param>
/// <param name="Resolve"><c>resolve</c>: the name is resolved at run time, again and again.</param>
/// <param name="Service"><c>service=</c>; null if not given.</param>
/// <param name="Span">The directive.</param>
public sealed record UpstreamServerConfig(
    EndpointAddress Address, int Weight, int MaxFails, TimeSpan FailTimeout, int MaxConnections, bool IsBackup, bool IsDown, bool Resolve,
    string? Service, SourceSpan Span);

/// <summary>A balancing method other than round robin.</summary>
/// <param name="Method">Which one.</param>
/// <param name="Key">The key of <c>hash</c>; null for others.</param>
/// <param name="IsConsistent"><c>hash … consistent</c></param>
/// <param name="TwoChoices"><c>random two</c></param>
/// <param name="UntilHeader"><c>least_time header</c></param>
/// <param name="CountsInFlight"><c>least_time … inflight</c></param>
public sealed record BalancingConfig(
    BalancingMethod Method, Template? Key = null, bool IsConsistent = false, bool TwoChoices = false, bool UntilHeader = false,
    bool CountsInFlight = false);

/// <summary>nginx's balancing methods.</summary>
public enum BalancingMethod
{
    /// <summary>By weights, in turn.</summary>
    RoundRobin,

    /// <summary><c>hash key [consistent]</c></summary>
    Hash,

    /// <summary><c>ip_hash</c></summary>
    IpHash,

    /// <summary><c>least_conn</c></summary>
    LeastConnections,

    /// <summary><c>least_time header | last_byte [inflight]</c></summary>
    LeastTime,

    /// <summary><c>random [two [method]]</c></summary>
    Random,
}

/// <summary><c>keepalive connections [local]</c></summary>
/// <param name="Connections">Idle connections kept per event loop; 0 keeps none.</param>
/// <param name="IsLocal">True if a connection is used again only by the location whose request opened it.</param>
public sealed record UpstreamKeepAlive(int Connections, bool IsLocal);
