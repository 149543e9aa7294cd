namespace Hawser.Gateway.Metrics;

/// <summary>What a number means over time.</summary>
public enum MetricKind : byte
{
    /// <summary>A sum that only grows, from 0 at the start of the process.</summary>
    Counter,

    /// <summary>A value as it is now.</summary>
    Gauge,

    /// <summary>Values by size: see <see cref="Metric.Bounds"/>.</summary>
    Histogram,
}

/// <summary>One value of a metric, with the labels that tell it from the others.</summary>
/// <param name="Value">The value, in the metric's unit.</param>
/// <param name="Labels">Names and values of labels, in the order of output.</param>
public readonly record struct MetricSample(double Value, params KeyValuePair<string, string>[] Labels);

/// <summary>
/// A metric of the gateway, as both of its outputs have it: <c>System.Diagnostics.Metrics</c> (<see cref="GatewayMeter"/>) and Prometheus'
/// text (<see cref="PrometheusText"/>). See <see cref="MetricCatalog"/> for all of them.
/// </summary>
/// <param name="Name">With dots: <c>hawser.tunnels.opened</c>.</param>
/// <param name="Kind">What the numbers mean.</param>
/// <param name="Unit">A base unit in the notation of UCUM: <c>s</c>, <c>By</c>; null for things that are counted.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Read">Takes the values out of a snapshot.</param>
public sealed record Metric(string Name, MetricKind Kind, string? Unit, string Help, Func<GatewaySnapshot, IEnumerable<MetricSample>> Read)
{
    /// <summary>
    /// Of a histogram, the upper bounds of its buckets; <see cref="Read"/> then gives a count for each bucket, one more for what is larger than
    /// all bounds, and the sum of the values last.
    /// </summary>
    public IReadOnlyList<double> Bounds { get; init; } = [];
}
