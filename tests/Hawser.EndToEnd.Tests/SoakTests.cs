using System.Diagnostics;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>Everything at once, for a while: what leaks or miscounts shows.</summary>
public sealed class SoakTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private const string Configuration = """
        worker_processes 2;
        error_log error.log notice;
        events { worker_connections 8192; }
        http {
            access_log off;
            websocket_ping_interval 2s;
            upstream backend { server 127.0.0.1:%%BACKEND%%; server 127.0.0.1:%%BACKEND_2%% max_fails=0; }
            server { listen 127.0.0.1:%%PORT_0%% backlog=4096; location /tunnel { proxy_pass http://backend; } location /generation { return 200 "0"; } }
        }
        """;

    /// <summary>
    /// Tunnels come, talk, and go in all the ways there are (some in good order, some cut), while the configuration is reloaded. At the end every
    /// tunnel has ended, the gateway holds no more descriptors than at first, every message came back, and memory has not grown.
    /// </summary>
    [Fact]
    public async Task Churn_WithReloadsAndResets_LeaksAndMiscountsNothing()
    {
        var (tunnels, time) = TestSettings.IsLong ? (5000, TimeSpan.FromMinutes(10)) : (200, TimeSpan.FromSeconds(12));
        await using var first = new WebSocketEchoBackend();
        await using var second = new WebSocketEchoBackend();
        await using var gateway = await GatewayProcess.StartAsync(GatewayExecutable.Hawser, Configuration, new GatewayOptions
        {
            Placeholders = new Dictionary<string, string> { ["BACKEND"] = $"{first.Port}", ["BACKEND_2"] = $"{second.Port}" },
        });
        var atRest = await DescriptorsAtRestAsync(gateway);
        long received = 0;
        long opened = 1; // the one of the measurement at rest
        long memory = 0;
        var watch = Stopwatch.StartNew();
        for (var round = 1; watch.Elapsed < time || round <= 3; round++)
        {
            await using (var fleet = new TunnelFleet(gateway.Port(), TimeSpan.FromMilliseconds(20)))
            {
                await fleet.OpenAsync(tunnels / 2);
                await AbandonAsync(gateway, tunnels / 2);
                opened += tunnels / 2 * 2;
                await ReloadAsync(gateway, round);
                Assert.True(await Wait.UntilAsync(() => fleet.Received >= tunnels || fleet.Ended > 0, s_patience));
                Assert.True(fleet.Ended == 0, $"{fleet.FirstFailure}\n{gateway.Describe()}");
                await fleet.StopAsync();
                received += fleet.Received;
            }

            Assert.True(await Wait.UntilAsync(async () => await OpenTunnelsAsync(gateway) == 0, s_patience), gateway.Describe());
            if (round == 2)
                memory = ProcessProbe.ResidentBytes(gateway.Id); // by now everything has been used once
        }

        var status = await Commands.StatusAsync(gateway);
        var counts = status["tunnels"]!;
        Assert.Equal(opened, counts["opened"]!.GetValue<long>());
        Assert.Equal(opened, counts["closed"]!.GetValue<long>());
        Assert.Equal(opened, counts["closed_by_reason"]!.AsObject().Sum(reason => reason.Value!.GetValue<long>()));
        Assert.Equal(received, counts["messages_from_clients"]!.GetValue<long>());
        Assert.Equal(received, counts["messages_from_upstreams"]!.GetValue<long>());
        Assert.Equal(0, status["upstreams"]!.AsArray().Sum(u => u!["servers"]!.AsArray().Sum(s => s!["active"]!.GetValue<long>())));
        Assert.DoesNotContain("unexpected failure", gateway.ErrorLog, StringComparison.Ordinal);
        await Gateways.AssertNoDescriptorLeakAsync(gateway, atRest + 1); // the status command's own connection may just be closing
        var grown = ProcessProbe.ResidentBytes(gateway.Id) - memory;
        Assert.True(grown < 32L << 20, $"resident memory has grown by {grown >> 20} MiB");
    }

    /// <summary>Opens tunnels and cuts them off without a word.</summary>
    private static async Task AbandonAsync(GatewayProcess gateway, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await using var tunnel = await Gateways.OpenTunnelAsync(gateway);
            tunnel.Reset();
        }
    }

    private static async Task ReloadAsync(GatewayProcess gateway, int round)
    {
        gateway.WriteConfiguration(Configuration.Replace("\"0\"", $"\"{round}\"", StringComparison.Ordinal));
        gateway.Send(Signal.Hup);
        Assert.True(await Wait.UntilAsync(async () => (await Gateways.GetAsync(gateway, "/generation")).Body == $"{round}", s_patience), gateway.Describe());
    }

    private static async Task<double> OpenTunnelsAsync(GatewayProcess gateway) => (await Commands.StatusAsync(gateway))["tunnels"]!["open"]!.GetValue<double>();

    private static async Task<int> DescriptorsAtRestAsync(GatewayProcess gateway)
    {
        await Gateways.GetAsync(gateway, "/generation");
        await using (var tunnel = await Gateways.OpenTunnelAsync(gateway))
            tunnel.Reset();
        Assert.True(await Wait.UntilAsync(async () => await OpenTunnelsAsync(gateway) == 0, s_patience));
        return ProcessProbe.Descriptors(gateway.Id);
    }
}
