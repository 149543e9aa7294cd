using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Filters;
using Hawser.Gateway.Tunnels;
using Hawser.Gateway.Upstreams;
using Hawser.Gateway.Upstreams.Resolving;
using Hawser.IO.Loop;
using Hawser.IO.Sockets;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway;

/// <summary>
/// One event loop with everything that belongs to it: connections, pools, idle upstream connections. Nothing here is touched by
/// another thread, except through <see cref="EventLoop.Post"/>.
/// </summary>
public sealed class Worker
{
    // What a burst leaves in a pool beyond this goes to the garbage collector.
    private const int PooledObjects = 128;

    // The one that follows the names of upstream servers for all.
    private const int ResolvingWorker = 0;

    private readonly Stack<HttpExchange> _exchanges = new();
    private readonly Stack<Channel> _channels = new();
    private readonly Stack<RequestHeadParser> _requestParsers = new();
    private readonly Stack<ResponseHeadParser> _responseParsers = new();
    private readonly Action _onIdle;
    private readonly Action<Exception> _onUnhandled;
    private readonly Thread _thread;
    private int _load;
    private bool _isDraining;
    private long _tunnelsStarted;

    public Worker(int index, TimeProvider time, Action<Exception> onUnhandled, Action onIdle)
    {
        Index = index;
        _onIdle = onIdle;
        _onUnhandled = onUnhandled;
        Loop = new EventLoop(time, onUnhandled);
        Handshakes = new Tls.HandshakeTurns(Loop);
        AllCounters = [Counters];
        _thread = new Thread(Run, maxStackSize: 512 * 1024) { Name = $"hawser-loop-{index}", IsBackground = true };
    }

    public int Index { get; }

    public EventLoop Loop { get; }

    /// <summary>How much of each turn TLS handshakes may take.</summary>
    public Tls.HandshakeTurns Handshakes { get; }

    /// <summary>The configuration for requests that begin now.</summary>
    public GatewayModel Model { get; private set; } = null!;

    /// <summary>A graceful stop is under way: answers say <c>Connection: close</c>, idle connections are closed.</summary>
    public bool IsDraining { get => Volatile.Read(ref _isDraining); private set => Volatile.Write(ref _isDraining, value); }

    /// <summary>
    /// Draining for a new process that has taken over what it could: tunnels that are left stay until they end, or until <c>worker_shutdown_timeout</c>.
    /// </summary>
    public bool KeepsTunnels { get; private set; }

    /// <summary>Its loop has come to its end: what is posted to it does not run any more. Any thread.</summary>
    public bool HasEnded => !_thread.IsAlive;

    public ConnectionList Connections { get; } = new();

    /// <summary>Sums since the start. Any thread may read them.</summary>
    public Metrics.WorkerCounters Counters { get; } = new();

    /// <summary>Questions about the server's own certificates that have no answer yet.</summary>
    internal List<Tls.Ocsp.OcspFetch> StapleFetches { get; } = [];

    internal FilterPool Filters { get; } = new();

    /// <summary>The counters of all loops of the process, this one's included.</summary>
    public IReadOnlyList<Metrics.WorkerCounters> AllCounters { get; internal set; }

    /// <summary>Connections this worker carries or was promised; read by whoever hands out new ones.</summary>
    public int Load => Volatile.Read(ref _load);

    public void Start() => _thread.Start();

    public void Join() => _thread.Join();

    private void Run()
    {
        if (Hosting.ProcessServices.HasGivenUpRoot) Hosting.ProcessServices.DropCapabilities();
        Loop.Run();
    }

    /// <summary>Counts a connection that is about to be handed over. Any thread.</summary>
    public void Promise() => Interlocked.Increment(ref _load);

    /// <summary>Takes a promise back. Any thread.</summary>
    public void Unpromise() => Interlocked.Decrement(ref _load);

    /// <summary>Takes over an accepted connection that was promised. Loop thread.</summary>
    public void Serve(int descriptor, SocketEndpoint peer, ListenerState listener)
    {
        Http1Connection connection;
        try
        {
            connection = new Http1Connection(this, descriptor, peer, listener);
        }
        catch (IOException refused)
        {
            SocketCalls.Close(descriptor);
            Unpromise();
            Model.ErrorLog.Write(Logging.LogLevel.Alert, $"{refused.Message}, a connection to {listener.Endpoint} is closed");
            return;
        }
        Connections.Add(connection);
        Counters.Accept();
        SetPhase(connection, Metrics.ConnectionPhase.Waiting);
        connection.Start();
    }

    /// <summary>What its tunnels and handshakes add up to.</summary>
    public TunnelCounters TunnelCounters { get; } = new();

    /// <summary>Tunnels begun on this worker since the start. Any thread.</summary>
    public long TunnelsStarted => Volatile.Read(ref _tunnelsStarted);

    /// <summary>A tunnel that was promised comes from another process.</summary>
    public void TakeOver(Tunnel tunnel)
    {
        Volatile.Write(ref _tunnelsStarted, _tunnelsStarted + 1);
        Connections.Add(tunnel);
    }

