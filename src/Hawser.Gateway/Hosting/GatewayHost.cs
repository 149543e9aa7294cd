using Hawser.Configuration.Directives;
using Hawser.Configuration.Syntax;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Metrics;
using Hawser.Gateway.Tunnels;
using Hawser.Gateway.Tunnels.HandOver;
using Hawser.Gateway.Upstreams;
using Hawser.IO.Sockets;
using Hawser.IO.Timers;

namespace Hawser.Gateway.Hosting;

/// <summary>
/// A running gateway: loops, listening sockets and the configuration in force. All methods but <see cref="Log"/> are called from one control
/// thread; what they do to a loop is posted to it.
/// </summary>
public sealed class GatewayHost
{
    private readonly GatewayServices _services;
    private readonly Worker[] _workers;
    private readonly Dictionary<SocketEndpoint, ListenerState> _listeners = [];
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MemorySettler _settler;
    private readonly InheritedListeners _inherited;
    // For ten seconds after the hand-over, what becomes a tunnel still goes after the others.
    private const int LatePasses = 40;
    private static readonly TimeSpan LatePassInterval = TimeSpan.FromMilliseconds(250);

    private readonly DateTimeOffset _startedAt;
    private volatile GatewayModel _model;
    private int _ended;
    private volatile bool _stopping;
    private DescriptorSocket? _successor;

    private GatewayHost(GatewayServices services, GatewayModel model, InheritedListeners inherited)
    {
        _inherited = inherited;
        _services = services;
        _model = model;
        _startedAt = services.Time.GetUtcNow();
        _workers = new Worker[services.WorkerCount];
        for (int i = 0; i < _workers.Length; i++) _workers[i] = new Worker(i, services.Time, OnUnhandled, EndIfDrained);
        WorkerCounters[] counters = Array.ConvertAll(_workers, static w => w.Counters);
        foreach (Worker worker in _workers) worker.AllCounters = counters;
        _settler = new MemorySettler(Acceptor, _workers);
    }

    /// <summary>Ends when everything is drained after <see cref="BeginGracefulStop"/>, or closed after <see cref="StopNow"/>.</summary>
    public Task Completion => _completion.Task;

    /// <summary>What is wrong with the configuration in force without keeping it from running: lines in nginx's words.</summary>
    public IEnumerable<string> Warnings => _model.Warnings.Select(static w => ByteText.ToDisplay(w));

    private Worker Acceptor => _workers[0];

    /// <summary>Another process listens on the same sockets: names of Unix sockets must survive this one.</summary>
    private bool KeepsSocketNames => _successor is not null || _inherited.IsPredecessorAlive;

    /// <summary>Compiles the configuration without opening a socket: what <c>-t</c> finds beyond the language.</summary>
    /// <returns>What is wrong without keeping it from running: lines in nginx's words.</returns>
    /// <exception cref="GatewayCompilationException">It cannot be run.</exception>
    /// <exception cref="LogFileException">A log file cannot be opened.</exception>
    public static IEnumerable<string> Check(GatewayConfiguration configuration, TimeProvider time) =>
        GatewayCompiler.Compile(configuration.Main, new GatewayServices(time), 1).Warnings.Select(static w => ByteText.ToDisplay(w));

    /// <summary>Binds every listener and starts to serve.</summary>
    /// <param name="configuration">What was declared.</param>
    /// <param name="time">The wall clock.</param>
    /// <param name="inherited">Sockets that another process has handed down; they are used where the configuration listens on their addresses.</param>
    /// <exception cref="GatewayCompilationException">The configuration cannot be run.</exception>
    /// <exception cref="LogFileException">A log file cannot be opened.</exception>
    /// <exception cref="IOException">A listener cannot be opened; none stays open.</exception>
    public static GatewayHost Start(GatewayConfiguration configuration, TimeProvider time, InheritedListeners? inherited = null)
    {
        int processes = configuration.Main.Get(Known.WorkerProcesses);
        var services = new GatewayServices(time) { WorkerCount = processes > 0 ? processes : Environment.ProcessorCount };
        GatewayModel model = GatewayCompiler.Compile(configuration.Main, services, 1);
        inherited ??= InheritedListeners.None;
        var host = new GatewayHost(services, model, inherited);
        services.LogFiles.ErrorLog = model.ErrorLog;
        List<ListenSocket[]> opened = host.OpenAll(model.Listeners.Values);
        inherited.CloseRest();
        foreach (Worker worker in host._workers)
        {
            worker.Adopt(model);
            worker.Start();
        }
        foreach (ListenSocket[] sockets in opened) host.Listen(sockets);
        services.Snapshot = host.TakeSnapshot;
        if (inherited.IsSuccessor) host.TakeTunnels();
        var meter = new GatewayMeter(host.TakeSnapshot);
        _ = host.Completion.ContinueWith(_ => meter.Dispose(), TaskScheduler.Default);
        return host;
    }

