using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>The npm package <c>ws</c> on both sides of the gateway.</summary>
public sealed class NodeWebSocketTests
{
    private static readonly string s_clients = Repository.Path("tests/Hawser.EndToEnd.Tests/clients");

    [Fact]
    public async Task Client_ThroughTheGatewayToDotNet_DoesEverything()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await Gateways.StartAsync(backend.Port);
        await RunClientAsync(gateway);
        Assert.Contains("\r\nX-Client: ws\r\n", Assert.Single(backend.Heads), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_ThroughTheGatewayToNode_DoesEverything()
    {
        using var port = PortLease.Take();
        using var server = StartServer(port.Port);
        try
        {
            Assert.Equal("ready", await server.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)));
            await using var gateway = await Gateways.StartAsync(port.Port);
            await RunClientAsync(gateway);
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync();
        }
    }

    private static async Task RunClientAsync(GatewayProcess gateway)
    {
        var result = await Command.RunAsync("node", [Path.Combine(s_clients, "client.mjs"), $"ws://127.0.0.1:{gateway.Port()}/"]);
        Assert.True(result.ExitCode == 0, $"{result}\n{gateway.Describe()}");
        using var report = JsonDocument.Parse(result.Output);
        Assert.Equal(
            """{"text":true,"binary":true,"fragments":true,"ping":true,"pipelined":1000,"close":4321,"reason":"enough","protocol":"first"}""",
            report.RootElement.GetRawText());
    }

    private static Process StartServer(int port)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(s_clients, "server.mjs"));
        start.ArgumentList.Add(port.ToString(CultureInfo.InvariantCulture));
        return Process.Start(start)!;
    }
}
