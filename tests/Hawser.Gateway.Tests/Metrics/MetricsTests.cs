using System.Diagnostics.Metrics;
using Hawser.Gateway.Metrics;
using Hawser.Gateway.Tunnels;
using Hawser.Testing;

namespace Hawser.Gateway.Tests.Metrics;

/// <summary>The two outputs of the metrics.</summary>
public sealed class MetricsTests
{
    private static readonly GatewaySnapshot s_snapshot = new()
    {
        TakenAt = DateTimeOffset.UnixEpoch.AddSeconds(100.5),
        StartedAt = DateTimeOffset.UnixEpoch.AddSeconds(50.5),
        Generation = 3,
        IsStopping = false,
        HeapBytes = 5_000_000,
        Loops = [Loop(0), Loop(1)],
        Upstreams =
        [
            new("plain", [new("127.0.0.1:80", UpstreamServerState.Up, 7, 0), new("127.0.0.1:80", UpstreamServerState.Suspended, 1, 2)]),
            new("od\"d\\na\nme é", [new("unix:/run/a \"b\"", UpstreamServerState.Draining, 0, 0)]),
        ],
    };

    [Fact]
    public void PrometheusText_OfAnything_KeepsTheRulesOfTheFormat()
    {
        IReadOnlyList<PrometheusFamily> families = PrometheusParser.Parse(PrometheusText.Format(s_snapshot));
        Assert.Equal(MetricCatalog.All.Select(PrometheusText.NameOf), families.Select(f => f.Name));
        Assert.All(families, f => Assert.NotEmpty(f.Samples));
    }

    [Fact]
    public void PrometheusText_LabelsWithQuotesAndLineEnds_AreReadBackAsTheyWere()
    {
        PrometheusFamily active = Family("hawser_upstream_server_active");
        Assert.Contains(active.Samples, s => s.Labels["upstream"] == "od\"d\\na\nme é" && s.Labels["server"] == "unix:/run/a \"b\"");
        Assert.Equal(["127.0.0.1:80", "127.0.0.1:80#2"], active.Samples.Where(s => s.Labels["upstream"] == "plain").Select(s => s.Labels["server"]));
    }

    [Fact]
    public void PrometheusText_Values_AreThoseOfTheSnapshot()
    {
        Assert.Equal(50.5, Family("hawser_start_time_seconds").Samples.Single().Value);
        Assert.Equal(5_000_000, Family("hawser_heap_bytes").Samples.Single().Value);
        Assert.Equal([3, 4], Family("hawser_connections_open").Samples.Select(s => s.Value));
        Assert.Equal([2048, 2048], Family("hawser_loop_buffers_bytes").Samples.Select(s => s.Value));
        Assert.Equal([0.25, 0.25], Family("hawser_loop_busy_seconds_total").Samples.Select(s => s.Value));
        Assert.Equal(2, Family("hawser_tunnels_closed_total").Samples.Single(s => s.Labels["reason"] == "client_vanished").Value);
        Assert.Equal(2, Family("hawser_websocket_handshakes_total").Samples.Single(s => s.Labels["outcome"] == "origin_refused" && s.Labels["status"] == "403").Value);
        Assert.Equal(4, Refused("503"));
        Assert.Equal(2, Refused("4xx"));
        Assert.Equal(2, Refused("other"));
        Assert.Equal(0, Refused("401"));
        Assert.Equal(1, Family("hawser_upstream_server_state").Samples.Where(s => s.Labels["server"] == "127.0.0.1:80#2").Sum(s => s.Value));
        Assert.Equal("suspended", Family("hawser_upstream_server_state").Samples.Single(s => s.Labels["server"] == "127.0.0.1:80#2" && s.Value == 1).Labels["state"]);
        PrometheusFamily roundTrips = Family("hawser_websocket_ping_round_trip_seconds");
        Assert.Equal(2, roundTrips.Samples.Single(s => s.Labels.GetValueOrDefault("le") == "0.005").Value);
        Assert.Equal(4, roundTrips.Samples.Single(s => s.Name.EndsWith("_count", StringComparison.Ordinal)).Value);
        Assert.Equal(40.006, roundTrips.Samples.Single(s => s.Name.EndsWith("_sum", StringComparison.Ordinal)).Value, 6);
    }

