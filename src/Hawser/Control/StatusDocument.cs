using System.Text.Json;
using Hawser.CommandLine;
using Hawser.Gateway.Metrics;
using Hawser.Gateway.Tunnels;

namespace Hawser.Control;

/// <summary>
/// The JSON of <c>hawser status --json</c>. Names are in snake case, times in seconds, sizes in bytes; sums count from the start of the
/// process. New members may be added, none changes its meaning.
/// </summary>
internal static class StatusDocument
{
    public static void Write(Utf8JsonWriter json, GatewaySnapshot snapshot, string configurationPath)
    {
        json.WriteStartObject();
        json.WriteString("version", Product.NameAndVersion);
        json.WriteNumber("process", Environment.ProcessId);
        json.WriteString("configuration", configurationPath);
        json.WriteNumber("generation", snapshot.Generation);
        json.WriteString("state", snapshot.IsStopping ? "stopping" : "running");
        json.WriteString("taken_at", snapshot.TakenAt.UtcDateTime);
        json.WriteString("started_at", snapshot.StartedAt.UtcDateTime);
        json.WriteNumber("uptime_seconds", Math.Round((snapshot.TakenAt - snapshot.StartedAt).TotalSeconds, 3));
        json.WriteNumber("heap_bytes", snapshot.HeapBytes);
        WriteTotals(json, snapshot);
        WriteTunnels(json, snapshot);
        json.WriteStartArray("loops");
        foreach (var loop in snapshot.Loops)
            Write(json, loop);
        json.WriteEndArray();
        json.WriteStartArray("upstreams");
        foreach (var upstream in snapshot.Upstreams)
            Write(json, upstream);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTotals(Utf8JsonWriter json, GatewaySnapshot snapshot)
    {
        json.WriteStartObject("connections");
        json.WriteNumber("open", snapshot.Loops.Sum(loop => loop.Connections));
        json.WriteNumber("accepted", snapshot.Loops.Sum(loop => loop.Counters.Accepted));
        json.WriteEndObject();
        json.WriteStartObject("requests");
        json.WriteNumber("total", snapshot.Loops.Sum(loop => loop.Counters.Requests));
        json.WriteStartObject("responses");
        for (var statusClass = 1; statusClass <= 5; statusClass++)
            json.WriteNumber($"{statusClass}xx", snapshot.Loops.Sum(loop => loop.Counters.Responses(statusClass)));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTunnels(Utf8JsonWriter json, GatewaySnapshot snapshot)
    {
        long Sum(Func<TunnelCounters, long> value) => snapshot.Loops.Sum(loop => value(loop.Tunnels));

        json.WriteStartObject("tunnels");
        json.WriteNumber("open", Sum(t => t.Open));
        json.WriteNumber("opened", Sum(t => t.Opened));
        json.WriteNumber("closed", Sum(t => t.Closed));
        json.WriteStartObject("closed_by_reason");
        foreach (var reason in Enum.GetValues<TunnelEnd>())
        {
            if (reason != TunnelEnd.None)
                json.WriteNumber(reason.MetricName(), Sum(t => t.EndedFor(reason)));
        }

        json.WriteEndObject();
        json.WriteNumber("messages_from_clients", Sum(t => t.MessagesFromClients));
        json.WriteNumber("messages_from_upstreams", Sum(t => t.MessagesFromUpstreams));
        json.WriteNumber("bytes_from_clients", Sum(t => t.BytesFromClients));
        json.WriteNumber("bytes_from_upstreams", Sum(t => t.BytesFromUpstreams));
        json.WriteNumber("pings", Sum(t => t.PingsSent));
        json.WriteNumber("framing_errors", Sum(t => t.FramingErrors));
        json.WriteStartObject("handshakes");
        foreach (var outcome in Enum.GetValues<HandshakeOutcome>())
            json.WriteNumber(outcome.MetricName(), Sum(t => t.Handshakes(outcome)));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LoopSnapshot loop)
    {
        json.WriteStartObject();
        json.WriteNumber("index", loop.Index);
        json.WriteNumber("connections", loop.Connections);
        json.WriteNumber("tunnels", loop.Tunnels.Open);
        json.WriteNumber("accepted", loop.Counters.Accepted);
        json.WriteNumber("busy_seconds", Math.Round(loop.Busy.TotalSeconds, 6));
        json.WriteNumber("lag_seconds", Math.Round(loop.Lag.TotalSeconds, 6));
        json.WriteNumber("buffer_bytes", loop.BufferBytes);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, UpstreamSnapshot upstream)
    {
        json.WriteStartObject();
        json.WriteString("name", upstream.Name);
        json.WriteStartArray("servers");
        foreach (var server in upstream.Servers)
        {
            json.WriteStartObject();
            json.WriteString("address", server.Address);
            json.WriteString("state", NameOf(server.State));
            json.WriteNumber("active", server.Active);
            json.WriteNumber("failures", server.Failures);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string NameOf(UpstreamServerState state) => state switch
    {
        UpstreamServerState.Up => "up",
        UpstreamServerState.Backup => "backup",
        UpstreamServerState.Suspended => "suspended",
        UpstreamServerState.Full => "full",
        UpstreamServerState.Draining => "draining",
        UpstreamServerState.Down => "down",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };
}
