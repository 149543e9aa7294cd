using System.Globalization;
using System.Text;

namespace Hawser.Gateway.Tunnels;

/// <summary>
/// What a process's tunnels added up to, for the last line of its log: the counters end with it
/// (docs/decisions/0064-counters-end-with-their-process.md).
/// </summary>
internal static class TunnelTotals
{
    /// <summary>One line; null when there was no tunnel at all.</summary>
    public static string? Describe(IReadOnlyList<TunnelCounters> counters)
    {
        long opened = counters.Sum(static c => c.Opened);
        if (opened == 0) return null;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"tunnels of this process: {opened} opened, {counters.Sum(static c => c.Closed)} closed");
        string separator = " (";
        for (TunnelEnd end = TunnelEnd.None + 1; (int)end < TunnelEnds.Count; end++)
        {
            long count = counters.Sum(c => c.EndedFor(end));
            if (count == 0) continue;
            text.Append(CultureInfo.InvariantCulture, $"{separator}{end.MetricName()} {count}");
            separator = ", ";
        }
        if (separator == ", ") text.Append(')');
        text.Append(CultureInfo.InvariantCulture, $"; from clients {counters.Sum(static c => c.MessagesFromClients)} messages, ");
        text.Append(CultureInfo.InvariantCulture, $"{counters.Sum(static c => c.BytesFromClients)} bytes; from upstreams ");
        text.Append(CultureInfo.InvariantCulture, $"{counters.Sum(static c => c.MessagesFromUpstreams)} messages, {counters.Sum(static c => c.BytesFromUpstreams)} bytes");
        return text.ToString();
    }
}
