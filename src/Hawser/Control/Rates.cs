using System.Text.Json.Nodes;

namespace Hawser.Control;

/// <summary>By how much the sums of a status grow in a second.</summary>
internal static class Rates
{
    /// <summary>Groups of a status whose numbers are sums.</summary>
    private static readonly (string Group, string Name)[] Sums =
    [
        ("connections", "accepted"), ("requests", "total"),
        ("tunnels", "opened"), ("tunnels", "closed"), ("tunnels", "messages_from_clients"), ("tunnels", "messages_from_upstreams"),
        ("tunnels", "bytes_from_clients"), ("tunnels", "bytes_from_upstreams"),
    ];

    /// <summary>An object with a member for each sum, such as <c>requests_total</c>, per second.</summary>
    public static JsonObject Between(JsonObject before, JsonObject now)
    {
        var seconds = (now["taken_at"]!.GetValue<DateTimeOffset>() - before["taken_at"]!.GetValue<DateTimeOffset>()).TotalSeconds;
        var rates = new JsonObject { ["seconds"] = Math.Round(seconds, 3) };
        foreach (var (group, name) in Sums)
        {
            if (seconds > 0 && now[group]?[name] is { } value && before[group]?[name] is { } earlier)
                rates[$"{group}_{name}"] = Math.Round((value.GetValue<double>() - earlier.GetValue<double>()) / seconds, 3);
        }

        return rates;
    }
}
