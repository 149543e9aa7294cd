using System.Text;
using System.Text.Json.Nodes;

namespace Hawser.Control;

/// <summary>The state of a gateway for people: <c>hawser status</c>.</summary>
internal sealed class StatusText
{
    private readonly StringBuilder _text = new();
    private readonly JsonObject _now;
    private readonly JsonObject? _before;
    private readonly double _seconds;

    private StatusText(JsonObject now, JsonObject? before)
    {
        _now = now;
        _before = before;
        _seconds = before is null ? 0 : (now["taken_at"]!.GetValue<DateTimeOffset>() - before["taken_at"]!.GetValue<DateTimeOffset>()).TotalSeconds;
    }

    /// <summary>Formats a status.</summary>
    /// <param name="now">The answer to a status request.</param>
    /// <param name="before">An earlier answer, which rates are computed from; null shows none.</param>
    public static string Format(JsonObject now, JsonObject? before)
    {
        var text = new StatusText(now, before);
        text.AddHead();
        text.AddLoops();
        text.AddTraffic();
        text.AddUpstreams();
        return text._text.ToString();
    }

    private void AddHead()
    {
        var reloads = Number(_now, "generation") - 1;
        _text.Append($"{_now["version"]}, process {_now["process"]}, {_now["state"]} for {Quantity.Long(Number(_now, "uptime_seconds"))}");
        _text.Append(reloads > 0 ? $", reloaded {Quantity.Of(reloads, "time")}\n" : "\n");
        _text.Append($"{_now["configuration"]}\n");
    }

    private void AddLoops()
    {
        var table = new TextTable(true, true, true, true, true).Add("loop", "connections", "tunnels", "busy", "lag");
        foreach (var loop in _now["loops"]!.AsArray())
        {
            var index = (int)Number(loop, "index");
            var busy = Rate(loop, _before?["loops"]?[index], "busy_seconds");
            table.Add(
                $"{index}", Quantity.Count(Number(loop, "connections")), Quantity.Count(Number(loop, "tunnels")), busy is null ? "-" : $"{busy * 100:0} %", Quantity.Short(Number(loop, "lag_seconds")));
        }

        _text.Append('\n');
        table.WriteTo(_text, indent: 0);
    }

    private void AddTraffic()
    {
        var table = new TextTable(false, true, true, false);
        AddSum(table, "connections", "connections", "accepted", $"{Quantity.Count(Number(_now["connections"], "open"))} open");
        AddSum(table, "requests", "requests", "total", Responses());
        AddSum(table, "tunnels", "tunnels", "opened", $"{Quantity.Count(Number(_now["tunnels"], "open"))} open{Reasons()}");
        AddSum(table, "messages", "tunnels", "messages_from_clients", "from clients");
        AddSum(table, "", "tunnels", "messages_from_upstreams", "from upstreams");
        AddBytes(table, "bytes", "bytes_from_clients", "from clients");
        AddBytes(table, "", "bytes_from_upstreams", "from upstreams");
        _text.Append('\n');
        table.WriteTo(_text, indent: 0);
        AddHandshakes();
    }

    private void AddBytes(TextTable table, string title, string name, string remark)
    {
        var rate = Rate(_now["tunnels"], _before?["tunnels"], name);
        table.Add(title, Quantity.Bytes(Number(_now["tunnels"], name)), rate is null ? "" : $"{Quantity.Bytes(rate.Value)}/s", remark);
    }

    /// <summary>What was refused, if anything.</summary>
    private void AddHandshakes()
    {
        var refused = Counts(_now["tunnels"]!["handshakes"]!.AsObject().Where(h => h.Key != "accepted"));
        if (refused.Length > 0)
            _text.Append($"handshakes refused: {refused}\n");
    }

    private string Reasons()
    {
        var reasons = Counts(_now["tunnels"]!["closed_by_reason"]!.AsObject());
        return reasons.Length > 0 ? $"; closed: {reasons}" : "";
    }

    /// <summary>The members of an object that are not 0, the largest first: <c>12 client closed, 1 idle</c>.</summary>
    private static string Counts(IEnumerable<KeyValuePair<string, JsonNode?>> members) => string.Join(
        ", ", members.Select(m => (m.Key, Count: m.Value!.GetValue<long>())).Where(m => m.Count > 0).OrderByDescending(m => m.Count)
            .Select(m => $"{Quantity.Count(m.Count)} {m.Key.Replace('_', ' ')}"));

    private void AddSum(TextTable table, string title, string group, string name, string remark)
    {
        var rate = Rate(_now[group], _before?[group], name);
        table.Add(title, Quantity.Count(Number(_now[group], name)), rate is null ? "" : $"{Quantity.Rate(rate.Value)}/s", remark);
    }

    private string Responses() => Counts(_now["requests"]!["responses"]!.AsObject());

    private void AddUpstreams()
    {
        foreach (var upstream in _now["upstreams"]!.AsArray())
        {
            _text.Append($"\nupstream {upstream!["name"]}\n");
            var table = new TextTable(false, false, true, false);
            foreach (var server in upstream["servers"]!.AsArray())
            {
                var failures = Number(server, "failures");
                table.Add(
                    $"{server!["address"]}", $"{server["state"]}", $"{Quantity.Count(Number(server, "active"))} active",
                    failures > 0 ? Quantity.Of(failures, "recent failure") : "");
            }

            table.WriteTo(_text, indent: 2);
        }
    }

    /// <summary>By how much a sum has grown in a second; null without an earlier status.</summary>
    private double? Rate(JsonNode? now, JsonNode? before, string name) =>
        before is null || _seconds <= 0 ? null : Math.Max(0, Number(now, name) - Number(before, name)) / _seconds;

    private static double Number(JsonNode? group, string name) => group![name]!.GetValue<double>();
}
