using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>Changing the binary with live tunnels: the new process takes them over, and their peers notice nothing.</summary>
public sealed class HandOverTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly UpgradableGateway _gateway = new();
    private readonly WebSocketEchoBackend _backend = new();

    public ValueTask InitializeAsync()
    {
        _gateway.Write($$"""
            worker_processes 2;
            error_log error.log notice;
            pid nginx.pid;
            events { worker_connections 4096; }
            http {
                log_format tunnel '$request|$status|$bytes_sent|$websocket_messages_received|$websocket_messages_sent|$websocket_closed_by|$upstream_addr|$upstream_bytes_sent';
                access_log access.log tunnel;
                websocket_ping_interval 1s;
                upstream backend { server 127.0.0.1:{{_backend.Port}}; }
                server { listen 127.0.0.1:%%PORT%%; location / { proxy_pass http://backend; } }
            }
            """);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _backend.DisposeAsync();
    }

    private string Log => _gateway.Log;

    private string Configuration => _gateway.Directory.Read("nginx.conf");

    [Fact]
    public async Task Upgrades_ThreeUnderLoad_LoseDoubleAndCloseNothing()
    {
        var tunnels = TestSettings.IsLong ? 2000 : 150;
        await _gateway.StartAsync();
        await using var fleet = new TunnelFleet(_gateway.Port, TimeSpan.FromMilliseconds(20));
        await fleet.OpenAsync(tunnels);
        for (var round = 0; round < 3; round++)
        {
            await ExpectProgressAsync(fleet, tunnels);
            await _gateway.UpgradeAsync();
            Assert.Equal(tunnels, await _gateway.OpenTunnelsAsync());
        }

        await ExpectProgressAsync(fleet, tunnels);
        Assert.True(fleet.Ended == 0, fleet.FirstFailure + Log);
        var counted = await _gateway.StatusAsync();
        Assert.Equal(tunnels, Number(counted["tunnels"]!["opened"]));
        Assert.Equal(tunnels, Number(counted["upstreams"]![0]!["servers"]![0]!["active"]));

        await fleet.StopAsync();
        Assert.True(await Wait.UntilAsync(async () => await _gateway.OpenTunnelsAsync() == 0, s_patience));
        Assert.Equal(3, Log.Split($"{tunnels} tunnels handed over to the new process").Length - 1);
        Assert.DoesNotContain("unexpected failure", Log, StringComparison.Ordinal);

        // A tunnel has one line in the log, at its end, with all it carried in four processes.
        Assert.True(await Wait.UntilAsync(() => LogLines().Length == tunnels, s_patience));
        Assert.Equal(fleet.Received, LogLines().Sum(line => long.Parse(line[3], CultureInfo.InvariantCulture)));
        Assert.Equal(fleet.Received, LogLines().Sum(line => long.Parse(line[4], CultureInfo.InvariantCulture)));
        Assert.All(LogLines(), line => Assert.Equal(["GET /tunnel HTTP/1.1", "101", "client", $"127.0.0.1:{_backend.Port}"], [line[0], line[1], line[5], line[6]]));
    }

    [Fact]
    public async Task Upgrade_WithOutputThatTheClientDoesNotTake_DeliversItAll()
    {
        await _gateway.StartAsync();
        await using var client = await RawClient.ConnectAsync(_gateway.Port, receiveBuffer: 4096);
        await client.SendAsync(WebSocketBytes.Handshake("/tunnel"));
        Assert.Equal(101, (await client.ReadReplyAsync())!.Status);
        var message = new string('x', 60_000);
        var frame = WebSocketBytes.Encode(new WebSocketFrame(WebSocketOpcode.Binary, message), mask: 0x01020304);
        const int messages = 60; // more than the sockets' buffers hold
        var sending = Task.Run(
            async () =>
            {
                for (var i = 0; i < messages; i++)
                    await client.SendAsync(frame);
            },
            TestContext.Current.CancellationToken);
        await Task.Delay(300, TestContext.Current.CancellationToken);

        await _gateway.UpgradeAsync();

        for (var received = 0; received < messages;)
        {
            // Pings of the gateway may stand between the messages.
            var (opcode, payload) = await ReadFrameAsync(client);
            if (opcode == WebSocketOpcode.Ping)
                continue;
            Assert.Equal(WebSocketOpcode.Binary, opcode);
            Assert.Equal(message, payload);
            received++;
        }

        await sending;
        await client.DisposeAsync();
        Assert.True(await Wait.UntilAsync(async () => await _gateway.StatusAsync() is var now && Number(now["tunnels"]!["open"]) == 0 && Gateways.BufferBytes(now) == 0, s_patience), Log);
    }

    private static async Task<(WebSocketOpcode Opcode, string Payload)> ReadFrameAsync(RawClient client)
    {
        var head = await client.ReadAsync(2, s_patience);
        Assert.Equal(2, head.Length);
        var length = (int)head[1];
        if (length == 126)
        {
            var extended = await client.ReadAsync(2, s_patience);
            length = (extended[0] << 8) | extended[1];
        }

        return ((WebSocketOpcode)(head[0] & 0x0F), await client.ReadAsync(length, s_patience));
    }

    [Fact]
    public async Task Upgrade_TwiceWithIdleTunnels_KeepsThemAndTheirPings()
    {
        _gateway.Write(Configuration.Replace("ping_interval 1s;", "ping_interval 1s; websocket_ping_timeout 8s;", StringComparison.Ordinal));
        await _gateway.StartAsync();
        await using var tunnel = await OpenAsync();
        await _gateway.UpgradeAsync();
        await _gateway.UpgradeAsync();
        // Its pings go on where the old process left them, and it answers none: the new process must notice.
        Assert.NotEqual(ConnectionState.Open, await tunnel.WaitForEndAsync(TimeSpan.FromSeconds(50)));
        Assert.Equal(1, Number((await _gateway.StatusAsync())["tunnels"]!["closed_by_reason"]!["client_unresponsive"]));
    }

    [Fact]
    public async Task Upgrade_TunnelThatCountsInLimitConn_StillDoes()
    {
        _gateway.Write(Configuration
            .Replace("http {", "http { limit_conn_zone $arg_room zone=rooms:1m; limit_conn_zone $scheme zone=all:1m;", StringComparison.Ordinal)
            .Replace("location / {", "location / { limit_conn rooms 1; limit_conn all 2;", StringComparison.Ordinal));
        await _gateway.StartAsync();
        var tunnel = await OpenAsync("/tunnel?room=7");
        await _gateway.UpgradeAsync();
        await _gateway.UpgradeAsync();

        Assert.Equal(503, await StatusOfHandshakeAsync("/tunnel?room=7"));
        await using (await OpenAsync("/tunnel?room=8"))
            Assert.Equal(503, await StatusOfHandshakeAsync("/tunnel?room=9"));

        await tunnel.DisposeAsync();
        Assert.True(await Wait.UntilAsync(async () => await StatusOfHandshakeAsync("/tunnel?room=7") == 101, s_patience), Log);
        Assert.DoesNotContain("unexpected failure", Log, StringComparison.Ordinal);
    }

    /// <summary>A zone that the new configuration does not have, or that counts something else there, is nothing to count in.</summary>
    [Fact]
    public async Task Upgrade_ZoneThatMeansSomethingElseThere_CountsFromZero()
    {
        _gateway.Write(Configuration
            .Replace("http {", "http { limit_conn_zone $arg_room zone=rooms:1m;", StringComparison.Ordinal)
            .Replace("location / {", "location / { limit_conn rooms 1;", StringComparison.Ordinal));
        await _gateway.StartAsync();
        await using var tunnel = await OpenAsync("/tunnel?room=7");
        _gateway.Write(Configuration.Replace("$arg_room", "$request_uri", StringComparison.Ordinal));
        await _gateway.UpgradeAsync();

        Assert.Equal(1, await _gateway.OpenTunnelsAsync());
        await using (await OpenAsync("/tunnel?room=7"))
            Assert.Equal(503, await StatusOfHandshakeAsync("/tunnel?room=7"));
    }

    /// <summary>It cannot go to the new process. Nor is it cut for that: only who has set worker_shutdown_timeout wants the old process to end.</summary>
    [Fact]
    public async Task Upgrade_TunnelOverTls_StaysUntilTheShutdownTimeoutAndIsToldOfTheRestart()
    {
        _gateway.WriteCertificate();
        _gateway.Write(Configuration
            .Replace("http {", "worker_shutdown_timeout 4s; http { websocket_drain 100ms; ssl_certificate cert.pem; ssl_certificate_key key.pem;", StringComparison.Ordinal)
            .Replace("server { ", "server { listen 127.0.0.1:%%TLS_PORT%% ssl; ", StringComparison.Ordinal));
        await _gateway.StartAsync();
        await using var plain = await OpenAsync();
        await using var tunnel = await RawClient.ConnectAsync(_gateway.TlsPort);
        await tunnel.StartTlsAsync(new TlsPeer());
        await tunnel.SendAsync(WebSocketBytes.Handshake("/tunnel"));
        Assert.Equal(101, (await tunnel.ReadReplyAsync())?.Status);

        var upgrading = _gateway.UpgradeAsync(); // until the old process has ended
        Assert.True(await Wait.UntilAsync(() => Log.Contains("1 tunnels handed over to the new process", StringComparison.Ordinal), s_patience), Log);
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        Assert.False(upgrading.IsCompleted);
        await tunnel.SendAsync(WebSocketBytes.Encode(new WebSocketFrame(WebSocketOpcode.Text, "still here"), mask: 0x01020304));
        Assert.Equal("still here", (await NextDataAsync(tunnel)).Payload);

        var last = await NextDataAsync(tunnel);
        Assert.Equal((WebSocketOpcode.Close, "\u0003\u00f4"), (last.Opcode, last.Payload[..2])); // 1012
        await upgrading;
        Assert.Contains("restarted 1", Log, StringComparison.Ordinal);
        await plain.SendAsync(WebSocketBytes.Encode(new WebSocketFrame(WebSocketOpcode.Text, "here too"), mask: 0x01020304));
        Assert.Equal("here too", (await NextDataAsync(plain)).Payload);
        Assert.DoesNotContain("unexpected failure", Log, StringComparison.Ordinal);
    }

    private static async Task<(WebSocketOpcode Opcode, string Payload)> NextDataAsync(RawClient client)
    {
        while (true)
        {
            var frame = await client.ReadFrameAsync(s_patience);
            Assert.NotNull(frame);
            if (frame.Opcode is not (WebSocketOpcode.Ping or WebSocketOpcode.Pong))
                return (frame.Opcode, frame.Payload);
            if (frame.Opcode == WebSocketOpcode.Ping)
                await client.SendAsync(WebSocketBytes.Encode(new WebSocketFrame(WebSocketOpcode.Pong, frame.Payload), mask: 0x01020304));
        }
    }

    [Fact]
    public async Task Upgrade_LogsThatGoToSyslog_AreContinued()
    {
        using var receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var target = $"syslog:server=127.0.0.1:{((IPEndPoint)receiver.Client.LocalEndPoint!).Port},tag=gateway";
        _gateway.Write(Configuration
            .Replace("error_log error.log notice;", $"error_log error.log notice; error_log {target} notice;", StringComparison.Ordinal)
            .Replace("access_log access.log tunnel;", $"access_log {target},facility=local3 tunnel;", StringComparison.Ordinal));
        await _gateway.StartAsync();
        await using var fleet = new TunnelFleet(_gateway.Port, TimeSpan.FromMilliseconds(20));
        await fleet.OpenAsync(20);
        await ExpectProgressAsync(fleet, 20);
        await _gateway.UpgradeAsync();
        await _gateway.UpgradeAsync();
        await ExpectProgressAsync(fleet, 20);
        await fleet.StopAsync();
        Assert.True(await Wait.UntilAsync(async () => await _gateway.OpenTunnelsAsync() == 0, s_patience));

        var lines = await ReceiveAsync(receiver, line => line.Contains("|101|", StringComparison.Ordinal), 20);
        Assert.All(lines, line => Assert.StartsWith("<158>", line, StringComparison.Ordinal)); // local3, info
        Assert.Equal(fleet.Received, lines.Sum(line => long.Parse(line.Split('|')[3], CultureInfo.InvariantCulture)));
        Assert.Equal(2, Log.Split("20 tunnels handed over to the new process").Length - 1);
    }

    /// <summary>Lines of a kind among what has arrived and will arrive; more than expected are an error, too.</summary>
    private static async Task<List<string>> ReceiveAsync(UdpClient receiver, Predicate<string> isWanted, int count)
    {
        var lines = new List<string>();
        using var over = new CancellationTokenSource(s_patience);
        while (lines.Count < count || receiver.Available > 0)
        {
            var line = Bytes.ToText((await receiver.ReceiveAsync(over.Token)).Buffer);
            if (isWanted(line))
                lines.Add(line);
        }

        Assert.Equal(count, lines.Count);
        return lines;
    }

    private async Task<int?> StatusOfHandshakeAsync(string target)
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Port);
        await client.SendAsync(WebSocketBytes.Handshake(target));
        return (await client.ReadReplyAsync())?.Status;
    }

    private async Task<RawClient> OpenAsync(string target = "/tunnel")
    {
        var client = await RawClient.ConnectAsync(_gateway.Port);
        await client.SendAsync(WebSocketBytes.Handshake(target));
        Assert.Equal(101, (await client.ReadReplyAsync())!.Status);
        return client;
    }

    private string[][] LogLines() => [.. _gateway.Directory.Read("access.log").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|'))];

    private async Task ExpectProgressAsync(TunnelFleet fleet, int tunnels)
    {
        var before = fleet.Received;
        Assert.True(await Wait.UntilAsync(() => fleet.Received >= before + tunnels * 2 || fleet.Ended > 0, s_patience), Log);
        Assert.True(fleet.Ended == 0, fleet.FirstFailure + Log);
    }

    private static double Number(JsonNode? node) => node!.GetValue<double>();
}
