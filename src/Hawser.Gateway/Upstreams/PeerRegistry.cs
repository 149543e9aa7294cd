using System.Collections.Concurrent;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Upstreams;

/// <summary>
/// The live state of every server by upstream and address. It outlives configurations: tunnels opened before a reload still count.
/// </summary>
public sealed class PeerRegistry
{
    private readonly ConcurrentDictionary<Key, PeerState> _states = new();

    /// <param name="occurrence">0 for the first server of that address in the upstream, 1 for the second: each has a state of its own.</param>
    public PeerState Get(string upstream, SocketEndpoint endpoint, int occurrence) =>
        _states.GetOrAdd(new Key(upstream, endpoint, occurrence), static key => new PeerState(key.Endpoint));

    /// <summary>A class: a table keyed by a structure would be compiled anew at every start (docs/decisions/0005-runtime-settings.md).</summary>
    private sealed record Key(string Upstream, SocketEndpoint Endpoint, int Occurrence);
}
