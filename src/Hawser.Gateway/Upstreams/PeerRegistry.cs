using System.Collections.Concurrent;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Upstreams;

/// <summary>
/// The live state of every server by upstream and address. It outlives configurations: tunnels opened before a reload still count.
/// </summary>
public sealed class PeerRegistry
{
    private readonly ConcurrentDictionary<(string Upstream, SocketEndpoint Endpoint), PeerState> _states = new();

    public PeerState Get(string upstream, SocketEndpoint endpoint) =>
        _states.GetOrAdd((upstream, endpoint), static key => new PeerState(key.Endpoint));
}
