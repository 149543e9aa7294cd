using System.Collections.Immutable;
using Hawser.Gateway.Tunnels;

namespace Hawser.Gateway.Metrics;

/// <summary>Every metric there is. docs/metrics.md lists them; a test holds it to this list.</summary>
public static class MetricCatalog
{
    /// <summary>All metrics, in the order of output.</summary>
    public static ImmutableArray<Metric> All { get; } =
    [
        new("hawser.start_time", MetricKind.Gauge, "s", "When the gateway of this process began to serve, in seconds since 1970.",
            s => One(s.StartedAt.ToUnixTimeMilliseconds() / 1000.0)),
        new("hawser.configuration.generation", MetricKind.Gauge, null, "1 for the configuration of the start, and 1 more for every reload put to work.",
            s => One(s.Generation)),
        new("hawser.heap", MetricKind.Gauge, "By", "The managed heap as the last garbage collection has left it.", s => One(s.HeapBytes)),

        new("hawser.connections.open", MetricKind.Gauge, null, "Connections of clients, tunnels included.", s => ByLoop(s, l => l.Connections)),
        new("hawser.connections.accepted", MetricKind.Counter, null, "Connections of clients that were accepted.", s => ByLoop(s, l => l.Counters.Accepted)),
        new("hawser.requests", MetricKind.Counter, null, "Requests whose head was read, WebSocket handshakes included.", s => ByLoop(s, l => l.Counters.Requests)),
        new("hawser.responses", MetricKind.Counter, null, "Responses by the first digit of their status.",
            s => Enumerable.Range(1, 5).Select(c => new MetricSample(Sum(s, l => l.Counters.Responses(c)), Label("code", $"{c}xx")))),

        new("hawser.loop.busy", MetricKind.Counter, "s", "Time in which event loops worked.", s => ByLoop(s, l => l.Busy.TotalSeconds)),
        new("hawser.loop.lag", MetricKind.Gauge, "s", "The longest that a ready connection may have waited for its turn within the last 10 to 20 seconds.",
            s => ByLoop(s, l => l.Lag.TotalSeconds)),
        new("hawser.loop.buffers", MetricKind.Gauge, "By", "Buffers in use: heads and bodies under way, and what peers have not taken yet.",
            s => ByLoop(s, l => l.BufferBytes)),

        new("hawser.tunnels.open", MetricKind.Gauge, null, "Tunnels that are open.", s => ByLoop(s, l => l.Tunnels.Open)),
        new("hawser.tunnels.opened", MetricKind.Counter, null, "Tunnels that were opened, or taken over from another process.", s => ByLoop(s, l => l.Tunnels.Opened)),
        new("hawser.tunnels.closed", MetricKind.Counter, null, "Tunnels that have ended, by reason.", ClosedByReason),
        new("hawser.tunnels", MetricKind.Counter, "By", "Bytes in tunnels, by the side that sent them.",
            s => BySide(s, l => l.Tunnels.BytesFromClients, l => l.Tunnels.BytesFromUpstreams)),

        new("hawser.websocket.handshakes", MetricKind.Counter, null, "WebSocket handshakes by what became of them, and by the status, which is the upstream's where it refused.",
            Handshakes),
        new("hawser.websocket.messages", MetricKind.Counter, null, "Messages of WebSockets whose frames are followed, by the side that sent them.",
            s => BySide(s, l => l.Tunnels.MessagesFromClients, l => l.Tunnels.MessagesFromUpstreams)),
        new("hawser.websocket.pings", MetricKind.Counter, null, "Pings that the gateway has sent of its own.", s => One(Sum(s, l => l.Tunnels.PingsSent))),
        new("hawser.websocket.ping_round_trip", MetricKind.Histogram, "s", "How long peers took to answer pings of the gateway.", RoundTrips)
        {
            Bounds = [.. TunnelCounters.RoundTripBounds.ToArray().Select(milliseconds => milliseconds / 1000.0)],
        },
        new("hawser.websocket.framing_errors", MetricKind.Counter, null, "WebSockets in which something was sent that is no frame.",
            s => One(Sum(s, l => l.Tunnels.FramingErrors))),
        new("hawser.websocket.heartbeats_answered", MetricKind.Counter, null, "Heartbeats of applications that the gateway has answered (websocket_heartbeat).",
            s => One(Sum(s, l => l.Tunnels.HeartbeatsAnswered))),

        new("hawser.upstream.server.active", MetricKind.Gauge, null, "Requests and tunnels on a server of an upstream.", s => ByServer(s, server => server.Active)),
        new("hawser.upstream.server.failures", MetricKind.Gauge, null, "Failures of a server within its current fail_timeout.", s => ByServer(s, server => server.Failures)),
        new("hawser.upstream.server.state", MetricKind.Gauge, null, "1 for the state that a server of an upstream is in, 0 for the others.", States),
    ];

