using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Upstreams;

/// <summary>Where an upstream's servers come from: a <c>server</c> directive, or a URL.</summary>
internal abstract class PeerSource
{
    /// <summary>The servers known now.</summary>
    public abstract IReadOnlyList<PeerModel> Peers { get; }

    /// <summary>Begins to look for changes, on the loop that does so for all.</summary>
    public virtual void Start(Worker worker, UpstreamModel upstream)
    {
    }

    public virtual void Stop()
    {
    }

    /// <summary>One address of a configured server.</summary>
    protected static PeerModel PeerOf(UpstreamServerConfig server, SocketEndpoint endpoint, PeerState state) => new(endpoint, state)
    {
        Server = server.Address.Text,
        Weight = server.Weight,
        MaxFails = server.MaxFails,
        FailTimeout = (long)server.FailTimeout.TotalMilliseconds,
        MaxConnections = server.MaxConnections,
        IsBackup = server.IsBackup,
        IsDown = server.IsDown,
    };
}

/// <summary>Servers that somebody else has made up.</summary>
internal sealed class GivenServers(IReadOnlyList<PeerModel> peers) : PeerSource
{
    public override IReadOnlyList<PeerModel> Peers { get; } = peers;
}

/// <summary>A <c>server</c> whose addresses are looked up once, when the configuration is read.</summary>
internal sealed class FixedServer : PeerSource
{
    private readonly List<PeerModel> _peers = [];

    /// <param name="occurrences">How often each address has been seen in the upstream.</param>
    public FixedServer(UpstreamServerConfig server, string upstream, GatewayServices services, Dictionary<SocketEndpoint, int> occurrences)
    {
        foreach (SocketEndpoint endpoint in AddressResolver.Resolve(server.Address, server.Span))
        {
            int occurrence = occurrences.GetValueOrDefault(endpoint);
            occurrences[endpoint] = occurrence + 1;
            _peers.Add(PeerOf(server, endpoint, services.Peers.Get(upstream, endpoint, occurrence)));
        }
    }

    public override IReadOnlyList<PeerModel> Peers => _peers;
}
