namespace Hawser.Load;

/// <summary>What a goal looks at.</summary>
internal enum Aspect
{
    /// <summary>Operations a second, as a multiple of nginx's.</summary>
    Rate,

    /// <summary>Processor time for an operation, as a multiple of nginx's.</summary>
    Processor,

    /// <summary>Bytes for each tunnel.</summary>
    Bytes,

    /// <summary>The 99th percentile, as a multiple of the one in another scenario.</summary>
    Percentile99,

    /// <summary>The 99th percentile, as a multiple of nginx's.</summary>
    Percentile99OfNginx,

    /// <summary>Clients that failed.</summary>
    Failures,
}

/// <summary>What Hawser is to reach.</summary>
/// <param name="Scenario">Where.</param>
/// <param name="Aspect">In what.</param>
/// <param name="Bound">At least this for a rate, at most this for everything else.</param>
internal sealed record Goal(string Scenario, Aspect Aspect, double Bound)
{
    public static IReadOnlyList<Goal> All { get; } =
    [
        new(Scenarios.Idle, Aspect.Bytes, 1500),
        new(Scenarios.IdleTls, Aspect.Bytes, 20_000),
        new("echo 64 B", Aspect.Rate, 1),
        new("echo 64 B", Aspect.Processor, 1),
        new("pipelined 64 B", Aspect.Processor, 1),
        new("echo 16 KiB", Aspect.Processor, 0.25),
        new("bulk 1 MB", Aspect.Rate, 6),
        new("handshakes", Aspect.Processor, 1),
        new("wss echo 64 B", Aspect.Processor, 1.05),
        new("wss echo 16 KiB", Aspect.Processor, 0.65),
        new("wss bulk 1 MB", Aspect.Processor, 0.55),
        new("wss handshakes, full", Aspect.Processor, 1.05),
        new(Scenarios.BesideBulk, Aspect.Percentile99, 3) { Baseline = Scenarios.Alone },
        new(Scenarios.Many, Aspect.Percentile99, 2) { Baseline = Scenarios.Few },
        new(Scenarios.Storm, Aspect.Percentile99OfNginx, 1),
        new(Scenarios.Reloading, Aspect.Failures, 0),
    ];

    /// <summary>The scenario that this one is compared with.</summary>
    public string? Baseline { get; init; }

    /// <summary>In words: <c>rate of nginx's</c>.</summary>
    public string Words => Aspect switch
    {
        Aspect.Rate => "rate, of nginx's",
        Aspect.Processor => "CPU, of nginx's",
        Aspect.Bytes => "bytes for each tunnel",
        Aspect.Percentile99 => $"p99, of that of “{Baseline}”",
        Aspect.Percentile99OfNginx => "p99, of nginx's",
        _ => "clients that failed",
    };

    public string BoundText => (Aspect == Aspect.Rate ? "≥ " : "≤ ") + Format(Bound);

    /// <summary>What a gateway has reached; null where it was not measured.</summary>
    public double? Reached(IReadOnlyList<Figure> figures, string peer)
    {
        var own = Find(figures, Scenario, peer);
        if (own is null)
            return null;
        return Aspect switch
        {
            Aspect.Rate => own.RatioTo(Find(figures, Scenario, "nginx"), sample => sample.Rate),
            Aspect.Processor => own.RatioTo(Find(figures, Scenario, "nginx"), sample => sample.MicrosecondsEach),
            Aspect.Bytes => own.Rate,
            Aspect.Percentile99 => own.RatioTo(Find(figures, Baseline!, peer), sample => Figure.Milliseconds(sample, 0.99)),
            Aspect.Percentile99OfNginx => own.RatioTo(Find(figures, Scenario, "nginx"), sample => Figure.Milliseconds(sample, 0.99)),
            _ => own.Failures,
        };
    }

    public bool IsMet(double reached) => Aspect == Aspect.Rate ? reached >= Bound : reached <= Bound;

    public string Format(double value) => Aspect switch
    {
        Aspect.Bytes or Aspect.Failures => value.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString("×0.00", System.Globalization.CultureInfo.InvariantCulture),
    };

    private static Figure? Find(IReadOnlyList<Figure> figures, string scenario, string peer) =>
        figures.FirstOrDefault(figure => figure.Scenario.Name == scenario && figure.Peer == peer);
}