    /// <summary>Puts another configuration to work. Tunnels and requests under way keep the one they began with.</summary>
    /// <exception cref="GatewayCompilationException">It cannot be run; the old one stays.</exception>
    /// <exception cref="LogFileException">A log file cannot be opened; the old one stays.</exception>
    /// <exception cref="IOException">A new listener cannot be opened; the old configuration stays.</exception>
    public void Reload(GatewayConfiguration configuration)
    {
        int processes = configuration.Main.Get(Known.WorkerProcesses);
        if (processes > 0 && processes != _workers.Length)
        {
            Log(MessageLevel.Warning, $"worker_processes {processes} takes effect at the next start, {_workers.Length} event loops go on");
        }
        GatewayModel old = _model;
        GatewayModel model = GatewayCompiler.Compile(configuration.Main, _services, old.Generation + 1);
        List<ListenSocket[]> opened = OpenAll(model.Listeners.Values.Where(l => !_listeners.ContainsKey(l.Endpoint)));
        _model = model;
        _services.LogFiles.ErrorLog = model.ErrorLog;
        foreach (ListenerState listener in _listeners.Values.Where(l => !model.Listeners.ContainsKey(l.Endpoint)).ToArray()) Close(listener);
        // What has come to an address that is no longer configured is served by a configuration that knows it.
        OnAllLoops(worker => worker.Adopt(model));
        foreach (string warning in Warnings) Log(MessageLevel.Warning, warning);
        foreach (ListenSocket[] sockets in opened) Listen(sockets);
        foreach (ListenerState listener in _listeners.Values)
        {
            foreach (ListenSocket socket in listener.Sockets) socket.Apply(model.Listeners[listener.Endpoint].Options);
            Acceptor.Loop.Post(static state => ((ListenerState)state!).Start(), listener); // StopAccepting may have paused it
        }
        if (old.WorkerShutdownTimeout > 0) EndLater(old.WorkerShutdownTimeout, model.Generation);
    }

    /// <summary>No new connections; requests and tunnels under way finish, within <c>worker_shutdown_timeout</c> if that is set.</summary>
    public void BeginGracefulStop()
    {
        if (_stopping) return;
        _stopping = true;
        CloseListeners();
        if (_successor is { } successor) new Thread(() => GiveTunnels(successor)) { IsBackground = true, Name = "hawser-handover" }.Start();
        else OnAllLoops(static worker => worker.BeginDrain());
        if (_model.WorkerShutdownTimeout > 0) EndLater(_model.WorkerShutdownTimeout, long.MaxValue);
    }

    /// <summary>Closes everything at once.</summary>
    public void StopNow()
    {
        _stopping = true;
        CloseListeners();
        OnAllLoops(static worker =>
        {
            worker.BeginDrain();
            worker.EndAll();
        });
    }

    /// <summary>Opens the log files again, after somebody has renamed them.</summary>
    public void ReopenLogs() => _services.LogFiles.Reopen();

    /// <summary>No new connections are accepted; they wait in the sockets' queues. A reload resumes.</summary>
    public void StopAccepting()
    {
        foreach (ListenerState listener in _listeners.Values) Acceptor.Loop.Post(static state => ((ListenerState)state!).Pause(), listener);
    }

    /// <summary>Goes on after <see cref="StopAccepting"/>.</summary>
    public void ResumeAccepting()
    {
        foreach (ListenerState listener in _listeners.Values) Acceptor.Loop.Post(static state => ((ListenerState)state!).Start(), listener);
    }