    /// <summary>A tunnel takes the place of the connection it came from.</summary>
    public void Replace(TrackedConnection old, TrackedConnection replacement)
    {
        Volatile.Write(ref _tunnelsStarted, _tunnelsStarted + 1);
        Connections.Remove(old);
        Connections.Add(replacement);
        SetPhase(replacement, old.Phase);
        SetPhase(old, Metrics.ConnectionPhase.None);
    }

    /// <summary>Keeps count of what connections do.</summary>
    internal void SetPhase(TrackedConnection connection, Metrics.ConnectionPhase phase)
    {
        Counters.Move(connection.Phase, phase);
        connection.Phase = phase;
    }

    /// <summary>A connection has ended.</summary>
    public void Forget(TrackedConnection connection)
    {
        Connections.Remove(connection);
        SetPhase(connection, Metrics.ConnectionPhase.None);
        if (Interlocked.Decrement(ref _load) == 0 && IsDraining) _onIdle();
    }

    /// <summary>Ends idle connections now and the others when they are done. Nothing that was accepted is on its way to this loop any more.</summary>
    public void BeginDrain(bool keepsTunnels = false)
    {
        if (IsDraining) return;
        IsDraining = true;
        KeepsTunnels = keepsTunnels;
        LetGo(Model);
        Connections.ForEach(c =>
        {
            if (!keepsTunnels || c is not Tunnel) c.BeginDrain();
        });
        if (Load == 0) _onIdle();
    }

    /// <summary>Ends the tunnels to some servers, or all, each as its ending goes.</summary>
    public void DrainTunnels(IReadOnlySet<PeerState>? peers) => Connections.ForEach(c =>
    {
        if (c is Tunnel tunnel && (peers is null || peers.Contains(tunnel.Peer))) tunnel.Drain();
    });

    /// <summary>Requests that begin from now on use <paramref name="model"/>; idle upstream connections of the old one are closed.</summary>
    public void Adopt(GatewayModel model)
    {
        GatewayModel? old = Model;
        Model = model;
        if (old is not null) LetGo(old);
        if (Index == ResolvingWorker) Loop.Post(_ => StartResolving(model), null);
    }

    /// <summary>Closes what a configuration keeps open between requests.</summary>
    private void LetGo(GatewayModel model)
    {
        foreach (UpstreamModel upstream in model.Upstreams)
        {
            upstream.Existing(this)?.CloseIdle();
            if (Index == ResolvingWorker) upstream.StopResolving();
        }
        foreach (Tls.Ocsp.OcspFetch fetch in StapleFetches) fetch.Abort();
        foreach (ResolverModel resolver in model.Resolvers) resolver.Existing(this)?.Retire();
    }

    private void StartResolving(GatewayModel model)
    {
        if (IsDraining || !ReferenceEquals(model, Model)) return;
        foreach (UpstreamModel upstream in model.Upstreams) upstream.StartResolving(this);
    }

    /// <summary>Ends the connections of configurations older than <paramref name="generation"/>.</summary>
    public void EndOlderThan(long generation) => Connections.ForEach(c =>
    {
        if (c.Model.Generation < generation) c.EndSoon();
    });

    public void EndAll() => Connections.ForEach(static c => c.EndNow());

    /// <summary>Lets go of what is pooled: a wave of handshakes is over.</summary>
    public void TrimPools()
    {
        _exchanges.Clear();
        _channels.Clear();
        _requestParsers.Clear();
        _responseParsers.Clear();
        Loop.Buffers.Trim();
    }

    public HttpExchange RentExchange() => _exchanges.TryPop(out HttpExchange? exchange) ? exchange : new HttpExchange(this);

    public void Return(HttpExchange exchange)
    {
        exchange.Reset();
        if (_exchanges.Count < PooledObjects) _exchanges.Push(exchange);
    }

    public Channel RentChannel() => _channels.TryPop(out Channel? channel) ? channel : new Channel(Loop);

    public void Return(Channel channel)
    {
        if (channel.HasWaiter) _onUnhandled(new InvalidOperationException("A channel on which somebody waits was given back."));
        if (channel.IsReusable && _channels.Count < PooledObjects) _channels.Push(channel);
    }

    public RequestHeadParser RentRequestParser(RequestHeadOptions options)
    {
        if (!_requestParsers.TryPop(out RequestHeadParser? parser)) return new RequestHeadParser(options);
        parser.Reset();
        parser.Options = options;
        return parser;
    }

    public void Return(RequestHeadParser parser)
    {
        if (_requestParsers.Count < PooledObjects) _requestParsers.Push(parser);
    }

    public ResponseHeadParser RentResponseParser()
    {
        if (!_responseParsers.TryPop(out ResponseHeadParser? parser)) return new ResponseHeadParser();
        parser.Reset();
        return parser;
    }

    public void Return(ResponseHeadParser parser)
    {
        if (_responseParsers.Count < PooledObjects) _responseParsers.Push(parser);
    }
}
