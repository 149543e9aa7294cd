using Hawser.IO.Sockets;

namespace Hawser.Gateway.Upstreams;

/// <summary>
/// The live state of every server by upstream and address. It outlives configurations: tunnels opened before a reload still count.
/// </summary>
public sealed class PeerRegistry
{
    private readonly WeakTable<Key, PeerState> _states = new(static key => new PeerState(key.Endpoint) { Upstream = key.Upstream, Occurrence = key.Occurrence });

    /// <param name="occurrence">0 for the first server of that address in the upstream, 1 for the second: each has a state of its own.</param>
    public PeerState Get(string upstream, SocketEndpoint endpoint, int occurrence) => _states.Get(new Key(upstream, endpoint, occurrence));

    private sealed record Key(string Upstream, SocketEndpoint Endpoint, int Occurrence);
}