    /// <summary>
    /// Starts the program anew beside this process, with the listening sockets: both accept connections from then on. The caller waits for
    /// it to end, and says so with <see cref="SuccessorEnded"/>.
    /// </summary>
    /// <param name="launch">The program, and how it was started the first time.</param>
    /// <returns>Its process id.</returns>
    /// <exception cref="IOException">It could not be started.</exception>
    public int StartSuccessor(ProgramLaunch launch)
    {
        (DescriptorSocket mine, DescriptorSocket theirs) = DescriptorSocket.CreatePair();
        try
        {
            int successor = SuccessorProcess.Start(launch, _listeners.Values.SelectMany(l => l.Sockets).Select(s => s.Descriptor), theirs.Descriptor);
            _successor = mine;
            return successor;
        }
        catch
        {
            mine.Dispose();
            throw;
        }
        finally
        {
            theirs.Dispose();
        }
    }

    /// <summary>The new process has ended; this one goes on alone.</summary>
    public void SuccessorEnded()
    {
        _successor?.Dispose();
        _successor = null;
    }

    /// <summary>Writes into the error logs of the main context. Any thread.</summary>
    public void Log(MessageLevel level, string message) => _model.ErrorLog.Write((LogLevel)(int)level, message);

    /// <summary>What the gateway is doing. Any thread.</summary>
    public GatewaySnapshot TakeSnapshot()
    {
        GatewayModel model = _model;
        DateTimeOffset now = _services.Time.GetUtcNow();
        return new GatewaySnapshot
        {
            TakenAt = now,
            StartedAt = _startedAt,
            Generation = model.Generation,
            IsStopping = _stopping,
            Loops = [.. _workers.Select(SnapshotReader.Read)],
            Upstreams = [.. SnapshotReader.Read(model, now.ToUnixTimeMilliseconds())],
        };
    }

    /// <summary>
    /// Gives no more requests to servers of an upstream, and ends the tunnels on them as their endings go; or takes that back. Any thread.
    /// </summary>
    /// <param name="upstream">The name of an upstream of the configuration in force.</param>
    /// <param name="server">The address of one of its servers, or what the configuration calls it; null for all of them.</param>
    /// <param name="isDraining">False to give them requests again.</param>
    /// <returns>The addresses that concerns; none when there is no such upstream or server.</returns>
    public IReadOnlyList<string> Drain(string upstream, string? server, bool isDraining)
    {
        PeerModel[] named =
        [
            .. _model.Upstreams.Where(u => u.Name == upstream).SelectMany(u => u.Peers.All)
                .Where(p => server is null || server == p.Server || server == p.Endpoint.ToString()),
        ];
        HashSet<PeerState> peers = [.. named.Select(p => p.State)];
        foreach (PeerState peer in peers) peer.IsDraining = isDraining;
        if (isDraining && peers.Count > 0)
        {
            foreach (Worker worker in _workers) worker.Loop.Post(_ => worker.DrainTunnels(peers), null);
        }
        return [.. named.Select(p => p.Endpoint.ToString()).Distinct()];
    }

    /// <summary>Ends all tunnels, each as its ending goes: before a stop that should not wait for them. Any thread.</summary>
    public void DrainTunnels()
    {
        foreach (Worker worker in _workers) worker.Loop.Post(_ => worker.DrainTunnels(null), null);
    }

    /// <summary>
    /// Does something on every loop: behind the closing of listeners that was asked for before and whatever they have accepted, and before anything that
    /// listeners accept which are started later. All of these go through the acceptor's loop, and so does this.
    /// </summary>
    private void OnAllLoops(Action<Worker> action) => Acceptor.Loop.Post(
        _ =>
        {
            foreach (Worker worker in _workers)
            {
                if (worker == Acceptor) action(worker);
                else worker.Loop.Post(_ => action(worker), null);
            }
        },
        null);

    private void DrainForSuccessor() => OnAllLoops(static worker => worker.BeginDrain(keepsTunnels: true));

    /// <summary>Begins to take over the tunnels of the process before this one, whenever it offers them.</summary>
    private void TakeTunnels()
    {
        if (HandOverTaker.FindSocket() is not { } socket) return;
        new HandOverTaker(socket, _workers, () => new HandOverContext(_services, _model), (level, text) => Log((MessageLevel)(int)level, text))
        {
            Taken = () => Acceptor.Loop.Post(_ => _settler.Arm(), null),
        }.Start();
    }

