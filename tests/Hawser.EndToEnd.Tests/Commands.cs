using System.Text.Json.Nodes;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>Hawser's own sub-commands against a running gateway.</summary>
internal static class Commands
{
    /// <summary>Runs <c>hawser COMMAND</c> with the options that name the gateway.</summary>
    public static Task<CommandResult> RunAsync(GatewayProcess gateway, string command, params string[] more) =>
        Command.RunAsync(GatewayExecutable.Hawser.Path, [command, "-p", gateway.Directory.Path, "-c", "nginx.conf", "-g", "pid nginx.pid;", .. more]);

    /// <summary>What <c>hawser status --json</c> says right now.</summary>
    public static async Task<JsonObject> StatusAsync(GatewayProcess gateway)
    {
        var result = await RunAsync(gateway, "status", "--json", "--interval", "0");
        return result.ExitCode == 0 ? JsonNode.Parse(result.Output)!.AsObject() : throw new GatewayException($"{result}\n{gateway.Describe()}");
    }
}
