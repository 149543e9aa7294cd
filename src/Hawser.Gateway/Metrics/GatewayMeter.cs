using System.Diagnostics.Metrics;

namespace Hawser.Gateway.Metrics;

/// <summary>
/// The metrics of <see cref="MetricCatalog"/> as instruments of a meter <c>Hawser</c>, for collectors that are loaded into the process
/// (OpenTelemetry's automatic instrumentation). They observe: nothing is recorded on the data path, and nothing is read unless somebody listens.
/// </summary>
/// <remarks>There is no observable histogram; those of the catalogue are there as the count and the sum of what they hold.</remarks>
public sealed class GatewayMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Hawser";

    private readonly Meter _meter = new(Name, Exchange.ProductName.Version);
    private readonly Func<GatewaySnapshot> _snapshot;

    /// <param name="snapshot">Where the values come from; called by listeners, on any thread.</param>
    public GatewayMeter(Func<GatewaySnapshot> snapshot)
    {
        _snapshot = snapshot;
        foreach (Metric metric in MetricCatalog.All) Create(metric);
    }

    /// <summary>Whether an instrument is this gateway's: a process may hold several, whose meters have one name.</summary>
    public bool Owns(Instrument instrument) => ReferenceEquals(instrument.Meter, _meter);

    /// <summary>Takes the instruments away.</summary>
    public void Dispose() => _meter.Dispose();

    private void Create(Metric metric)
    {
        switch (metric.Kind)
        {
            case MetricKind.Counter:
                _meter.CreateObservableCounter(metric.Name, () => Read(metric), metric.Unit, metric.Help);
                break;
            case MetricKind.Gauge:
                _meter.CreateObservableGauge(metric.Name, () => Read(metric), metric.Unit, metric.Help);
                break;
            default:
                _meter.CreateObservableCounter(metric.Name + ".count", () => metric.Read(_snapshot()).SkipLast(1).Sum(s => s.Value), null, metric.Help);
                _meter.CreateObservableCounter(metric.Name + ".sum", () => metric.Read(_snapshot()).Last().Value, metric.Unit, metric.Help);
                break;
        }
    }

    private IEnumerable<Measurement<double>> Read(Metric metric) =>
        metric.Read(_snapshot()).Select(s => new Measurement<double>(s.Value, s.Labels.Select(l => new KeyValuePair<string, object?>(l.Key, l.Value))));
}
