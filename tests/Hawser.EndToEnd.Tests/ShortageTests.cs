using System.Globalization;
using System.Text.Json.Nodes;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>No descriptors left: who is there goes on, who comes waits, and the gateway itself can still be asked, reloaded and replaced.</summary>
public sealed class ShortageTests
{
    private const int Limit = 200;
    private const int Tunnels = 10;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private const string Configuration = """
        worker_processes 2;
        error_log error.log info;
        %%LIMIT%%
        events { worker_connections 1024; }
        http {
            access_log off;
            keepalive_timeout 300;
            client_header_timeout 300;
            upstream backend { server 127.0.0.1:%%BACKEND%%; server 127.0.0.1:%%BACKEND%%; }
            server {
                listen 127.0.0.1:%%PORT_0%%;
                location / { proxy_pass http://backend; }
                location /generation { return 200 "0"; }
            }
        }
        """;

    [Theory]
    [InlineData("ulimit")]
    [InlineData("worker_rlimit_nofile")]
    public async Task Descriptors_UsedUp_TunnelsGoOnAndNewConnectionsWait(string kind)
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend, kind);
        await using var fleet = new TunnelFleet(gateway.Port(), TimeSpan.FromMilliseconds(100));
        await fleet.OpenAsync(Tunnels);
        var atRest = await Gateways.DescriptorsAtRestWithoutTunnelAsync(gateway);
        var crowd = await CrowdAsync(gateway, Limit);
        try
        {
            Assert.True(await IsShortAsync(gateway), gateway.Describe());
            await AssertIsCalmAsync(gateway, fleet);
            await AssertBlamesNobodyAsync(gateway, crowd);
            await AssertCanBeReloadedAsync(gateway, crowd);
        }
        finally
        {
            foreach (var client in crowd)
                await client.DisposeAsync();
        }

        Assert.Equal(200, (await Gateways.GetAsync(gateway, "/generation")).Status);
        await using (await Gateways.OpenTunnelAsync(gateway))
            Assert.True(await Wait.UntilAsync(() => gateway.ErrorLog.Contains("accepting connections to 127.0.0.1", StringComparison.Ordinal), s_patience), gateway.Describe());
        var status = await Commands.StatusAsync(gateway);
        Assert.True(fleet.Ended == 0, $"{fleet.FirstFailure}\n{gateway.Describe()}");
        // Two connections of the tests, and what status and a reload have opened for good.
        await Gateways.AssertNoDescriptorLeakAsync(gateway, atRest + 4);
        await fleet.StopAsync();
        Assert.True(await Wait.UntilAsync(async () => await Commands.StatusAsync(gateway) is var now && Open(now) == 0 && Gateways.BufferBytes(now) == 0, s_patience), gateway.Describe());
        Assert.Equal(Tunnels + 1, Number((await Commands.StatusAsync(gateway))["tunnels"]!["closed"]));
        Assert.DoesNotContain("unexpected failure", gateway.ErrorLog, StringComparison.Ordinal);
    }

    /// <summary>A limit that comes from outside while the gateway runs leaves no reserve, and goes as it came.</summary>
    [Fact]
    public async Task Limit_LoweredAndRaisedFromOutside_OnlyLetsConnectionsWait()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend, "none");
        await using var tunnel = await Gateways.OpenTunnelAsync(gateway);
        await SetLimitAsync(gateway, Limit);
        var crowd = await CrowdAsync(gateway, Limit);
        try
        {
            Assert.True(await IsShortAsync(gateway), gateway.Describe());
            Assert.Contains("[crit] ", gateway.ErrorLog, StringComparison.Ordinal);
            await tunnel.SendAsync(WebSocketBytes.Encode(new(WebSocketOpcode.Text, "still here"), mask: 1));
            Assert.Equal("still here", (await tunnel.ReadFrameAsync(s_patience))?.Payload);
            await SetLimitAsync(gateway, 1024);
            await using (await Gateways.OpenTunnelAsync(gateway))
                Assert.Equal(Limit + 2, Number((await Commands.StatusAsync(gateway))["connections"]!["open"]));
        }
        finally
        {
            foreach (var client in crowd)
                await client.DisposeAsync();
        }
    }

    private static async Task SetLimitAsync(GatewayProcess gateway, int limit)
    {
        var set = await Command.RunAsync("prlimit", ["--pid", $"{gateway.Id}", $"--nofile={limit}:"]);
        Assert.True(set.ExitCode == 0, set.ToString());
    }

    /// <summary>Neither time nor log lines are spent on waiting.</summary>
    private static async Task AssertIsCalmAsync(GatewayProcess gateway, TunnelFleet fleet)
    {
        var (before, received) = (ProcessProbe.ProcessorTime(gateway.Id), fleet.Received);
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        var spent = ProcessProbe.ProcessorTime(gateway.Id) - before;
        Assert.True(spent < TimeSpan.FromSeconds(0.5), $"{spent.TotalSeconds} s of processor time in 2 s of shortage");
        Assert.True(fleet.Received >= received + Tunnels * 2, "tunnels do not go on");
        Assert.Single(gateway.ErrorLog.Split('\n'), line => line.Contains("[crit]", StringComparison.Ordinal));
        Assert.Matches(@"\[crit\] .*accept4\(\) is not called for a while \(24: Too many open files\): \d+ of 200 descriptors", gateway.ErrorLog);
    }

    /// <summary>Who was accepted and needs an upstream now gets 500, as in nginx, and no server counts as failed for it.</summary>
    private static async Task AssertBlamesNobodyAsync(GatewayProcess gateway, List<RawClient> crowd)
    {
        for (var i = 0; i < 3; i++)
        {
            await crowd[i].SendAsync(i < 2 ? "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" : WebSocketBytes.Handshake("/tunnel"));
            Assert.Equal(500, (await crowd[i].ReadReplyAsync(timeout: s_patience))?.Status);
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken); // that connection is closed, and another one takes its place
        }

        Assert.Contains("[alert] ", gateway.ErrorLog, StringComparison.Ordinal);
        Assert.Contains("socket() failed (24: Too many open files) while connecting to upstream", gateway.ErrorLog, StringComparison.Ordinal);
        var servers = (await Commands.StatusAsync(gateway))["upstreams"]![0]!["servers"]!.AsArray();
        Assert.Equal(2, servers.Count);
        Assert.All(servers, server => Assert.Equal("up", server!["state"]!.GetValue<string>()));
    }

    private static async Task AssertCanBeReloadedAsync(GatewayProcess gateway, List<RawClient> crowd)
    {
        File.Move(gateway.Directory["error.log"], gateway.Directory["error.log.1"]);
        gateway.Send(Signal.Usr1);
        Assert.True(await Wait.UntilAsync(() => File.Exists(gateway.Directory["error.log"]), s_patience));
        gateway.WriteConfiguration(Configuration.Replace("\"0\"", "\"1\"", StringComparison.Ordinal));
        gateway.Send(Signal.Hup);
        Assert.True(await Wait.UntilAsync(IsReloadedAsync, s_patience), gateway.Describe());

        async Task<bool> IsReloadedAsync()
        {
            await crowd[4].SendAsync("GET /generation HTTP/1.1\r\nHost: localhost\r\n\r\n");
            return await crowd[4].ReadReplyAsync(timeout: s_patience) is { Body: "1" };
        }
    }

    private static Task<GatewayProcess> StartAsync(WebSocketEchoBackend backend, string kind) => GatewayProcess.StartAsync(
        GatewayExecutable.Hawser, Configuration, new GatewayOptions
        {
            OpenFiles = kind == "ulimit" ? Limit : null,
            ExpectedAlarm = "socket() failed (24: Too many open files)",
            Placeholders = new Dictionary<string, string>
            {
                ["BACKEND"] = backend.Port.ToString(CultureInfo.InvariantCulture),
                ["LIMIT"] = kind == "worker_rlimit_nofile" ? $"worker_rlimit_nofile {Limit};" : "",
            },
        });

    /// <summary>Connections that send nothing: more than there are descriptors for.</summary>
    private static async Task<List<RawClient>> CrowdAsync(GatewayProcess gateway, int count)
    {
        var crowd = new List<RawClient>();
        for (var i = 0; i < count; i++)
            crowd.Add(await RawClient.ConnectAsync(gateway.Port()));
        return crowd;
    }

    private static Task<bool> IsShortAsync(GatewayProcess gateway) =>
        Wait.UntilAsync(() => gateway.ErrorLog.Contains("(24: Too many open files)", StringComparison.Ordinal), s_patience);

    private static double Open(JsonObject status) => Number(status["tunnels"]!["open"]);

    private static double Number(JsonNode? node) => node!.GetValue<double>();
}
