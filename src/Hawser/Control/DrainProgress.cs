using System.Text.Json.Nodes;

namespace Hawser.Control;

/// <summary>Starts a drain and reports on it until it is done.</summary>
internal sealed class DrainProgress(ControlClient client, TextWriter output, bool waits)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Drains an upstream or a server of it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> DrainUpstreamAsync(string upstream, string? server, bool undo, CancellationToken stop)
    {
        string[] target = server is null ? [upstream] : [upstream, server];
        HashSet<string> servers = [.. client.Ask([undo ? ControlHandler.Undrain : ControlHandler.Drain, .. target])["servers"]!.AsArray().Select(s => s!.GetValue<string>())];
        if (servers.Count == 0)
            throw new ControlException(Unknown(upstream, server, client.Ask(ControlHandler.Status)));

        var what = $"{Quantity.Of(servers.Count, "server")} of {upstream} get{(servers.Count == 1 ? "s" : "")}";
        await output.WriteLineAsync(undo ? $"{what} requests again" : $"{what} no more requests");
        if (!undo && waits)
            await FollowAsync(() => Active(client.Ask(ControlHandler.Status), upstream, servers), "nothing is left on them", stop);
        return 0;
    }

    /// <summary>Drains the whole process.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> DrainProcessAsync(CancellationToken stop)
    {
        var process = client.Ask(ControlHandler.Quit)["process"]!.GetValue<int>();
        await output.WriteLineAsync($"process {process} takes no more connections");
        if (waits)
            await FollowAsync(() => ConnectionsOf(process), $"process {process} has ended", stop);
        return 0;
    }

    private async Task FollowAsync(Func<int> count, string done, CancellationToken stop)
    {
        var shown = -1;
        int left;
        while ((left = count()) > 0)
        {
            if (left != shown)
                await output.WriteLineAsync($"{Quantity.Of(left, "connection")} left");
            shown = left;
            await Task.Delay(Interval, stop);
        }

        await output.WriteLineAsync(done);
    }

    private int ConnectionsOf(int process)
    {
        try
        {
            var status = client.Ask(ControlHandler.Status);
            // Another process may have come in its place: a supervisor has started it again. One with no connection left may be about to end.
            return status["process"]!.GetValue<int>() == process ? Math.Max(1, (int)status["connections"]!["open"]!.GetValue<double>()) : 0;
        }
        catch (ControlException gone) when (gone.IsNobodyThere)
        {
            return 0;
        }
    }

    private static int Active(JsonObject status, string upstream, HashSet<string> servers) => (int)Servers(status, upstream)
        .Where(server => servers.Contains(server["address"]!.GetValue<string>())).Sum(server => server["active"]!.GetValue<double>());

    private static IEnumerable<JsonNode> Servers(JsonObject status, string upstream) => status["upstreams"]!.AsArray()
        .Where(u => u!["name"]!.GetValue<string>() == upstream).SelectMany(u => u!["servers"]!.AsArray()).Select(server => server!);

    private static string Unknown(string upstream, string? server, JsonObject status)
    {
        var names = status["upstreams"]!.AsArray().Select(u => u!["name"]!.GetValue<string>()).ToList();
        if (names.Contains(upstream))
            return $"upstream {upstream} has no server {server}; it has {string.Join(", ", Servers(status, upstream).Select(s => s["address"]!.GetValue<string>()))}";
        return names.Count == 0 ? "the configuration in force has no upstreams" : $"there is no upstream {upstream}; there are {string.Join(", ", names)}";
    }
}
