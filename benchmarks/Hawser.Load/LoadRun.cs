using System.Diagnostics;
using System.Text;
using Hawser.IO.Loop;
using Hawser.IO.Sockets;

namespace Hawser.Load;

/// <summary>What a run is to do.</summary>
/// <param name="Port">The gateway's port of 127.0.0.1.</param>
/// <param name="Clients">Tunnels.</param>
/// <param name="Size">Bytes of a message.</param>
/// <param name="Depth">Messages of each client under way at once.</param>
/// <param name="Seconds">How long it talks.</param>
/// <param name="Talking">How many of the clients talk; the others stay silent.</param>
/// <param name="Bulk">One more client that sends messages of a megabyte all the time, and whose times do not count.</param>
/// <param name="Reconnects">Every client closes as soon as it is open, and connects again: handshakes are what is measured.</param>
internal sealed record LoadPlan(int Port, int Clients, int Size, int Depth, double Seconds, int Talking, bool Bulk = false, bool Reconnects = false);

/// <summary>What came out.</summary>
/// <param name="Rate">Messages, or handshakes, a second.</param>
/// <param name="Operations">How many there were.</param>
/// <param name="Failures">Clients that lost their tunnel or never got one.</param>
/// <param name="FirstFailure">Why the first did.</param>
/// <param name="Latency">Times of round trips, or of handshakes.</param>
internal sealed record LoadResult(double Rate, long Operations, int Failures, string? FirstFailure, Histogram Latency);

/// <summary>Clients on one event loop, on the calling thread.</summary>
internal sealed class LoadRun
{
    private const int ConnectsAtOnce = 128;
    private const int LongestSetUpSeconds = 60;

    private readonly LoadPlan _plan;
    private readonly Histogram _latency = new();
    private readonly Histogram _ignored = new();
    private readonly List<LoadClient> _clients = [];
    private int _opened;
    private int _failures;
    private string? _firstFailure;
    private long _startedAt;

    private LoadRun(LoadPlan plan)
    {
        _plan = plan;
        Gateway = SocketEndpoint.FromIP(System.Net.IPAddress.Loopback, plan.Port);
        Handshake = Encoding.ASCII.GetBytes(
            $"GET /websocket/a HTTP/1.1\r\nHost: 127.0.0.1:{plan.Port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    }

    public EventLoop Loop { get; } = new(TimeProvider.System, static e => Console.Error.WriteLine(e));

    public SocketEndpoint Gateway { get; }

    public byte[] Handshake { get; }

    public long Messages { get; set; }

    public bool IsOver { get; private set; }

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
        var operations = plan.Reconnects ? run._latency.Count : run.Messages;
        return new LoadResult(operations / Math.Max(seconds, 0.001), operations, run._failures, run._firstFailure, run._latency);
    }

    /// <summary>A client's tunnel is open.</summary>
    public void Opened(LoadClient client, long nanoseconds)
    {
        if (_plan.Reconnects)
        {
            _latency.Add(nanoseconds);
            client.Close();
            if (!IsOver)
                Loop.Defer(client.Connect);
            return;
        }

        Volatile.Write(ref _opened, _opened + 1);
        if (_clients.Count < Total)
            Add();
    }

    /// <summary>A client has lost its tunnel.</summary>
    public void Fail(string reason)
    {
        if (IsOver)
            return;
        _firstFailure ??= reason;
        Volatile.Write(ref _failures, _failures + 1);
        if (_clients.Count < Total)
            Add();
    }

    private int Total => _plan.Clients + (_plan.Bulk ? 1 : 0);

    private void Begin()
    {
        _startedAt = Stopwatch.GetTimestamp();
        for (var i = 0; i < Math.Min(ConnectsAtOnce, Total); i++)
            Add();
    }

    private void Add()
    {
        var isBulk = _plan.Bulk && _clients.Count == 0;
        var talks = _clients.Count < _plan.Talking + (_plan.Bulk ? 1 : 0) && !_plan.Reconnects;
        var client = isBulk ? new LoadClient(this, 1_000_000, 1, _ignored) : new LoadClient(this, talks ? _plan.Size : 0, _plan.Depth, _latency);
        _clients.Add(client);
        client.Connect();
    }

    /// <summary>Waits for the tunnels, lets them talk for the time, and ends it all. Returns the seconds of talk.</summary>
    private double Control(Action? whenOpen)
    {
        if (!_plan.Reconnects)
        {
            while (Volatile.Read(ref _opened) + Volatile.Read(ref _failures) < Total && (_startedAt == 0 || Stopwatch.GetElapsedTime(_startedAt).TotalSeconds < LongestSetUpSeconds))
                Thread.Sleep(5);
            Loop.Post(_ => _clients.ForEach(client => client.Talk()), null);
        }

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
                _clients.ForEach(client => client.Close());
                Loop.Stop();
            },
            null);
        return seconds;
    }
}
