using System.Diagnostics;
using System.Globalization;
using Hawser.Testing;
using static Hawser.EndToEnd.Tests.TunnelPair;

namespace Hawser.EndToEnd.Tests;

/// <summary>Ends that the gateway plans: a lifetime with its jitter, and a drain over its window. Many tunnels must not end at the same moment.</summary>
public sealed class PlannedEndTests
{
    // So many that a quarter of a window without any of them does not happen by chance (once in ten million).
    private const int Tunnels = 60;

    private const string Configuration = """
        worker_processes 2;
        error_log error.log notice;
        events { worker_connections 512; }
        http {
            log_format tunnels '$websocket_end_reason $websocket_duration';
            access_log access.log tunnels;
            upstream backend { server 127.0.0.1:%%BACKEND%%; }
            server {
                listen 127.0.0.1:%%PORT_0%%;
                location / { proxy_pass http://backend; websocket_drain 3s; }
                location /life { proxy_pass http://backend; websocket_max_lifetime 4s jitter=3s; }
            }
        }
        """;

    [Fact]
    public async Task Lifetime_WithJitter_EndsTunnelsAllOverIt()
    {
        await using var server = new RawServer();
        await using GatewayProcess gateway = await Gateways.StartAsync(server.Port, Configuration);
        List<Task<TimeSpan>> ends = await OpenAllAsync(gateway, server, "/life");
        AssertSpread(await Task.WhenAll(ends), from: 1, to: 4);
        Assert.True(await Wait.UntilAsync(() => Lines(gateway).Length == Tunnels, Patience), gateway.Describe());
        Assert.All(Lines(gateway), line => Assert.StartsWith("lifetime_reached ", line, StringComparison.Ordinal));
        // Later than the lifetime is the machine's doing; earlier than its jitter allows would be the gateway's.
        Assert.All(Lines(gateway), line => Assert.InRange(double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture), 1, 60));
    }

    [Fact]
    public async Task Drain_OfAGracefulStop_EndsTunnelsAllOverItsWindow()
    {
        await using var server = new RawServer();
        await using GatewayProcess gateway = await Gateways.StartAsync(server.Port, Configuration);
        var since = new Stopwatch();
        List<Task<TimeSpan>> ends = await OpenAllAsync(gateway, server, "/", since);
        since.Start();
        gateway.Send(Signal.Quit);
        AssertSpread(await Task.WhenAll(ends), from: 0, to: 3);
        Assert.Equal(0, await gateway.WaitForExitAsync(Patience));
        Assert.Equal(Tunnels, Lines(gateway).Count(line => line.StartsWith("drained ", StringComparison.Ordinal)));
    }

    /// <summary>The lifetime goes on where the old process left it, and does not begin anew.</summary>
    [Fact]
    public async Task Lifetime_OfATunnelThatWasHandedOver_EndsItInTheNewProcess()
    {
        await using var server = new RawServer();
        await using var gateway = new UpgradableGateway();
        gateway.Write(Configuration
            .Replace("events {", "pid nginx.pid; events {", StringComparison.Ordinal)
            .Replace("%%PORT_0%%", "%%PORT%%", StringComparison.Ordinal)
            .Replace("%%BACKEND%%", server.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("4s jitter=3s", "8s jitter=1ms", StringComparison.Ordinal));
        await gateway.StartAsync();
        await using TunnelPair pair = await OpenAsync(gateway.Port, server, "/life", []);
        await gateway.UpgradeAsync();
        Assert.Equal(1, await gateway.OpenTunnelsAsync());
        Assert.Equal(1001, await CloseCodeAsync(pair.NextAtClientAsync()));
        Assert.Equal(1001, await CloseCodeAsync(pair.NextAtServerAsync()));
        await pair.DisposeAsync();
        Assert.True(await Wait.UntilAsync(() => gateway.Directory.Read("access.log").Contains("lifetime_reached ", StringComparison.Ordinal), Patience), gateway.Log);
        string line = gateway.Directory.Read("access.log").Split('\n').Single(line => line.StartsWith("lifetime_reached ", StringComparison.Ordinal));
        Assert.InRange(double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture), 7.999, 60);
    }

    /// <summary>Tunnels whose both ends answer the close; when each client was told of it, since its own beginning or since a watch was started.</summary>
    private static async Task<List<Task<TimeSpan>>> OpenAllAsync(GatewayProcess gateway, RawServer server, string target, Stopwatch? since = null)
    {
        var ends = new List<Task<TimeSpan>>();
        for (int i = 0; i < Tunnels; i++)
        {
            var watch = since ?? Stopwatch.StartNew();
            TunnelPair pair = await OpenAsync(gateway, server, target);
            ends.Add(EndAsync(pair, watch));
        }
        return ends;
    }

    private static async Task<TimeSpan> EndAsync(TunnelPair pair, Stopwatch watch)
    {
        await using (pair)
        {
            Task<int> atServer = CloseCodeAsync(pair.NextAtServerAsync());
            Assert.Equal(1001, await CloseCodeAsync(pair.NextAtClientAsync()));
            TimeSpan end = watch.Elapsed;
            Assert.Equal(1001, await atServer);
            return end;
        }
    }

    /// <summary>Each quarter of the window has its part. The last one has what a busy machine has delayed, too.</summary>
    private static void AssertSpread(TimeSpan[] ends, double from, double to)
    {
        int[] buckets = new int[4];
        foreach (TimeSpan end in ends) buckets[Math.Clamp((int)((end.TotalSeconds - from) / (to - from) * 4), 0, 3)]++;
        Assert.True(buckets.All(count => count > 0), string.Join(", ", ends.Order().Select(end => end.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture))));
    }

    private static string[] Lines(GatewayProcess gateway) => gateway.Directory.Read("access.log").Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