    [Theory]
    [InlineData("# HELP a b\n# TYPE a counter\na 1\n", "_total")]
    [InlineData("# HELP a_total b\n# TYPE a_total counter\na_total 1\na_total 1\n", "twice")]
    [InlineData("# HELP a b\n# TYPE a gauge\na{x=\"1\",} 1\n", "no sample")]
    [InlineData("# HELP a b\n# TYPE a gauge\na{x=\"1\"y\"} 1\n", "no sample")]
    [InlineData("# HELP a b\n# TYPE a gauge\na 1", "no end")]
    [InlineData("# TYPE a gauge\na 1\n", "HELP")]
    [InlineData("# HELP a_ms b\n# TYPE a_ms gauge\na_ms 1\n", "base unit")]
    public void Parser_TextThatBreaksARule_IsRefused(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<FormatException>(() => PrometheusParser.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Handshakes_OfEveryStatusThereIs_MakeABoundedNumberOfSeries()
    {
        var tunnels = new TunnelCounters();
        for (int status = 0; status <= 999; status++) tunnels.RefusedHandshake(status);
        foreach (HandshakeOutcome outcome in Enum.GetValues<HandshakeOutcome>()) tunnels.Handshake(outcome);
        GatewaySnapshot snapshot = s_snapshot with { Loops = [s_snapshot.Loops[0] with { Tunnels = tunnels }] };

        IReadOnlyList<PrometheusSample> samples = PrometheusParser.Parse(PrometheusText.Format(snapshot)).Single(f => f.Name == "hawser_websocket_handshakes_total").Samples;

        Assert.InRange(samples.Count, 12, 50);
        Assert.Equal(1000, samples.Where(s => s.Labels["outcome"] == "upstream_refused").Sum(s => s.Value));
        Assert.All(samples.Where(s => s.Labels["outcome"] != "upstream_refused"), s => Assert.Equal(1, s.Value));
        Assert.Equal(samples.Count, samples.Select(s => (s.Labels["outcome"], s.Labels["status"])).Distinct().Count());
    }

    [Fact]
    public void Meter_Listener_ReadsTheSameValues()
    {
        using var meter = new GatewayMeter(() => s_snapshot);
        var values = new Dictionary<string, double>();
        var units = new Dictionary<string, string?>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (meter.Owns(instrument)) l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) =>
        {
            units[instrument.Name] = instrument.Unit;
            values[instrument.Name] = values.GetValueOrDefault(instrument.Name) + value;
        });
        listener.Start();
        listener.RecordObservableInstruments();

        foreach (Metric metric in MetricCatalog.All.Where(m => m.Kind != MetricKind.Histogram))
        {
            Assert.Equal(Family(PrometheusText.NameOf(metric)).Samples.Sum(s => s.Value), values[metric.Name], 6);
            Assert.Equal(metric.Unit, units[metric.Name]);
        }
        Assert.Equal(4, values["hawser.websocket.ping_round_trip.count"]);
        Assert.Equal(40.006, values["hawser.websocket.ping_round_trip.sum"], 6);
    }

    [Fact]
    public void Document_OfTheMetrics_NamesEachAndNoOther()
    {
        string document = File.ReadAllText(Repository.Path("docs/metrics.md"));
        string[] documented = [.. document.Split('`').Where(w => w.StartsWith("hawser_", StringComparison.Ordinal) && w != "hawser_metrics")];
        Assert.Equal(MetricCatalog.All.Select(PrometheusText.NameOf).Order(), documented.Distinct().Order());
    }

    private static PrometheusFamily Family(string name) => PrometheusParser.Parse(PrometheusText.Format(s_snapshot)).Single(f => f.Name == name);

    private static double Refused(string status) =>
        Family("hawser_websocket_handshakes_total").Samples.Single(s => s.Labels["outcome"] == "upstream_refused" && s.Labels["status"] == status).Value;

    private static LoopSnapshot Loop(int index)
    {
        var tunnels = new TunnelCounters();
        tunnels.Ended(TunnelEnd.ClientVanished);
        tunnels.Handshake(HandshakeOutcome.OriginRefused);
        tunnels.RefusedHandshake(503);
        tunnels.RefusedHandshake(503);
        tunnels.RefusedHandshake(418);
        tunnels.RefusedHandshake(999);
        tunnels.RoundTrip(3);
        tunnels.RoundTrip(20_000);
        return new LoopSnapshot
        {
            Index = index,
            Connections = 3 + index,
            Busy = TimeSpan.FromMilliseconds(250),
            Lag = TimeSpan.FromMilliseconds(2),
            BufferBytes = 2048,
            Counters = new WorkerCounters(),
            Tunnels = tunnels,
        };
    }
}
