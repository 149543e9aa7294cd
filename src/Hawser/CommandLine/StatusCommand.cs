using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hawser.Control;

namespace Hawser.CommandLine;

/// <summary><c>hawser status</c>: what a running gateway is doing.</summary>
internal static class StatusCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Write JSON, for programs" };
        var interval = new Option<TimeSpan>("--interval")
        {
            Description = "How long to look for rates, 1s by default; 0 shows none and answers at once",
            HelpName = "time",
            DefaultValueFactory = _ => TimeSpan.FromSeconds(1),
            CustomParser = result =>
            {
                if (!DurationText.TryParse(result.Tokens[0].Value, out var duration))
                    result.AddError($"\"{result.Tokens[0].Value}\" is not a time: write 200ms, 1s or 1m");

                return duration;
            },
        };
        var command = new Command("status", "What a running gateway is doing: loops, connections, tunnels, upstreams") { json, interval };
        var gateway = new GatewayOptions(command);
        command.SetAction((result, stop) => Guard.RunAsync(result, async () =>
        {
            var client = gateway.Connect(result);
            var before = result.GetValue(interval) > TimeSpan.Zero ? client.Ask(ControlHandler.Status) : null;
            await Task.Delay(result.GetValue(interval), stop);
            var now = client.Ask(ControlHandler.Status);
            if (before?["process"]!.GetValue<int>() != now["process"]!.GetValue<int>())
                before = null; // the binary was changed meanwhile: another process's sums say nothing about this one's
            await result.InvocationConfiguration.Output.WriteAsync(result.GetValue(json) ? ToJson(now, before) : StatusText.Format(now, before));
            return 0;
        }));
        return command;
    }

    private static string ToJson(JsonObject now, JsonObject? before)
    {
        if (before is not null)
            now["rates"] = Rates.Between(before, now);
        return now.ToJsonString(Indented) + "\n";
    }
}
