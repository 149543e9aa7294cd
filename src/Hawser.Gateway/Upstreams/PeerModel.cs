using Hawser.IO.Buffers;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Upstreams;

/// <summary>One address of a <c>server</c> in an upstream, with its parameters.</summary>
public sealed class PeerModel(SocketEndpoint endpoint, PeerState state)
{
    public SocketEndpoint Endpoint { get; } = endpoint;

    public PeerState State { get; } = state;

    /// <summary>nginx's text for <c>$upstream_addr</c>.</summary>
    public ByteSlice Name { get; } = ByteSlice.FromLatin1(endpoint.ToString());

    /// <summary>The server as configured, which consistent hashing is about: a name may have several addresses.</summary>
    public string Server { get; init; } = endpoint.ToString();

    public int Weight { get; init; } = 1;

    /// <summary>0: failures do not count.</summary>
    public int MaxFails { get; init; } = 1;

    /// <summary>Milliseconds.</summary>
    public long FailTimeout { get; init; } = 10_000;

    /// <summary>0: no bound.</summary>
    public int MaxConnections { get; init; }

    public bool IsBackup { get; init; }

    public bool IsDown { get; init; }

    public bool IsAvailable(long now) =>
        !IsDown && !State.IsDraining && !State.IsSuspended(MaxFails, FailTimeout, now) && (MaxConnections == 0 || State.Active < MaxConnections);
}
