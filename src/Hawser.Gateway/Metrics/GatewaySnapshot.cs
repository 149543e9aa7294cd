using System.Collections.Immutable;
using Hawser.Gateway.Tunnels;

namespace Hawser.Gateway.Metrics;

/// <summary>What a gateway is doing, as read at one moment: the source of <c>hawser status</c>, of the metrics, and of every test that counts.</summary>
public sealed record GatewaySnapshot
{
    /// <summary>When it was taken.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>When the gateway of this process began to serve.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>1 for the configuration of the start, and 1 more for every reload that was put to work.</summary>
    public required long Generation { get; init; }

    /// <summary>A graceful stop is under way.</summary>
    public required bool IsStopping { get; init; }

    /// <summary>The managed heap as the last collection has left it, bytes.</summary>
    public long HeapBytes { get; init; } = GC.GetGCMemoryInfo(GCKind.Any).HeapSizeBytes;

    /// <summary>Each event loop.</summary>
    public required ImmutableArray<LoopSnapshot> Loops { get; init; }

    /// <summary>Each upstream of the configuration in force.</summary>
    public required ImmutableArray<UpstreamSnapshot> Upstreams { get; init; }
}

/// <summary>One event loop.</summary>
public sealed record LoopSnapshot
{
    /// <summary>Its number, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Connections of clients that it carries, tunnels included.</summary>
    public required int Connections { get; init; }

    /// <summary>Time it has worked since the start.</summary>
    public required TimeSpan Busy { get; init; }

    /// <summary>The longest that a ready connection may have waited for its turn, within the last 10 to 20 seconds.</summary>
    public required TimeSpan Lag { get; init; }

    /// <summary>Bytes of buffers in use: heads and bodies under way, and what peers have not taken yet. An idle connection has none.</summary>
    public required long BufferBytes { get; init; }

    /// <summary>Connections and requests since the start.</summary>
    public required WorkerCounters Counters { get; init; }

    /// <summary>Tunnels and handshakes since the start.</summary>
    public required TunnelCounters Tunnels { get; init; }
}

/// <summary>An upstream.</summary>
/// <param name="Name">Its name, or the host of a <c>proxy_pass</c> that names a server.</param>
/// <param name="Servers">Its servers, one for each address.</param>
public sealed record UpstreamSnapshot(string Name, ImmutableArray<UpstreamServerSnapshot> Servers);

/// <summary>One address of an upstream.</summary>
/// <param name="Address">nginx's text, as in <c>$upstream_addr</c>.</param>
/// <param name="State">Whether it gets requests.</param>
/// <param name="Active">Exchanges and tunnels on it now.</param>
/// <param name="Failures">Failures within the current <c>fail_timeout</c>.</param>
public sealed record UpstreamServerSnapshot(string Address, UpstreamServerState State, int Active, int Failures);

/// <summary>Whether a server of an upstream gets requests.</summary>
public enum UpstreamServerState : byte
{
    /// <summary>It does.</summary>
    Up,

    /// <summary>It stands by for the case that no other server can be asked.</summary>
    Backup,

    /// <summary>It has failed <c>max_fails</c> times and is left alone for <c>fail_timeout</c>.</summary>
    Suspended,

    /// <summary>It has as many connections as <c>max_conns</c> allows.</summary>
    Full,

    /// <summary><c>hawser drain</c>: no new requests.</summary>
    Draining,

    /// <summary><c>down</c> in the configuration.</summary>
    Down,
}
