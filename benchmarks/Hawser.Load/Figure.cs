namespace Hawser.Load;

/// <summary>What one round of a scenario gave for one gateway.</summary>
/// <param name="Rate">Operations a second; bytes for each tunnel where memory is measured.</param>
/// <param name="MicrosecondsEach">Processor time of the gateway for an operation; 0 where others had their share of it.</param>
/// <param name="Beside">Operations a second of the clients that are in the way.</param>
/// <param name="Latency">Times; null where there are none.</param>
internal sealed record Sample(double Rate, double MicrosecondsEach, double Beside, Histogram? Latency);

/// <summary>What all rounds of a scenario gave for one gateway.</summary>
internal sealed record Figure(Scenario Scenario, string Peer, IReadOnlyList<Sample> Rounds, int Failures)
{
    public double Rate => Median(Rounds.Select(round => round.Rate));

    public double MicrosecondsEach => Median(Rounds.Select(round => round.MicrosecondsEach));

    public double Beside => Median(Rounds.Select(round => round.Beside));

    /// <summary>The median of the rounds, in milliseconds; 0 where no times are.</summary>
    public double Milliseconds(double share) => Median(Rounds.Select(round => Milliseconds(round, share)));

    /// <summary>The worst of all rounds.</summary>
    public double MaxMilliseconds => Rounds.Max(round => (round.Latency?.Max ?? 0) / 1e6);

    /// <summary>The median of what each round is as a multiple of the other gateway's, or other scenario's, in the same round; null without one.</summary>
    public double? RatioTo(Figure? other, Func<Sample, double> value)
    {
        if (other is null || other.Rounds.Count == 0 || Rounds.Count == 0)
            return null;
        var ratios = Rounds.Zip(other.Rounds).Select(pair => (Value: value(pair.First), Of: value(pair.Second))).Where(pair => pair is { Value: > 0, Of: > 0 })
            .Select(pair => pair.Value / pair.Of).ToList();
        return ratios.Count == 0 ? null : Median(ratios);
    }

    /// <summary>A percentile of one round, in milliseconds.</summary>
    public static double Milliseconds(Sample round, double share) => (round.Latency?.Percentile(share) ?? 0) / 1e6;

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? 0 : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