    /// <summary>Gives the tunnels that can go to the new process; the others stay until they end. On a thread of its own.</summary>
    private void GiveTunnels(DescriptorSocket successor)
    {
        try
        {
            var giver = new HandOverGiver(successor, _workers);
            if (giver.IsWelcome(out string reason))
            {
                Log(MessageLevel.Notice, $"{giver.GiveAll()} tunnels handed over to the new process");
                DrainForSuccessor();
                using var pause = new ManualResetEventSlim();
                // Handshakes that were under way may have become tunnels meanwhile.
                for (int pass = 0; pass < LatePasses && !_completion.Task.IsCompleted; pass++)
                {
                    pause.Wait(LatePassInterval);
                    giver.GiveAll();
                }
            }
            else Log(MessageLevel.Notice, $"tunnels stay with this process until they end: the new one does not take them, {reason}");
        }
        catch (IOException e)
        {
            Log(MessageLevel.Error, $"hand-over of tunnels broke off, the rest stays until it ends: {e.Message}");
        }
        catch (Exception e)
        {
            OnUnhandled(e);
        }
        successor.Dispose();
        DrainForSuccessor();
    }

    private List<ListenSocket[]> OpenAll(IEnumerable<ListenerModel> listeners)
    {
        var opened = new List<ListenSocket[]>();
        try
        {
            foreach (ListenerModel listener in listeners) opened.Add(Open(listener));
            return opened;
        }
        catch
        {
            foreach (ListenSocket socket in opened.SelectMany(static s => s))
            {
                socket.Close();
                if (!KeepsSocketNames) socket.RemoveName();
            }
            throw;
        }
    }

    private ListenSocket[] Open(ListenerModel listener)
    {
        if (_inherited.Find(listener.Endpoint) is not { } sockets) return [ListenSocket.Open(listener.Endpoint, listener.Options)];
        foreach (ListenSocket socket in sockets) socket.Apply(listener.Options);
        return sockets;
    }

    private void Listen(ListenSocket[] sockets)
    {
        var listener = new ListenerState(sockets, Acceptor, _workers, _settler);
        _listeners.Add(listener.Endpoint, listener);
        Acceptor.Loop.Post(static state => ((ListenerState)state!).Start(), listener);
    }

    private void Close(ListenerState listener, bool keepName = false)
    {
        _listeners.Remove(listener.Endpoint);
        if (!keepName) listener.Sockets[0].RemoveName();
        Acceptor.Loop.Post(static state => ((ListenerState)state!).Close(), listener);
    }

    private void CloseListeners()
    {
        bool keepNames = KeepsSocketNames;
        foreach (ListenerState listener in _listeners.Values.ToArray()) Close(listener, keepNames);
    }

    /// <summary>After <paramref name="milliseconds"/>, ends what still runs on configurations older than <paramref name="generation"/>.</summary>
    private void EndLater(long milliseconds, long generation)
    {
        foreach (Worker worker in _workers)
        {
            worker.Loop.Post(_ => worker.Loop.Timers.Schedule(new ShutdownTimer(worker, generation), worker.Loop.Now + milliseconds), null);
        }
    }

    private void OnUnhandled(Exception e) => Log(MessageLevel.Critical, $"unexpected failure: {e}");

    /// <summary>
    /// A draining worker has lost its last connection. Its loop goes on while others have some, because they may still have something for it, and all end
    /// together. Any loop.
    /// </summary>
    private void EndIfDrained()
    {
        if (!Array.TrueForAll(_workers, static w => w.IsDraining && w.Load == 0) || Interlocked.Exchange(ref _ended, 1) != 0) return;
        foreach (Worker worker in _workers) worker.Loop.Post(static state => ((Worker)state!).Loop.Stop(), worker);
        if (TunnelTotals.Describe([.. _workers.Select(static w => w.TunnelCounters)]) is { } totals) Log(MessageLevel.Notice, totals);
        _services.LogFiles.Flush();
        _completion.TrySetResult();
    }

    private sealed class ShutdownTimer(Worker worker, long generation) : LoopTimer
    {
        protected override void OnTimer() => worker.EndOlderThan(generation);
    }
}
