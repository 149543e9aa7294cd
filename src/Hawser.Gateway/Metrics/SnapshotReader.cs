using Hawser.Gateway.Compilation;
using Hawser.Gateway.Upstreams;

namespace Hawser.Gateway.Metrics;

/// <summary>Reads what a <see cref="GatewaySnapshot"/> holds. Any thread: every number it touches may be read while loops write it.</summary>
internal static class SnapshotReader
{
    public static LoopSnapshot Read(Worker worker) => new()
    {
        Index = worker.Index,
        Connections = worker.Load,
        Busy = worker.Loop.Load.Busy,
        Lag = worker.Loop.Load.Lag,
        BufferBytes = worker.Loop.Buffers.RentedBytes,
        Counters = worker.Counters,
        Tunnels = worker.TunnelCounters,
    };

    public static IEnumerable<UpstreamSnapshot> Read(GatewayModel model, long now) =>
        model.Upstreams.Select(upstream => Read(upstream.Name, upstream.Peers, now));

    private static UpstreamSnapshot Read(string name, PeerSet peers, long now) => new(name, [.. peers.All.Select(peer => Read(peers, peer, now))]);

    private static UpstreamServerSnapshot Read(PeerSet peers, PeerModel peer, long now) =>
        new(peer.Endpoint.ToString(), StateOf(peers, peer, now), peer.State.Active, peer.State.Failures);

    private static UpstreamServerState StateOf(PeerSet peers, PeerModel peer, long now)
    {
        if (peer.IsDown) return UpstreamServerState.Down;
        if (peer.State.IsDraining) return UpstreamServerState.Draining;
        if (!peers.IsSingle && peer.State.IsSuspended(peer.MaxFails, peer.FailTimeout, now)) return UpstreamServerState.Suspended;
        if (peer.MaxConnections > 0 && peer.State.Active >= peer.MaxConnections) return UpstreamServerState.Full;
        return peer.IsBackup ? UpstreamServerState.Backup : UpstreamServerState.Up;
    }
}