    private static IEnumerable<MetricSample> One(double value) => [new(value)];

    private static IEnumerable<MetricSample> ByLoop(GatewaySnapshot snapshot, Func<LoopSnapshot, double> value) =>
        snapshot.Loops.Select(loop => new MetricSample(value(loop), Label("loop", $"{loop.Index}")));

    private static IEnumerable<MetricSample> BySide(GatewaySnapshot snapshot, Func<LoopSnapshot, double> client, Func<LoopSnapshot, double> upstream) =>
        [new(Sum(snapshot, client), Label("from", "client")), new(Sum(snapshot, upstream), Label("from", "upstream"))];

    private static IEnumerable<MetricSample> ClosedByReason(GatewaySnapshot snapshot) => Enum.GetValues<TunnelEnd>()
        .Where(reason => reason != TunnelEnd.None)
        .Select(reason => new MetricSample(Sum(snapshot, l => l.Tunnels.EndedFor(reason)), Label("reason", reason.MetricName())));

    private static IEnumerable<MetricSample> Handshakes(GatewaySnapshot snapshot)
    {
        foreach (HandshakeOutcome outcome in Enum.GetValues<HandshakeOutcome>())
        {
            KeyValuePair<string, string> name = Label("outcome", outcome.MetricName());
            if (outcome.Status() is { } status)
            {
                yield return new MetricSample(Sum(snapshot, l => l.Tunnels.Handshakes(outcome)), name, Label("status", status));
                continue;
            }
            for (int i = 0; i < RefusalStatuses.Count; i++)
            {
                int index = i;
                yield return new MetricSample(Sum(snapshot, l => l.Tunnels.Refusals(index)), name, Label("status", RefusalStatuses.NameOf(index)));
            }
        }
    }

    private static IEnumerable<MetricSample> RoundTrips(GatewaySnapshot snapshot)
    {
        for (int bucket = 0; bucket <= TunnelCounters.RoundTripBounds.Length; bucket++)
        {
            int index = bucket;
            yield return new MetricSample(Sum(snapshot, l => l.Tunnels.PingRoundTrips[index]));
        }
        yield return new MetricSample(Sum(snapshot, l => l.Tunnels.PingRoundTripMilliseconds) / 1000);
    }

    private static IEnumerable<MetricSample> ByServer(GatewaySnapshot snapshot, Func<UpstreamServerSnapshot, double> value) =>
        Servers(snapshot).Select(s => new MetricSample(value(s.Server), Label("upstream", s.Upstream), Label("server", s.Name)));

    private static IEnumerable<MetricSample> States(GatewaySnapshot snapshot) =>
        from s in Servers(snapshot)
        from state in Enum.GetValues<UpstreamServerState>()
        select new MetricSample(
            s.Server.State == state ? 1 : 0, Label("upstream", s.Upstream), Label("server", s.Name), Label("state", state.ToString().ToLowerInvariant()));

    /// <summary>
    /// Servers with names that tell them apart: an upstream may list one address twice, and two series of one name would make all of the
    /// output invalid.
    /// </summary>
    private static IEnumerable<(string Upstream, string Name, UpstreamServerSnapshot Server)> Servers(GatewaySnapshot snapshot)
    {
        var seen = new HashSet<(string, string)>();
        foreach (UpstreamSnapshot upstream in snapshot.Upstreams)
        {
            foreach (UpstreamServerSnapshot server in upstream.Servers)
            {
                string name = server.Address;
                for (int count = 2; !seen.Add((upstream.Name, name)); count++) name = $"{server.Address}#{count}";
                yield return (upstream.Name, name, server);
            }
        }
    }

    private static double Sum(GatewaySnapshot snapshot, Func<LoopSnapshot, double> value) => snapshot.Loops.Sum(value);

    private static KeyValuePair<string, string> Label(string name, string value) => new(name, value);
}
