using System.Collections.Immutable;
using System.Net;
using Hawser.Protocols.Dns;

namespace Hawser.Gateway.Upstreams.Resolving;

/// <summary>What name servers said about a name, as long as it holds.</summary>
public sealed class ResolvedName(string key, ImmutableArray<IPAddress> addresses, string? canonicalKey, ImmutableArray<DnsService> services, long validUntil)
{
    // A name is used with one port, as good as always. What a client can choose must not grow without end.
    private const int MostPorts = 8;

    private readonly List<UpstreamModel> _upstreams = [];

    /// <summary>The name in lower case; for a service it has a prefix.</summary>
    public string Key { get; } = key;

    /// <summary>IPv4 ones first. Empty if there is only another name to ask for.</summary>
    public ImmutableArray<IPAddress> Addresses { get; } = addresses;

    /// <summary>The servers of a service.</summary>
    public ImmutableArray<DnsService> Services { get; } = services;

    /// <summary>The key of the name to ask for instead; null if this one has addresses.</summary>
    public string? CanonicalKey { get; } = canonicalKey;

    /// <summary>The last second of the loop's clock in which it may be used.</summary>
    public long ValidUntil { get; } = validUntil;

    /// <summary>When it was last used, in milliseconds of the loop's clock.</summary>
    internal long UsedAt { get; set; }

    /// <summary>The servers behind the name at a port. Requests take turns among them, and none is ever suspended, as in nginx.</summary>
    public UpstreamModel ServersAt(int port, Worker worker)
    {
        foreach (UpstreamModel known in _upstreams)
        {
            if (known.Peers.Primary[0].Endpoint.Port == port) return known;
        }
        UpstreamModel made = UpstreamModel.Resolved(this, port, worker.Index + 1); // no loop but this one will use it
        if (_upstreams.Count < MostPorts) _upstreams.Add(made);
        return made;
    }
}
