using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Upstreams.Balancing;
using Hawser.Gateway.Upstreams.Resolving;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Upstreams;

/// <summary>An <c>upstream</c> block, or the one server of a <c>proxy_pass</c> that names an address.</summary>
public sealed class UpstreamModel
{
    private readonly UpstreamLoopState?[] _loops;
    private readonly PeerSource[] _sources;
    private readonly Func<PeerModel[], RoundRobin> _balance;
    private PeerSet _peers;

    private UpstreamModel(string name, PeerSource[] sources, int workers, Func<PeerModel[], RoundRobin>? balance = null)
    {
        Name = name;
        NameBytes = ByteSlice.FromLatin1(name);
        _sources = sources;
        _loops = new UpstreamLoopState?[workers];
        _balance = balance ?? (static peers => new RoundRobin(peers));
        _peers = CollectPeers();
    }

    public string Name { get; }

    public ByteSlice NameBytes { get; }

    /// <summary>The servers known now. With <c>resolve</c> they change while requests are served.</summary>
    public PeerSet Peers => Volatile.Read(ref _peers);

    /// <summary>Idle connections each loop keeps; 0 closes every connection after its response.</summary>
    public int KeepAlive { get; private init; }

    /// <summary>Idle connections are used again only by the location that opened them.</summary>
    public bool KeepAliveIsLocal { get; private init; }

    public int KeepAliveRequests { get; private init; } = 1000;

    /// <summary>Milliseconds a connection may be used for; then it is closed after a response.</summary>
    public long KeepAliveTime { get; private init; } = 3_600_000;

    /// <summary>Milliseconds an idle connection is kept.</summary>
    public long KeepAliveTimeout { get; private init; } = 60_000;

    /// <summary>This loop's turn in the round robin and its idle connections.</summary>
    public UpstreamLoopState For(Worker worker) => _loops[worker.Index] ??= new UpstreamLoopState(this);

    /// <summary>The state of a loop that has used this upstream, or null.</summary>
    public UpstreamLoopState? Existing(Worker worker) => worker.Index < _loops.Length ? _loops[worker.Index] : null;

    /// <summary>What picks among the servers, or among the backups: a method of its own for each loop.</summary>
    public RoundRobin Balance(PeerModel[] peers) => _balance(peers);

    /// <summary>Begins to follow the names of servers with <c>resolve</c>. One loop does it for all.</summary>
    public void StartResolving(Worker worker)
    {
        foreach (PeerSource source in _sources) source.Start(worker, this);
    }

    /// <summary>The configuration goes away.</summary>
    public void StopResolving()
    {
        foreach (PeerSource source in _sources) source.Stop();
    }

    public static UpstreamModel From(UpstreamConfig config, ModelBuilder builder)
    {
        var sources = new List<PeerSource>();
        var occurrences = new Dictionary<SocketEndpoint, int>();
        foreach (UpstreamServerConfig server in config.Servers)
        {
            sources.Add(server.Resolve && server.Address.Kind == AddressKind.HostName
                ? new ResolvedServer(server, config, builder)
                : new FixedServer(server, config.Name, builder.Services, occurrences));
        }
        UpstreamKeepAlive keepAlive = config.KeepAlive;
        return new UpstreamModel(config.Name, [.. sources], builder.Services.WorkerCount, BalancerOf(config.Balancing, builder))
        {
            KeepAlive = keepAlive.Connections,
            KeepAliveIsLocal = keepAlive.IsLocal,
            KeepAliveRequests = config.Get(Known.UpstreamKeepAliveRequests),
            KeepAliveTime = (long)config.Get(Known.UpstreamKeepAliveTime).TotalMilliseconds,
            KeepAliveTimeout = (long)config.Get(Known.UpstreamKeepAliveTimeout).TotalMilliseconds,
        };
    }

    /// <summary>An upstream nobody named: the addresses of a host in a URL.</summary>
    public static UpstreamModel Implicit(EndpointAddress address, GatewayServices services, SourceSpan? span)
    {
        PeerModel[] peers = [.. AddressResolver.Resolve(address, span).Select(e => new PeerModel(e, services.Peers.Get(address.Text, e, 0)))];
        return new UpstreamModel(address.Text, [new GivenServers(peers)], services.WorkerCount);
    }

    /// <summary>An upstream that a request names: an address, and nothing is remembered of it.</summary>
    public static UpstreamModel Named(EndpointAddress address, int workers) =>
        Of(address.Text, AddressResolver.Resolve(address, null), workers);

    /// <summary>An upstream that a request names, and that was resolved while the request waited.</summary>
    public static UpstreamModel Resolved(ResolvedName name, int port, int workers) =>
        Of(name.Key, [.. name.Addresses.Select(a => SocketEndpoint.FromIP(a, port))], workers);

    /// <summary>Puts the servers that are known now in the place of those known before. One loop only.</summary>
    internal void RefreshPeers() => Volatile.Write(ref _peers, CollectPeers());

    private static UpstreamModel Of(string name, IReadOnlyList<SocketEndpoint> endpoints, int workers)
    {
        PeerModel[] peers = [.. endpoints.Select(static e => new PeerModel(e, new PeerState(e)) { MaxFails = 0 })];
        return new UpstreamModel(name, [new GivenServers(peers)], workers);
    }

    private PeerSet CollectPeers()
    {
        var peers = new List<PeerModel>();
        foreach (PeerSource source in _sources) peers.AddRange(source.Peers);
        return new PeerSet([.. peers]);
    }

    private static Func<PeerModel[], RoundRobin>? BalancerOf(BalancingConfig? config, ModelBuilder builder)
    {
        Variables.TemplateModel? key = builder.CompileOptional(config?.Key);
        return config?.Method switch
        {
            null or BalancingMethod.RoundRobin => null,
            BalancingMethod.LeastConnections => static peers => new LeastConnections(peers),
            BalancingMethod.IpHash => static peers => new IpHash(peers),
            BalancingMethod.Hash when config.IsConsistent => peers => new ConsistentHash(peers, key!),
            BalancingMethod.Hash => peers => new KeyHash(peers, key!),
            BalancingMethod.LeastTime => peers => new LeastTime(peers, config.UntilHeader, config.CountsInFlight),
            BalancingMethod.Random => peers => new RandomChoice(peers, config.TwoChoices),
            _ => throw new NotSupportedException($"The balancing method {config.Method} has no implementation."),
        };
    }
}
