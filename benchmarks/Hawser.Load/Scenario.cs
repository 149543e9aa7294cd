namespace Hawser.Load;

/// <summary>What a scenario is about.</summary>
internal enum Measure
{
    /// <summary>As much as goes: operations a second, and what one costs.</summary>
    Rate,

    /// <summary>A given load: how long a message takes.</summary>
    Latency,

    /// <summary>What an idle tunnel holds.</summary>
    Memory,
}

/// <summary>One thing that every gateway is put through.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Measure">What it is about.</param>
/// <param name="Plan">The load for a gateway that talks so many seconds.</param>
internal sealed record Scenario(string Name, Measure Measure, Func<Peer, double, LoadPlan> Plan)
{
    /// <summary>The gateway reads its configuration again every second.</summary>
    public bool Reloads { get; init; }

    /// <summary>A <see cref="Bulk"/> tunnel is on the same loop.</summary>
    public bool HasBulk { get; init; }

    /// <summary>Workers of the gateway, which then has all processors; 0 for one worker on a processor of its own.</summary>
    public int Workers { get; init; }
}

/// <summary>All scenarios, in their order.</summary>
internal static class Scenarios
{
    public const string Idle = "idle memory";
    public const string IdleTls = "wss idle memory";
    public const string Alone = "fairness: 1 tunnel";
    public const string BesideBulk = "fairness: beside a bulk tunnel";
    public const string Few = "scale: 100 tunnels, 95 talk";
    public const string Many = "scale: 9,500 tunnels, 95 talk";
    public const string Calm = "storm: before it";
    public const string Storm = "storm: RSA-4096 handshakes";
    public const string Reloading = "reloads every second";

    private const int Kilobytes16 = 16 * 1024;
    private const int Megabyte = 1_000_000;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new(Idle, Measure.Memory, (p, s) => new(s, new ClientGroup(4000, p.Port))),
        new(IdleTls, Measure.Memory, (p, s) => new(s, new ClientGroup(2000, p.TlsPort) { Tls = TlsUse.Full })),

        Echo("echo 64 B", 100, 64),
        Echo("pipelined 64 B", 100, 64, depth: 16),
        Echo("echo 16 KiB", 100, Kilobytes16),
        Echo("bulk 1 MB", 20, Megabyte),
        new("handshakes", Measure.Rate, (p, s) => new(s, new ClientGroup(64, p.Port) { Reconnects = true })),

        EchoTls("wss echo 64 B", 100, 64),
        EchoTls("wss echo 16 KiB", 100, Kilobytes16),
        EchoTls("wss bulk 1 MB", 20, Megabyte),
        new("wss handshakes, full", Measure.Rate, (p, s) => new(s, new ClientGroup(64, p.TlsPort) { Reconnects = true, Tls = TlsUse.Full })),
        new("wss handshakes, resumed", Measure.Rate, (p, s) => new(s, new ClientGroup(64, p.TlsPort) { Reconnects = true, Tls = TlsUse.Resumed })),

        new(Alone, Measure.Latency, (p, s) => new(s, Small(p))),
        new(BesideBulk, Measure.Latency, (p, s) => new(s, Small(p))) { HasBulk = true },
        new(Few, Measure.Latency, (p, s) => new(s, Talkers(p), new ClientGroup(5, p.Port) { Counts = false })),
        new(Many, Measure.Latency, (p, s) => new(s, Talkers(p), new ClientGroup(9405, p.Port) { Counts = false })),
        new(Calm, Measure.Latency, (p, s) => new(s, Tunnels(p, 20, 50))),
        new(Storm, Measure.Latency, (p, s) => new(
            s, Tunnels(p, 20, 50), new ClientGroup(32, p.LongKeyPort) { Reconnects = true, Tls = TlsUse.Full, Counts = false })),
        new(Reloading, Measure.Latency, (p, s) => new(s, Tunnels(p, 100, 50), new ClientGroup(4, p.Port) { Reconnects = true, Counts = false })) { Reloads = true },

        Echo("all processors, 1 worker", 100, 64) with { Workers = 1 },
        Echo("all processors, 2 workers", 100, 64) with { Workers = 2 },
    ];

    private static Scenario Echo(string name, int clients, int size, int depth = 1) =>
        new(name, Measure.Rate, (p, s) => new(s, new ClientGroup(clients, p.Port) { Size = size, Depth = depth }));

    private static Scenario EchoTls(string name, int clients, int size) =>
        new(name, Measure.Rate, (p, s) => new(s, new ClientGroup(clients, p.TlsPort) { Size = size, Tls = TlsUse.Full }));

    private static ClientGroup Small(Peer peer) => Tunnels(peer, 1, 1000);

    private static ClientGroup Talkers(Peer peer) => Tunnels(peer, 95, 100);

    private static ClientGroup Tunnels(Peer peer, int count, double pace) => new(count, peer.Port) { Size = 64, Pace = pace };
}
