using System.Diagnostics;
using System.Text;
using Hawser.IO.Loop;
using Hawser.IO.Timers;
using Hawser.IO.Tls;

namespace Hawser.Load;

/// <summary>Clients on one event loop, on the calling thread.</summary>
internal sealed class LoadRun
{
    private const int ConnectsAtOnce = 128;
    private const int LongestSetUpSeconds = 60;
    private const int MostFailures = 1000;

    private readonly LoadPlan _plan;
    private readonly Tally _counted = new();
    private readonly Tally _beside = new();
    private readonly List<LoadClient> _held = [];      // tunnels that are opened once
    private readonly List<LoadClient> _visitors = [];  // clients that connect again and again
    private readonly Pacer _pacer;
    private int _begun;
    private int _opened;
    private int _lost;
    private int _failures;
    private string? _firstFailure;

    private LoadRun(LoadPlan plan)
    {
        _plan = plan;
        foreach (var group in plan.Groups)
        {
            for (var i = 0; i < group.Count; i++)
                (group.Reconnects ? _visitors : _held).Add(new LoadClient(this, group, group.Counts ? _counted : _beside, (double)i / group.Count));
        }

        _pacer = new Pacer(Loop, [.. _held.Where(client => client.IsPaced)]);
        Context = plan.Groups.Any(group => group.Tls != TlsUse.None) ? MakeContext() : null;
    }

    public EventLoop Loop { get; } = new(TimeProvider.System, static e => Console.Error.WriteLine(e));

    /// <summary>The client's side of TLS; null where nobody speaks it.</summary>
    public TlsContext? Context { get; }

    public bool IsOver { get; private set; }

    /// <summary>The request that opens a tunnel.</summary>
    public static byte[] HandshakeFor(int port) => Encoding.ASCII.GetBytes(
        $"GET /websocket/a HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");

    /// <summary>Runs a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="whenOpen">Called when all tunnels are open, on a thread of its own; the clients talk meanwhile.</param>
    public static LoadResult Execute(LoadPlan plan, Action? whenOpen = null)
    {
        var run = new LoadRun(plan);
        var seconds = 0.0;
        var control = new Thread(() => seconds = run.Control(whenOpen)) { IsBackground = true };
        run.Loop.Post(_ => run.Begin(), null);
        control.Start();
        run.Loop.Run();
        control.Join();
        run.Loop.Dispose();
        seconds = Math.Max(seconds, 0.001);
        return new LoadResult(
            run._counted.Operations / seconds, run._counted.Operations, run._beside.Operations / seconds, run._failures, run._firstFailure, run._counted.Latency);
    }

    /// <summary>A client's tunnel is open.</summary>
    public void Opened(LoadClient client)
    {
        if (client.Group.Reconnects)
        {
            client.Close();
            if (!IsOver)
                Loop.Defer(client.Connect);
            return;
        }

        Volatile.Write(ref _opened, _opened + 1);
        ConnectNext();
    }

    /// <summary>A client has lost its tunnel, or never got one.</summary>
    public void Fail(LoadClient client, string reason)
    {
        if (IsOver)
            return;
        Note(reason);
        if (!client.Group.Reconnects)
        {
            Volatile.Write(ref _lost, _lost + 1);
            ConnectNext();
        }
        else if (_failures < MostFailures)
            Loop.Defer(client.Connect);
    }

    /// <summary>Something is not as it should be, though the client goes on.</summary>
    public void Note(string reason)
    {
        _firstFailure ??= reason;
        _failures++;
    }

    private void Begin()
    {
        for (var i = 0; i < ConnectsAtOnce; i++)
            ConnectNext();
    }

    private void ConnectNext()
    {
        if (_begun < _held.Count)
            _held[_begun++].Connect();
    }

    /// <summary>Waits for the tunnels, lets the clients talk for the time, and ends it all. Returns the seconds of talk.</summary>
    private double Control(Action? whenOpen)
    {
        var setUp = Stopwatch.StartNew();
        while (Volatile.Read(ref _opened) + Volatile.Read(ref _lost) < _held.Count && setUp.Elapsed.TotalSeconds < LongestSetUpSeconds)
            Thread.Sleep(5);
        GC.Collect(); // thousands of clients have just been made: their collection must not fall into what is measured, where it would look like the gateway's
        Loop.Post(
            _ =>
            {
                for (var missing = _held.Count - _opened - _lost; missing > 0; missing--)
                    Note($"the tunnel was not open within {LongestSetUpSeconds} s");
                _held.ForEach(client => client.Talk());
                _visitors.ForEach(client => client.Connect());
                _pacer.Start();
            },
            null);

        var watch = Stopwatch.StartNew();
        whenOpen?.Invoke();
        var rest = TimeSpan.FromSeconds(_plan.Seconds) - watch.Elapsed;
        if (rest > TimeSpan.Zero)
            Thread.Sleep(rest);
        var seconds = watch.Elapsed.TotalSeconds;
        Loop.Post(
            _ =>
            {
                IsOver = true;
                _held.ForEach(client => client.End());
                _visitors.ForEach(client => client.Close());
                Loop.Stop();
            },
            null);
        return seconds;
    }

    private static TlsContext MakeContext()
    {
        // One version for all: with 1.2 a handshake is cheaper, and resuming a session takes no key exchange at all.
        var context = new TlsContext(TlsProtocols.Tls13, isServer: false);
        context.ReuseClientSessions();
        return context;
    }

    /// <summary>Sends for the clients whose messages go by the clock, every millisecond those that are due.</summary>
    private sealed class Pacer(EventLoop loop, LoadClient[] clients) : LoopTimer
    {
        private long _startedAt;

        public void Start()
        {
            _startedAt = Stopwatch.GetTimestamp();
            if (clients.Length > 0)
                OnTimer();
        }

        protected override void OnTimer()
        {
            var seconds = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;
            foreach (var client in clients)
                client.SendDue(seconds);
            loop.Timers.Schedule(this, loop.Now + 1);
        }
    }
}
