using System.Globalization;
using System.Text;

namespace Hawser.Gateway.Metrics;

/// <summary>
/// Prometheus' text format, version 0.0.4: HELP and TYPE lines, then the series of a metric, all of one metric together. Names follow its
/// rules: base units at the end, <c>_total</c> for counters.
/// </summary>
public static class PrometheusText
{
    /// <summary>What the text is announced as.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Formats every metric of a snapshot.</summary>
    public static string Format(GatewaySnapshot snapshot)
    {
        var text = new StringBuilder(16 * 1024);
        foreach (Metric metric in MetricCatalog.All)
        {
            string name = NameOf(metric);
            text.Append("# HELP ").Append(name).Append(' ').Append(metric.Help.Replace("\\", "\\\\").Replace("\n", "\\n")).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(TypeOf(metric.Kind)).Append('\n');
            if (metric.Kind == MetricKind.Histogram) AddHistogram(text, name, metric, [.. metric.Read(snapshot)]);
            else
            {
                foreach (MetricSample sample in metric.Read(snapshot)) Add(text, name, sample.Labels, sample.Value);
            }
        }
        return text.ToString();
    }

    /// <summary>The name in Prometheus: <c>hawser.loop.busy</c> in seconds, a counter, is <c>hawser_loop_busy_seconds_total</c>.</summary>
    public static string NameOf(Metric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        string unit = metric.Unit switch
        {
            null => "",
            "s" => "_seconds",
            "By" => "_bytes",
            _ => throw new NotSupportedException($"The unit {metric.Unit} has no name in Prometheus."),
        };
        return metric.Name.Replace('.', '_') + unit + (metric.Kind == MetricKind.Counter ? "_total" : "");
    }

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    private static void AddHistogram(StringBuilder text, string name, Metric metric, MetricSample[] samples)
    {
        double count = 0;
        for (int bucket = 0; bucket <= metric.Bounds.Count; bucket++)
        {
            count += samples[bucket].Value; // buckets are cumulative: each holds those below it
            string bound = bucket < metric.Bounds.Count ? Number(metric.Bounds[bucket]) : "+Inf";
            Add(text, name + "_bucket", [new("le", bound)], count);
        }
        Add(text, name + "_sum", [], samples[^1].Value);
        Add(text, name + "_count", [], count);
    }

    private static void Add(StringBuilder text, string name, ReadOnlySpan<KeyValuePair<string, string>> labels, double value)
    {
        text.Append(name);
        for (int i = 0; i < labels.Length; i++)
        {
            text.Append(i == 0 ? '{' : ',').Append(labels[i].Key).Append("=\"");
            text.Append(labels[i].Value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")).Append('"');
        }
        text.Append(labels.IsEmpty ? " " : "} ").Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
