using System.Globalization;
using System.Text.RegularExpressions;

namespace Hawser.EndToEnd.Tests;

/// <summary>The counters of processes that followed each other, summed up from the last line of each (docs/metrics.md).</summary>
internal sealed partial class ProcessTotals
{
    private readonly SortedDictionary<string, long> _reasons = new(StringComparer.Ordinal);

    public int Processes { get; private set; }

    /// <summary>A tunnel that was handed over counts in each process that has had it.</summary>
    public long Opened { get; private set; }

    /// <inheritdoc cref="Opened"/>
    public long Closed { get; private set; }

    public long MessagesFromClients { get; private set; }

    public long MessagesFromUpstreams { get; private set; }

    public long BytesFromClients { get; private set; }

    public long BytesFromUpstreams { get; private set; }

    public IReadOnlyDictionary<string, long> Reasons => _reasons;

    public long HandedOver => ClosedFor("handed_over");

    public long ClosedFor(string reason) => _reasons.GetValueOrDefault(reason);

    public static ProcessTotals From(string log)
    {
        var sum = new ProcessTotals();
        foreach (Match line in Totals().Matches(log))
            sum.Add(line);
        return sum;
    }

    private void Add(Match line)
    {
        Processes++;
        Opened += Number("opened");
        Closed += Number("closed");
        MessagesFromClients += Number("clientMessages");
        BytesFromClients += Number("clientBytes");
        MessagesFromUpstreams += Number("upstreamMessages");
        BytesFromUpstreams += Number("upstreamBytes");
        foreach (var reason in line.Groups["reasons"].Value.Split(", ").Select(reason => reason.Split(' ')))
            _reasons[reason[0]] = _reasons.GetValueOrDefault(reason[0]) + long.Parse(reason[1], CultureInfo.InvariantCulture);

        long Number(string group) => long.Parse(line.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"tunnels of this process: (?<opened>\d+) opened, (?<closed>\d+) closed \((?<reasons>[^)]*)\); from clients (?<clientMessages>\d+) messages, (?<clientBytes>\d+) bytes; from upstreams (?<upstreamMessages>\d+) messages, (?<upstreamBytes>\d+) bytes")]
    private static partial Regex Totals();
}
