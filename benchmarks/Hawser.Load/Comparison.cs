using System.Globalization;
using System.Text;

namespace Hawser.Load;

/// <summary>One figure of one gateway.</summary>
/// <param name="Scenario">What was done.</param>
/// <param name="Peer">The gateway.</param>
/// <param name="Rate">Operations a second; bytes for each tunnel in the memory scenario.</param>
/// <param name="MicrosecondsEach">Processor time of the gateway for an operation.</param>
/// <param name="Latency">Times; null where there are none.</param>
/// <param name="Failures">Clients that failed.</param>
internal sealed record Figure(string Scenario, string Peer, double Rate, double MicrosecondsEach, Histogram? Latency, int Failures)
{
    public double Milliseconds(double share) => (Latency?.Percentile(share) ?? 0) / 1e6;
}

/// <summary>All gateways through all scenarios, in interleaved rounds.</summary>
internal sealed class Comparison(List<Peer> peers, double seconds, int rounds, Func<string, bool> isWanted)
{
    public const string Idle = "idle memory";

    private readonly List<Figure> _figures = [];

    /// <summary>Runs everything.</summary>
    public List<Figure> Run()
    {
        if (isWanted(Idle))
            MeasureMemory();
        peers.ForEach(peer => peer.Start());
        Measure("echo 64 B", port => Plan(port, 100, 64));
        Measure("pipelined 64 B", port => Plan(port, 100, 64) with { Depth = 16 });
        Measure("echo 16 KiB", port => Plan(port, 100, 16 * 1024));
        Measure("bulk 1 MB", port => Plan(port, 20, 1_000_000));
        Measure("handshakes", port => Plan(port, 64, 0) with { Reconnects = true });
        Measure("64 B beside bulk", port => Plan(port, 50, 64) with { Bulk = true });
        Measure("reloads, echo 64 B", port => Plan(port, 100, 64), reloads: true);
        Measure("scale: 100 tunnels, 95 talk", port => Plan(port, 100, 64) with { Talking = 95 });
        Measure("scale: 9,500 tunnels, 95 talk", port => Plan(port, 9500, 64) with { Talking = 95 });
        if (isWanted("two workers, echo 64 B"))
        {
            peers.ForEach(peer => peer.Start(workers: 2));
            Measure("two workers, echo 64 B", port => Plan(port, 100, 64));
        }

        return _figures;
    }

    private LoadPlan Plan(int port, int clients, int size) => new(port, clients, size, 1, seconds, clients);

    private void MeasureMemory()
    {
        const int tunnels = 4000;
        foreach (var peer in peers)
        {
            peer.Start();
            LoadRun.Execute(Plan(peer.Port, 200, 64) with { Seconds = 1 }); // what the first tunnels need once is not theirs
            Thread.Sleep(2000);
            var before = ProcessMeter.ProportionalBytes(peer.Processes);
            long after = 0;
            var result = LoadRun.Execute(Plan(peer.Port, tunnels, 0) with { Seconds = 5 }, () =>
            {
                Thread.Sleep(4000); // Hawser gives memory back a second or two after a wave of handshakes
                after = ProcessMeter.ProportionalBytes(peer.Processes);
            });
            Add(new Figure(Idle, peer.Name, (double)(after - before) / Math.Max(1, tunnels - result.Failures), 0, null, result.Failures));
        }
    }

    /// <summary>Rounds in which every gateway has its turn, so that what else the machine does meets all of them; the median of the rounds counts.</summary>
    private void Measure(string scenario, Func<int, LoadPlan> plan, bool reloads = false)
    {
        if (!isWanted(scenario))
            return;
        var taken = peers.ToDictionary(peer => peer, _ => new List<Figure>());
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var peer in peers)
            {
                if (reloads && !peer.Reload())
                    continue;
                var processes = peer.Processes;
                long begun = 0;
                long used = 0;
                var result = LoadRun.Execute(plan(peer.Port), () =>
                {
                    begun = ProcessMeter.ProcessorNanoseconds(processes);
                    for (var second = 0; second < seconds; second++)
                    {
                        if (reloads)
                            peer.Reload();
                        Thread.Sleep(TimeSpan.FromSeconds(Math.Min(1, seconds - second)));
                    }

                    used = ProcessMeter.ProcessorNanoseconds(processes.Where(id => Directory.Exists($"/proc/{id}"))) - begun;
                });
                if (result.FirstFailure is { } failure)
                    Console.Error.WriteLine($"{scenario}, {peer.Name}: {result.Failures} failed, the first because {failure}");
                if (round > 0) // the first one warms up
                    taken[peer].Add(new Figure(scenario, peer.Name, result.Rate, used / 1e3 / Math.Max(1, result.Operations), result.Latency, result.Failures));
            }
        }

        foreach (var figures in taken.Values.Where(figures => figures.Count > 0))
            Add(figures.OrderBy(figure => figure.Rate).ElementAt(figures.Count / 2) with { Failures = figures.Sum(figure => figure.Failures) });
    }

    private void Add(Figure figure)
    {
        _figures.Add(figure);
        Console.Error.WriteLine(Line(figure));
    }

    /// <summary>The table, as a document has it.</summary>
    public static string Table(IReadOnlyList<Figure> figures)
    {
        var text = new StringBuilder("| scenario | gateway | rate | of nginx | CPU µs each | of nginx | p50 ms | p99 ms | p99.9 ms | failed |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (var figure in figures)
        {
            var nginx = figures.FirstOrDefault(f => f.Scenario == figure.Scenario && f.Peer == "nginx");
            var rate = figure.Scenario == Idle ? $"{figure.Rate:#,0} B" : $"{figure.Rate:#,0}/s";
            text.Append(CultureInfo.InvariantCulture, $"| {figure.Scenario} | {figure.Peer} | {rate} | {Ratio(figure.Rate, nginx?.Rate)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Optional(figure.MicrosecondsEach, "0.0")} | {Ratio(figure.MicrosecondsEach, nginx?.MicrosecondsEach)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Optional(figure.Milliseconds(0.5), "0.00")} | {Optional(figure.Milliseconds(0.99), "0.00")} | {Optional(figure.Milliseconds(0.999), "0.00")} | {figure.Failures} |\n");
        }

        return text.ToString();
    }

    private static string Line(Figure f) => f.Scenario == Idle
        ? $"{f.Scenario,-30} {f.Peer,-8} {f.Rate,12:#,0} bytes for each tunnel"
        : $"{f.Scenario,-30} {f.Peer,-8} {f.Rate,12:#,0}/s  {f.MicrosecondsEach,8:0.0} µs  p50 {f.Milliseconds(0.5):0.00}  p99 {f.Milliseconds(0.99):0.00} ms{(f.Failures > 0 ? $"  FAILED {f.Failures}" : "")}";

    private static string Optional(double value, string format) => value > 0 ? value.ToString(format, CultureInfo.InvariantCulture) : "";

    private static string Ratio(double value, double? nginx) => nginx is > 0 && value > 0 ? (value / nginx.Value).ToString("×0.00", CultureInfo.InvariantCulture) : "";
}
