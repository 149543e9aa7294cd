using System.Globalization;
using System.Text.RegularExpressions;

namespace Hawser.Testing;

/// <summary>A metric as Prometheus would store it.</summary>
/// <param name="Name">Name of the family.</param>
/// <param name="Type">What its TYPE line says.</param>
/// <param name="Samples">Its series: name with labels, in the order written, and value.</param>
public sealed record PrometheusFamily(string Name, string Type, IReadOnlyList<PrometheusSample> Samples);

/// <summary>One line with a value.</summary>
public sealed record PrometheusSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    /// <summary>Name and labels, sorted: what must not appear twice.</summary>
    public string Series => Name + "{" + string.Join(',', Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}")) + "}";
}

/// <summary>
/// Reads Prometheus' text format 0.0.4 more strictly than Prometheus: HELP and TYPE stand in front of every family, families are not mixed, no
/// series appears twice, names follow the naming rules, histograms add up.
/// </summary>
public static partial class PrometheusParser
{
    private static readonly string[] s_types = ["counter", "gauge", "histogram"];

    /// <summary>Parses a whole text.</summary>
    /// <exception cref="FormatException">A rule is broken; the message names the line.</exception>
    public static IReadOnlyList<PrometheusFamily> Parse(string text)
    {
        if (!text.EndsWith('\n'))
            throw new FormatException("The last line has no end.");
        var families = new List<PrometheusFamily>();
        var samples = new List<PrometheusSample>();
        string? help = null;
        foreach (var line in text[..^1].Split('\n'))
        {
            if (HelpLine().Match(line) is { Success: true } helpLine)
            {
                help = helpLine.Groups[1].Value;
            }
            else if (TypeLine().Match(line) is { Success: true } typeLine)
            {
                var name = typeLine.Groups[1].Value;
                Require(help == name, line, "no HELP line right in front");
                Require(s_types.Contains(typeLine.Groups[2].Value), line, "unknown type");
                Require(families.All(f => f.Name != name), line, "the family began before");
                families.Add(new(name, typeLine.Groups[2].Value, samples = []));
            }
            else
            {
                Require(families.Count > 0, line, "no family yet");
                samples.Add(ParseSample(line));
            }
        }

        foreach (var family in families)
            Check(family);
        return families;
    }

    private static PrometheusSample ParseSample(string line)
    {
        var match = SampleLine().Match(line);
        Require(match.Success, line, "no sample");
        var labels = new Dictionary<string, string>();
        for (var i = 0; i < match.Groups[2].Captures.Count; i++)
        {
            var name = match.Groups[2].Captures[i].Value;
            Require(!name.StartsWith("__", StringComparison.Ordinal), line, "label names with two underscores are Prometheus' own");
            Require(labels.TryAdd(name, Escape().Replace(match.Groups[3].Captures[i].Value, e => e.Value switch { "\\n" => "\n", _ => e.Value[1..] })), line, "label twice");
        }

        Require(double.TryParse(match.Groups[4].Value.Replace("+Inf", "Infinity", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var value), line, "no number");
        return new(match.Groups[1].Value, labels, value);
    }

    private static void Check(PrometheusFamily family)
    {
        Require(family.Type == "counter" == family.Name.EndsWith("_total", StringComparison.Ordinal), family.Name, "counters, and only counters, end with _total");
        Require(!NotBaseUnit().IsMatch(family.Name), family.Name, "not a base unit");
        Require(family.Samples.Select(s => s.Series).Distinct().Count() == family.Samples.Count, family.Name, "a series appears twice");
        Require(family.Type == "histogram" || family.Samples.All(s => s.Name == family.Name), family.Name, "a sample of another family");
        Require(family.Type != "counter" || family.Samples.All(s => s.Value >= 0), family.Name, "a counter below 0");
        if (family.Type == "histogram")
            CheckHistogram(family);
    }

    private static void CheckHistogram(PrometheusFamily family)
    {
        var buckets = family.Samples.Where(s => s.Name == family.Name + "_bucket").ToList();
        var bounds = buckets.Select(b => double.Parse(b.Labels["le"].Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture)).ToList();
        Require(bounds.SequenceEqual(bounds.Distinct().Order()) && bounds[^1] == double.PositiveInfinity, family.Name, "bounds do not rise to +Inf");
        Require(buckets.Select(b => b.Value).SequenceEqual(buckets.Select(b => b.Value).Order()), family.Name, "buckets are not cumulative");
        Require(family.Samples.Single(s => s.Name == family.Name + "_count").Value == buckets[^1].Value, family.Name, "count is not the last bucket");
        Require(family.Samples.Count(s => s.Name == family.Name + "_sum") == 1 && family.Samples.Count == buckets.Count + 2, family.Name, "not one sum, one count and buckets");
    }

    private static void Require(bool condition, string line, string problem)
    {
        if (!condition)
            throw new FormatException($"{problem}: {line}");
    }

    [GeneratedRegex(@"^# HELP ([a-z_][a-z0-9_]*) (?:[^\\]|\\\\|\\n)*$")]
    private static partial Regex HelpLine();

    [GeneratedRegex("^# TYPE ([a-z_][a-z0-9_]*) ([a-z]+)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^([a-z_][a-z0-9_]*)(?:\{(?:(?<2>[a-z_][a-z0-9_]*)=""(?<3>(?:[^\\""]|\\\\|\\""|\\n)*)""(?:,(?!\})|(?=\})))+\})? (?<4>\S+)$")]
    private static partial Regex SampleLine();

    [GeneratedRegex(@"\\[\\""n]")]
    private static partial Regex Escape();

    [GeneratedRegex("_(milliseconds|ms|minutes|hours|kilobytes|megabytes|percent|bits)(_|$)")]
    private static partial Regex NotBaseUnit();
}
