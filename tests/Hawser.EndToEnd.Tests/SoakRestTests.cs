using System.Globalization;
using Hawser.Testing;
using Hawser.Testing.Churn;

namespace Hawser.EndToEnd.Tests;

/// <summary>
/// Memory under load goes up and down as the garbage collector thinks fit. What a leak would leave shows when all tunnels are gone: after the same wave
/// of them, and of dying backends and reloads, four times over.
/// </summary>
public sealed class SoakRestTests
{
    private const long Bound = 3L << 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private const string Configuration = """
        worker_processes 2;
        error_log error.log notice;
        pid nginx.pid;
        events { worker_connections 4096; }
        http {
            access_log off;
            websocket_ping_interval 1s;
            websocket_ping_timeout 6s;
            upstream backend { server 127.0.0.1:FIRST fail_timeout=1s; server 127.0.0.1:SECOND fail_timeout=1s; }
            server {
                listen 127.0.0.1:%%PORT%% backlog=4096;
                listen 127.0.0.1:%%TLS_PORT%% ssl backlog=4096;
                ssl_certificate cert.pem;
                ssl_certificate_key key.pem;
                location / { proxy_pass http://backend; }
            }
        }
        """;

    [Fact]
    public async Task Waves_OfTunnels_LeaveMemoryAsItWas()
    {
        var (tunnels, time, rest) = TestSettings.IsLong ? (400, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(6)) : (200, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4));
        var tally = new ChurnTally();
        await using var first = new ChurnBackend(tally);
        await using var second = new ChurnBackend(tally);
        await using var gateway = new UpgradableGateway();
        gateway.Write(Configuration.Replace("FIRST", $"{first.Port}", StringComparison.Ordinal).Replace("SECOND", $"{second.Port}", StringComparison.Ordinal));
        gateway.WriteCertificate();
        await gateway.StartAsync();
        var memory = new List<long>();
        var descriptors = new List<int>();
        long opened = 0;
        for (var wave = 0; wave < 4; wave++)
        {
            var clients = new ChurnClients(gateway.Port, [first, second], TimeSpan.FromSeconds(0.4), 5) { TlsPort = gateway.TlsPort };
            await clients.StartAsync(tunnels);
            await Task.Delay(time, TestContext.Current.CancellationToken);
            gateway.Send(Signal.Hup);
            await first.DieAsync();
            first.Revive();
            await Task.Delay(time / 4, TestContext.Current.CancellationToken);
            await clients.StopAsync();
            Assert.True(clients.Failure is null, $"{clients.Failure}\n{gateway.Log}");
            Assert.True(await Wait.UntilAsync(async () => await gateway.OpenTunnelsAsync() == 0, s_patience), gateway.Log);
            await Task.Delay(rest, TestContext.Current.CancellationToken); // the gateway settles: what a wave has left in pools is given back
            memory.Add(ProcessProbe.ProportionalBytes(gateway.ProcessId!.Value));
            descriptors.Add(ProcessProbe.Descriptors(gateway.ProcessId.Value));
            opened += clients.Opened;
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"{opened} tunnels; MiB at rest: {string.Join(", ", memory.Select(m => $"{m / 1048576.0:0.0}"))}; descriptors: {string.Join(", ", descriptors)}");
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        // The first wave uses everything for the first time.
        Assert.True(memory[^1] - memory[1] < Bound, text);
        Assert.True(descriptors[^1] - descriptors[1] <= 2, text);
    }
}
