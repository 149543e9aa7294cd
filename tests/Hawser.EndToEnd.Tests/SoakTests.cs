using System.Diagnostics;
using System.Globalization;
using Hawser.Testing;
using Hawser.Testing.Churn;

namespace Hawser.EndToEnd.Tests;

/// <summary>
/// Everything at once, for a while: tunnels come, talk and go in all the ways there are, backends die and come back, the configuration is reloaded and
/// the binary is changed. What leaks or miscounts shows.
/// </summary>
public sealed class SoakTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    // How much memory may grow under load is the collector's business (on a busy machine it was seen to rise by 10 MiB); SoakRestTests look for leaks.
    private sealed record Plan(int Tunnels, TimeSpan Time, TimeSpan Pause, int Messages, int[] UpgradesAt, TimeSpan Ping, TimeSpan PingTimeout, long MemoryBound)
    {
        public static Plan Current { get; } = TestSettings.IsLong
            ? new(5000, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(2.5), 16, [60, 120, 180], TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), 24L << 20)
            : new(300, TimeSpan.FromSeconds(14), TimeSpan.FromMilliseconds(300), 10, [3, 6], TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6), 12L << 20);
    }

    private const string Configuration = """
        worker_processes 2;
        error_log error.log notice;
        pid nginx.pid;
        events { worker_connections 9000; }
        http {
            access_log off;
            websocket_ping_interval PING;
            websocket_ping_timeout TIMEOUT;
            upstream backend { server 127.0.0.1:FIRST fail_timeout=1s; server 127.0.0.1:SECOND fail_timeout=1s; }
            server {
                listen 127.0.0.1:%%PORT%% backlog=4096;
                location /tunnel { proxy_pass http://backend; }
                location /generation { return 200 "0"; }
            }
        }
        """;

    [Fact]
    public async Task Churn_WithReloadsUpgradesAndFaults_LosesLeaksAndMiscountsNothing()
    {
        var plan = Plan.Current;
        var backendTally = new ChurnTally();
        await using var first = new ChurnBackend(backendTally);
        await using var second = new ChurnBackend(backendTally);
        await using var gateway = new UpgradableGateway();
        var configuration = Configuration
            .Replace("PING", $"{plan.Ping.TotalSeconds}s", StringComparison.Ordinal).Replace("TIMEOUT", $"{plan.PingTimeout.TotalSeconds}s", StringComparison.Ordinal)
            .Replace("FIRST", $"{first.Port}", StringComparison.Ordinal).Replace("SECOND", $"{second.Port}", StringComparison.Ordinal);
        gateway.Write(configuration);
        await gateway.StartAsync();
        var clients = new ChurnClients(gateway.Port, [first, second], plan.Pause, plan.Messages);
        var samples = new SoakSamples(gateway);
        var watch = Stopwatch.StartNew();
        var measuring = samples.RunAsync(TestSettings.IsLong ? TimeSpan.FromSeconds(5) : TimeSpan.FromSeconds(0.5), clients);
        await clients.StartAsync(plan.Tunnels);

        var upgrades = new Queue<int>(plan.UpgradesAt);
        for (var round = 1; watch.Elapsed < plan.Time && clients.Failure is null; round++)
        {
            await ReloadAsync(gateway, configuration, round);
            if (upgrades.TryPeek(out var at) && watch.Elapsed.TotalSeconds >= at)
            {
                upgrades.Dequeue();
                await gateway.UpgradeAsync();
            }

            if (round % 3 == 0)
                await RestartAsync(round % 2 == 0 ? first : second, plan);
            await Task.Delay(plan.Time / (TestSettings.IsLong ? 40 : 10));
        }

        samples.Stop();
        await measuring;
        await gateway.UpgradeAsync(); // behind the measurement: once more, with all that has become of them
        await clients.StopAsync();
        Assert.True(clients.Failure is null, $"{clients.Failure}\n{gateway.Log}");
        Assert.True(await Wait.UntilAsync(async () => await gateway.OpenTunnelsAsync() == 0, s_patience), gateway.Log);
        Assert.True(await Wait.UntilAsync(() => first.Running + second.Running == 0, s_patience), "the backends still have connections");
        var status = await gateway.StatusAsync();
        Assert.Equal(0, status["upstreams"]!.AsArray().Sum(u => u!["servers"]!.AsArray().Sum(s => s!["active"]!.GetValue<long>())));
        Assert.Equal(0, status["tunnels"]!["framing_errors"]!.GetValue<long>());
        await gateway.QuitAsync();

        var sum = ProcessTotals.From(gateway.Log);
        TestContext.Current.SendDiagnosticMessage(Report(clients, backendTally, sum, samples));
        TestContext.Current.TestOutputHelper?.WriteLine(Report(clients, backendTally, sum, samples));
        Assert.Equal(plan.UpgradesAt.Length + 2, sum.Processes);
        AssertEndings(clients, sum);
        AssertBytes(clients.Tally, backendTally, sum);
        samples.AssertFlat(plan.MemoryBound);
        Assert.Empty(gateway.Log.Split('\n').Where(IsUnexplained).Take(10));
    }

    /// <summary>Every tunnel of a client is one of the gateway, and each has ended for the reason that its client knows of.</summary>
    private static void AssertEndings(ChurnClients clients, ProcessTotals sum)
    {
        Assert.Equal(clients.Opened, sum.Opened - sum.HandedOver);
        Assert.Equal(clients.Opened, sum.Closed - sum.HandedOver);
        // Who lost its backend may have been about to end in another way: so many may be counted for either reason.
        var died = clients.Ended(ChurnEnding.BackendDied);
        Assert.True(died > 0 && sum.HandedOver > 0);
        AssertAbout("client_closed", clients.Ended(ChurnEnding.ClientCloses));
        AssertAbout("upstream_closed", clients.Ended(ChurnEnding.BackendCloses));
        AssertAbout("client_vanished", clients.Ended(ChurnEnding.ClientResets));
        AssertAbout("client_unresponsive", clients.Ended(ChurnEnding.ClientFallsSilent));
        AssertAbout("upstream_vanished", clients.Ended(ChurnEnding.BackendResets));
        Assert.Equal(
            sum.Closed - sum.HandedOver,
            new[] { "client_closed", "upstream_closed", "client_vanished", "client_unresponsive", "upstream_vanished" }.Sum(sum.ClosedFor));

        void AssertAbout(string reason, long known) => Assert.True(
            sum.ClosedFor(reason) >= known && sum.ClosedFor(reason) <= known + died, $"{reason}: {sum.ClosedFor(reason)} in the gateway, {known} of clients, {died} unsure");
    }

    /// <summary>The gateway has read what both sides have sent, and each side has got what the other one has sent.</summary>
    private static void AssertBytes(ChurnTally clients, ChurnTally backends, ProcessTotals sum)
    {
        AssertBetween("bytes from clients", sum.BytesFromClients, clients.Sent, clients.Unsure);
        AssertBetween("bytes from upstreams", sum.BytesFromUpstreams, backends.Sent, backends.Unsure);
        AssertBetween("messages from clients", sum.MessagesFromClients, clients.Messages, clients.MessagesUnsure);
        AssertBetween("messages from upstreams", sum.MessagesFromUpstreams, backends.Messages, backends.MessagesUnsure);
        AssertBetween("bytes of data that backends got", backends.DataReceived, clients.DataSent, clients.DataUnsure);
        AssertBetween("bytes of data that clients got", clients.DataReceived, backends.DataSent, backends.DataUnsure);
        Assert.True(clients.Unsure < clients.Sent / 20 && backends.Unsure < backends.Sent / 10, "too much is unsure to say anything");
    }

    private static void AssertBetween(string what, long counted, long sure, long unsure) =>
        Assert.True(counted >= sure && counted <= sure + unsure, $"{what}: {counted}, which is not between {sure} and {sure + unsure}");

    /// <summary>Nothing above warn but what a dying backend explains: connections that it resets or refuses.</summary>
    private static bool IsUnexplained(string line)
    {
        string[] levels = ["[error]", "[crit]", "[alert]", "[emerg]"];
        string[] explained =
        [
            "connect() failed (111: Connection refused) while connecting to upstream",
            "recv() failed (104: Connection reset by peer) while reading response header from upstream",
            "upstream prematurely closed connection while reading response header from upstream",
            "send() failed (104: Connection reset by peer) while sending request to upstream",
            "send() failed (32: Broken pipe) while sending request to upstream",
            "no live upstreams while connecting to upstream",
        ];
        return levels.Any(level => line.Contains(level, StringComparison.Ordinal)) && !explained.Any(text => line.Contains(text, StringComparison.Ordinal));
    }

    private static async Task ReloadAsync(UpgradableGateway gateway, string configuration, int round)
    {
        gateway.Write(configuration.Replace("\"0\"", $"\"{round}\"", StringComparison.Ordinal));
        gateway.Send(Signal.Hup);
        Assert.True(await Wait.UntilAsync(IsAppliedAsync, s_patience), gateway.Log);

        async Task<bool> IsAppliedAsync()
        {
            await using var client = await RawClient.ConnectAsync(gateway.Port);
            await client.SendAsync("GET /generation HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            return (await client.ReadReplyAsync(timeout: s_patience))?.Body == $"{round}";
        }
    }

    /// <summary>A backend dies with all its tunnels, and is back after a moment.</summary>
    private static async Task RestartAsync(ChurnBackend backend, Plan plan)
    {
        await Task.Delay(plan.Pause);
        await backend.DieAsync();
        await Task.Delay(plan.Pause / 2);
        backend.Revive();
    }

    private static string Report(ChurnClients clients, ChurnTally backends, ProcessTotals sum, SoakSamples samples) => string.Create(CultureInfo.InvariantCulture, $"""
        tunnels: {clients.Opened} opened, {sum.HandedOver} handed over, {sum.Processes} processes; handshakes refused behind a backend's death: {clients.Refused}
        endings: {string.Join(", ", Enum.GetValues<ChurnEnding>().Select(e => $"{e} {clients.Ended(e)}"))}
        reasons: {string.Join(", ", sum.Reasons.Select(r => $"{r.Key} {r.Value}"))}
        from clients: {sum.BytesFromClients} bytes counted, {clients.Tally.Sent} sent (+{clients.Tally.Unsure} unsure); {sum.MessagesFromClients} messages, {clients.Tally.Messages} (+{clients.Tally.MessagesUnsure})
        from backends: {sum.BytesFromUpstreams} bytes counted, {backends.Sent} sent (+{backends.Unsure} unsure); {sum.MessagesFromUpstreams} messages, {backends.Messages} (+{backends.MessagesUnsure})
        data bytes to backends: {backends.DataReceived} of {clients.Tally.DataSent} (+{clients.Tally.DataUnsure}); to clients: {clients.Tally.DataReceived} of {backends.DataSent} (+{backends.DataUnsure})
        {samples.Describe()}
        """);
}
