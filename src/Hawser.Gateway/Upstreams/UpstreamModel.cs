using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Upstreams.Balancing;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Upstreams;

/// <summary>An <c>upstream</c> block, or the one server of a <c>proxy_pass</c> that names an address.</summary>
public sealed class UpstreamModel
{
    private readonly PeerModel[] _primary;
    private readonly PeerModel[] _backup;
    private UpstreamLoopState?[] _loops = [];
    private Func<PeerModel[], RoundRobin> _balancer = static peers => new RoundRobin(peers);

    public UpstreamModel(string name, PeerModel[] peers)
    {
        Name = name;
        NameBytes = ByteSlice.FromLatin1(name);
        _primary = Array.FindAll(peers, static p => !p.IsBackup);
        _backup = Array.FindAll(peers, static p => p.IsBackup);
        Peers = peers;
    }

    public string Name { get; }

    public ByteSlice NameBytes { get; }

    public IReadOnlyList<PeerModel> Peers { get; }

    /// <summary>A lone server is never suspended: there is nobody else to ask.</summary>
    public bool IsSingle => Peers.Count == 1;

    /// <summary>Attempts per request: every server once.</summary>
    public int Tries => Math.Max(1, CountUp(_primary)) + CountUp(_backup);

    /// <summary>Idle connections each loop keeps; 0 closes every connection after its response.</summary>
    public int KeepAlive { get; init; }

    /// <summary>Idle connections are used again only by the location that opened them.</summary>
    public bool KeepAliveIsLocal { get; init; }

    public int KeepAliveRequests { get; init; } = 1000;

    /// <summary>Milliseconds a connection may be used for; then it is closed after a response.</summary>
    public long KeepAliveTime { get; init; } = 3_600_000;

    /// <summary>Milliseconds an idle connection is kept.</summary>
    public long KeepAliveTimeout { get; init; } = 60_000;

    /// <summary>This loop's turn in the round robin and its idle connections.</summary>
    public UpstreamLoopState For(Worker worker) => _loops[worker.Index] ??= new UpstreamLoopState(this, _balancer(_primary), new RoundRobin(_backup));

    /// <summary>The state of a loop that has used this upstream, or null.</summary>
    public UpstreamLoopState? Existing(Worker worker) => worker.Index < _loops.Length ? _loops[worker.Index] : null;

    public static UpstreamModel From(UpstreamConfig config, ModelBuilder builder)
    {
        var peers = new List<PeerModel>();
        foreach (UpstreamServerConfig server in config.Servers)
        {
            foreach (SocketEndpoint endpoint in AddressResolver.Resolve(server.Address, server.Span))
            {
                peers.Add(new PeerModel(endpoint, builder.Services.Peers.Get(config.Name, endpoint, peers.Count(p => p.Endpoint.Equals(endpoint))))
                {
                    Server = server.Address.Text,
                    Weight = server.Weight,
                    MaxFails = server.MaxFails,
                    FailTimeout = (long)server.FailTimeout.TotalMilliseconds,
                    MaxConnections = server.MaxConnections,
                    IsBackup = server.IsBackup,
                    IsDown = server.IsDown,
                });
            }
        }
        UpstreamKeepAlive keepAlive = config.KeepAlive;
        return new UpstreamModel(config.Name, [.. peers])
        {
            KeepAlive = keepAlive.Connections,
            KeepAliveIsLocal = keepAlive.IsLocal,
            KeepAliveRequests = config.Get(Configuration.Directives.Known.UpstreamKeepAliveRequests),
            KeepAliveTime = (long)config.Get(Configuration.Directives.Known.UpstreamKeepAliveTime).TotalMilliseconds,
            KeepAliveTimeout = (long)config.Get(Configuration.Directives.Known.UpstreamKeepAliveTimeout).TotalMilliseconds,
            _loops = new UpstreamLoopState?[builder.Services.WorkerCount],
            _balancer = BalancerOf(config.Balancing, builder),
        };
    }

    /// <summary>An upstream nobody named: the addresses of a host in a URL.</summary>
    public static UpstreamModel Implicit(EndpointAddress address, GatewayServices services, Configuration.Syntax.SourceSpan? span)
    {
        PeerModel[] peers = [.. AddressResolver.Resolve(address, span).Select(e => new PeerModel(e, services.Peers.Get(address.Text, e, 0)))];
        return new UpstreamModel(address.Text, peers) { _loops = new UpstreamLoopState?[services.WorkerCount] };
    }

    private static Func<PeerModel[], RoundRobin> BalancerOf(BalancingConfig? config, ModelBuilder builder)
    {
        Variables.TemplateModel? key = builder.CompileOptional(config?.Key);
        return config?.Method switch
        {
            null or BalancingMethod.RoundRobin => static peers => new RoundRobin(peers),
            BalancingMethod.LeastConnections => static peers => new LeastConnections(peers),
            BalancingMethod.IpHash => static peers => new IpHash(peers),
            BalancingMethod.Hash when config.IsConsistent => peers => new ConsistentHash(peers, key!),
            BalancingMethod.Hash => peers => new KeyHash(peers, key!),
            BalancingMethod.Random => peers => new RandomChoice(peers, config.TwoChoices),
            _ => throw new NotSupportedException($"The balancing method {config.Method} has no implementation."),
        };
    }

    private static int CountUp(PeerModel[] peers)
    {
        int count = 0;
        foreach (PeerModel peer in peers)
        {
            if (!peer.IsDown) count++;
        }
        return count;
    }
}
