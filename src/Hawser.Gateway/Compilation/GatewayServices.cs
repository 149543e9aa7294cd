using Hawser.Gateway.Logging;
using Hawser.Gateway.Phases.Limits;
using Hawser.Gateway.Tls;
using Hawser.Gateway.Upstreams;
using Hawser.Gateway.Upstreams.Resolving;

namespace Hawser.Gateway.Compilation;

/// <summary>What outlives configurations: a reload finds its log files open and its clock ticking.</summary>
public sealed class GatewayServices(TimeProvider time)
{
    public TimeProvider Time { get; } = time;

    public LogFileRegistry LogFiles { get; } = new(time);

    public PeerRegistry Peers { get; } = new();

    /// <summary>Addresses of upstream servers with <c>resolve</c>.</summary>
    public AddressRegistry Addresses { get; } = new();

    public ZoneRegistry Zones { get; } = new(time);

    public TlsSessionRegistry TlsSessions { get; } = new(time);

    /// <summary>What the configuration in force has read of certificates, keys and lists.</summary>
    internal TlsObjectTable TlsObjects { get; set; } = TlsObjectTable.Empty;

    /// <summary>What is known of clients' certificates.</summary>
    public Tls.Ocsp.OcspCacheRegistry OcspCaches { get; } = new(time);

    /// <summary>What the gateway is doing; null until it is whole. Any thread may call it.</summary>
    public Func<Metrics.GatewaySnapshot>? Snapshot { get; set; }

    /// <summary>Loops in this process; fixed when it starts.</summary>
    public int WorkerCount { get; init; } = 1;
}
