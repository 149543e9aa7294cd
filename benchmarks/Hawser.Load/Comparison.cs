using System.Diagnostics;

namespace Hawser.Load;

/// <summary>All gateways through all scenarios, in interleaved rounds.</summary>
internal sealed class Comparison(List<Peer> peers, RunOptions options)
{
    private const int SettlingMilliseconds = 4000; // Hawser gives memory back a second or two after a wave of handshakes

    private readonly List<Figure> _figures = [];
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private bool _isStarted;

    /// <summary>Scenarios for which no time was left.</summary>
    public List<string> Skipped { get; } = [];

    /// <summary>Runs everything.</summary>
    public List<Figure> Run()
    {
        foreach (var scenario in Scenarios.All.Where(scenario => options.Wants(scenario.Name)))
        {
            if (_watch.Elapsed.TotalMinutes > options.Minutes)
                Skipped.Add(scenario.Name);
            else if (scenario.Measure == Measure.Memory)
                MeasureMemory(scenario);
            else
                MeasureRounds(scenario);
        }

        return _figures;
    }

    /// <summary>Of a process that has just been started: what it needs once for the first tunnel is shared among them.</summary>
    private void MeasureMemory(Scenario scenario)
    {
        foreach (var peer in peers)
        {
            peer.Start();
            var plan = scenario.Plan(peer, SettlingMilliseconds / 1000.0 + 1);
            var tunnels = plan.Groups[0].Count;
            Thread.Sleep(SettlingMilliseconds / 4);
            var before = ProcessMeter.ProportionalBytes(peer.Processes);
            long after = 0;
            var result = LoadRun.Execute(plan, () =>
            {
                Thread.Sleep(SettlingMilliseconds);
                after = ProcessMeter.ProportionalBytes(peer.Processes);
            });
            Complain(scenario, peer, result);
            Add(new Figure(scenario, peer.Name, [new Sample((double)(after - before) / Math.Max(1, tunnels - result.Failures), 0, 0, null)], result.Failures));
            peer.Dispose();
        }

        _isStarted = false;
    }

    /// <summary>Every gateway has its turn in every round, so that what else the machine does meets all of them.</summary>
    private void MeasureRounds(Scenario scenario)
    {
        var able = peers.Where(peer => !scenario.Reloads || peer.CanReload).ToList();
        if (scenario.Workers > 0)
            peers.ForEach(peer => peer.Start(scenario.Workers));
        else if (!_isStarted)
            peers.ForEach(peer => peer.Start());
        _isStarted = scenario.Workers == 0;
        var samples = able.ToDictionary(peer => peer, _ => new List<Sample>());
        var failures = able.ToDictionary(peer => peer, _ => 0);
        for (var round = 0; round <= options.Rounds; round++)
        {
            foreach (var peer in able)
            {
                var (sample, failed) = MeasureOnce(scenario, peer);
                if (round == 0)
                    continue; // it warms up
                samples[peer].Add(sample);
                failures[peer] += failed;
            }
        }

        foreach (var peer in able)
            Add(new Figure(scenario, peer.Name, samples[peer], failures[peer]));
    }

    private (Sample Sample, int Failures) MeasureOnce(Scenario scenario, Peer peer)
    {
        var plan = scenario.Plan(peer, options.Seconds);
        var processes = peer.Processes;
        long begun = 0;
        long used = 0;
        using var bulk = scenario.HasBulk ? new Bulk(peer.BulkPort, options.Seconds, options.Background) : null;
        var result = LoadRun.Execute(plan, () =>
        {
            begun = ProcessMeter.ProcessorNanoseconds(processes);
            for (var second = 0; second < options.Seconds; second++)
            {
                if (scenario.Reloads)
                    peer.Reload();
                Thread.Sleep(TimeSpan.FromSeconds(Math.Min(1, options.Seconds - second)));
            }

            used = ProcessMeter.ProcessorNanoseconds(processes.Where(id => Directory.Exists($"/proc/{id}"))) - begun;
        });
        Complain(scenario, peer, result);
        // Where others work too, the time cannot be told apart.
        var isShared = scenario.Reloads || bulk is not null || plan.Groups.Any(group => group is { Counts: false, IsActive: true });
        return (new Sample(result.Rate, isShared ? 0 : used / 1e3 / Math.Max(1, result.Operations), bulk?.Finish() ?? result.Beside, result.Latency), result.Failures);
    }

    private static void Complain(Scenario scenario, Peer peer, LoadResult result)
    {
        if (result.FirstFailure is { } failure)
            Console.Error.WriteLine($"{scenario.Name}, {peer.Name}: {result.Failures} failed, the first because {failure}");
    }

    private void Add(Figure figure)
    {
        _figures.Add(figure);
        Console.Error.WriteLine(Report.Line(figure));
    }
}
