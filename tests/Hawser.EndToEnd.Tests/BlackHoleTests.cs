using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hawser.Testing;
using static Hawser.EndToEnd.Tests.TunnelPair;

namespace Hawser.EndToEnd.Tests;

/// <summary>Packets that vanish: the peer is gone, and neither an end nor a reset says so.</summary>
public sealed class BlackHoleTests
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 256; }
        http {
            log_format tunnels '$uri $status $websocket_end_reason $websocket_closed_by $websocket_close_code';
            access_log access.log tunnels;
            upstream backend { server %%SERVER%%; }
            proxy_connect_timeout 1s;
            server {
                listen %%CLIENTS%%:%%PORT_0%%;
                location / { proxy_pass http://backend; }
                location /pinged { proxy_pass http://backend; websocket_ping_interval 300ms; websocket_ping_timeout 700ms; }
                location /patient { proxy_pass http://backend; websocket_ping_interval 500ms; websocket_ping_timeout 20s; }
                location /stalled { proxy_pass http://backend; websocket_ping_interval off; send_timeout 1s; proxy_send_timeout 1s; }
            }
        }
        """;

    // The ping's interval and timeout make one second; the rest is for a machine that stands still.
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task Client_Vanishes_APingFindsOutAndTheUpstreamIsTold()
    {
        await using var network = await Gateways.NetworkOrSkipAsync();
        await using var server = new RawServer();
        await using var gateway = await StartAsync(network.Outside, $"127.0.0.1:{server.Port}");
        int atRest = await Gateways.DescriptorsAtRestWithoutTunnelAsync(gateway);
        await using var pair = await FromInsideAsync(network, gateway, server, "/pinged");
        await pair.Client.SendAsync(Masked(WebSocketOpcode.Text, "here"));
        Assert.Equal("here", (await pair.NextAtServerAsync())?.Payload);

        await network.DropAllAsync(true);
        var watch = Stopwatch.StartNew();

        Assert.Equal(1011, await CloseCodeAsync(pair.NextAtServerAsync()));
        Assert.True(watch.Elapsed < s_soon, $"found after {watch.Elapsed}");
        await AnswerCloseAsync(pair.Server, 1011, isMasked: false);
        await AssertLoggedAsync(gateway, "/pinged 101 client_unresponsive gateway 1011");
        await Gateways.AssertNothingLeftAsync(gateway, atRest);
    }

    [Fact]
    public async Task Upstream_Vanishes_APingFindsOutAndTheClientIsTold()
    {
        await using var network = await Gateways.NetworkOrSkipAsync();
        using var listener = await network.ListenInsideAsync();
        await using var gateway = await StartAsync(IPAddress.Loopback, AddressOf(listener));
        int atRest = await Gateways.DescriptorsAtRestWithoutTunnelAsync(gateway);
        await using var pair = await ToInsideAsync(listener, gateway, "/pinged");
        await pair.Server.SendAsync(Frame(WebSocketOpcode.Text, "here"));
        Assert.Equal("here", (await pair.NextAtClientAsync())?.Payload);

        await network.DropAllAsync(true);
        var watch = Stopwatch.StartNew();

        Assert.Equal(1014, await CloseCodeAsync(pair.NextAtClientAsync()));
        Assert.True(watch.Elapsed < s_soon, $"found after {watch.Elapsed}");
        await AnswerCloseAsync(pair.Client, 1014, isMasked: true);
        Assert.NotEqual(ConnectionState.Open, await pair.Client.WaitForEndAsync(Patience));
        await AssertLoggedAsync(gateway, "/pinged 101 upstream_unresponsive gateway 1014");
        Assert.Contains("upstream timed out (110: Connection timed out): no answer to a websocket ping", gateway.ErrorLog, StringComparison.Ordinal);
        await Gateways.AssertNothingLeftAsync(gateway, atRest);
    }

    [Fact]
    public async Task Upstream_DropsTheSyn_Is504AfterConnectTimeout()
    {
        await using var network = await Gateways.NetworkOrSkipAsync();
        using var listener = await network.ListenInsideAsync();
        await using var gateway = await StartAsync(IPAddress.Loopback, AddressOf(listener));
        int atRest = await Gateways.DescriptorsAtRestWithoutTunnelAsync(gateway);
        await network.DropToInsideAsync(true);
        await using (var client = await RawClient.ConnectAsync(gateway.Port()))
        {
            await client.SendAsync(WebSocketBytes.Handshake("/"));
            var watch = Stopwatch.StartNew();
            Assert.Equal(504, (await client.ReadReplyAsync(timeout: Patience))?.Status);
            Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.8), s_soon);
        }

        await AssertLoggedAsync(gateway, "/ 504 ");
        Assert.Contains("upstream timed out (110: Connection timed out) while connecting to upstream", gateway.ErrorLog, StringComparison.Ordinal);
        var status = await Commands.StatusAsync(gateway);
        Assert.Equal(1, status["tunnels"]!["handshakes"]!["upstream_timed_out"]!.GetValue<long>());
        Assert.Equal(0, status["tunnels"]!["opened"]!.GetValue<long>());
        await Gateways.AssertNothingLeftAsync(gateway, atRest);

        await network.DropToInsideAsync(false);
        await using var pair = await ToInsideAsync(listener, gateway, "/");
    }

    /// <summary>A client that gives up while its upstream is being connected to: nobody waits for that any more.</summary>
    [Fact]
    public async Task Client_ResetsWhileTheSynIsDropped_Is499AtOnce()
    {
        await using var network = await Gateways.NetworkOrSkipAsync();
        using var listener = await network.ListenInsideAsync();
        await using var gateway = await StartAsync(IPAddress.Loopback, AddressOf(listener), text => text.Replace("proxy_connect_timeout 1s", "proxy_connect_timeout 60s", StringComparison.Ordinal));
        int atRest = await Gateways.DescriptorsAtRestWithoutTunnelAsync(gateway);
        await network.DropToInsideAsync(true);
        await using var client = await RawClient.ConnectAsync(gateway.Port());
        await client.SendAsync(WebSocketBytes.Handshake("/"));
        Assert.True(await Wait.UntilAsync(IsConnectingAsync, Patience), gateway.Describe());

        client.Reset();

        await AssertLoggedAsync(gateway, "/ 499 ");
        await Gateways.AssertNothingLeftAsync(gateway, atRest);

        async Task<bool> IsConnectingAsync() => (await Commands.StatusAsync(gateway))["upstreams"]![0]!["servers"]![0]!["active"]!.GetValue<long>() == 1;
    }

    [Theory]
    [InlineData("in")]
    [InlineData("out")]
    [InlineData("both")]
    public async Task Packets_VanishForSeconds_TheTunnelSurvivesAndNothingIsLost(string direction)
    {
        await using var network = await Gateways.NetworkOrSkipAsync();
        using var listener = await network.ListenInsideAsync();
        await using var gateway = await StartAsync(IPAddress.Loopback, AddressOf(listener));
        await using var pair = await ToInsideAsync(listener, gateway, "/patient");
        var atServer = ReadTextsAsync(pair.NextAtServerAsync, 30);
        var atClient = ReadTextsAsync(pair.NextAtClientAsync, 30);
        for (int i = 0; i < 30; i++)
        {
            if (i == 10) await SetAsync(true);
            if (i == 20)
            {
                await Task.Delay(TimeSpan.FromSeconds(2.5), TestContext.Current.CancellationToken);
                await SetAsync(false);
            }
            await pair.Client.SendAsync(Masked(WebSocketOpcode.Text, $"up {i}"));
            await pair.Server.SendAsync(Frame(WebSocketOpcode.Text, $"down {i}"));
        }

        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"up {i}"), await atServer);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"down {i}"), await atClient);
        Assert.Equal(1, (await Commands.StatusAsync(gateway))["tunnels"]!["open"]!.GetValue<long>());

        async Task SetAsync(bool isDropping)
        {
            if (direction is not "out") await network.DropToInsideAsync(isDropping);
            if (direction is not "in") await network.DropToOutsideAsync(isDropping);
        }
    }

    [Fact]
    public async Task Client_VanishesWithAFullBuffer_IsGivenUpAfterSendTimeout()
    {
        await using var network = await Gateways.NetworkOrSkipAsync();
        await using var server = new RawServer();
        await using var gateway = await StartAsync(network.Outside, $"127.0.0.1:{server.Port}");
        int atRest = await Gateways.DescriptorsAtRestWithoutTunnelAsync(gateway);
        await using var pair = await FromInsideAsync(network, gateway, server, "/stalled");
        var atServer = pair.NextAtServerAsync();
        await network.DropAllAsync(true);
        await FillAsync(pair.Server, Frame(WebSocketOpcode.Binary, new string('x', 60_000)), atServer);
        Assert.Equal(1011, await CloseCodeAsync(atServer));
        await pair.Server.DisposeAsync();
        await AssertLoggedAsync(gateway, "/stalled 101 client_stalled gateway 1011");
        await Gateways.AssertNothingLeftAsync(gateway, atRest);
    }

    [Fact]
    public async Task Upstream_VanishesWithAFullBuffer_IsGivenUpAfterSendTimeout()
    {
        await using var network = await Gateways.NetworkOrSkipAsync();
        using var listener = await network.ListenInsideAsync();
        await using var gateway = await StartAsync(IPAddress.Loopback, AddressOf(listener));
        int atRest = await Gateways.DescriptorsAtRestWithoutTunnelAsync(gateway);
        await using var pair = await ToInsideAsync(listener, gateway, "/stalled");
        var atClient = pair.NextAtClientAsync();
        await network.DropAllAsync(true);
        await FillAsync(pair.Client, Masked(WebSocketOpcode.Binary, new string('x', 60_000)), atClient);
        Assert.Equal(1014, await CloseCodeAsync(atClient));
        await pair.Client.DisposeAsync();
        await AssertLoggedAsync(gateway, "/stalled 101 upstream_stalled gateway 1014");
        await Gateways.AssertNothingLeftAsync(gateway, atRest);
    }

    private static Task<GatewayProcess> StartAsync(IPAddress clients, string server, Func<string, string>? change = null) => GatewayProcess.StartAsync(
        GatewayExecutable.Hawser, change?.Invoke(Configuration) ?? Configuration, new GatewayOptions
        {
            Placeholders = new Dictionary<string, string> { ["SERVER"] = server, ["CLIENTS"] = clients.ToString() },
        });

    private static string AddressOf(Socket listener) => listener.LocalEndPoint!.ToString()!;

    /// <summary>A tunnel whose client is behind the network.</summary>
    private static async Task<TunnelPair> FromInsideAsync(NetworkNamespace network, GatewayProcess gateway, RawServer server, string target)
    {
        var socket = await network.ClientInsideAsync();
        await socket.ConnectAsync(network.Outside, gateway.Port()).WaitAsync(Patience);
        var client = RawClient.Over(socket);
        await client.SendAsync(WebSocketBytes.Handshake(target));
        var accepted = await server.AcceptWebSocketAsync();
        Assert.Equal(101, (await client.ReadReplyAsync(timeout: Patience))?.Status);
        return new TunnelPair(client, accepted);
    }

    /// <summary>A tunnel whose upstream is behind the network.</summary>
    private static async Task<TunnelPair> ToInsideAsync(Socket listener, GatewayProcess gateway, string target)
    {
        var client = await RawClient.ConnectAsync(gateway.Port());
        await client.SendAsync(WebSocketBytes.Handshake(target));
        var server = RawClient.Over(await listener.AcceptAsync().WaitAsync(Patience));
        await server.ReadUntilAsync("\r\n\r\n", Patience);
        await server.SendAsync(WebSocketBytes.SwitchingProtocols());
        Assert.Equal(101, (await client.ReadReplyAsync(timeout: Patience))?.Status);
        return new TunnelPair(client, server);
    }

    private static async Task<List<string?>> ReadTextsAsync(Func<Task<WebSocketFrame?>> next, int count)
    {
        var texts = new List<string?>();
        while (texts.Count < count)
            texts.Add((await next())?.Payload);
        return texts;
    }

    /// <summary>Sends until the way is full, or the other side's end hears of it.</summary>
    private static async Task FillAsync(RawClient from, string frame, Task told)
    {
        try
        {
            for (int i = 0; i < 2000 && !told.IsCompleted && from.State == ConnectionState.Open; i++)
                await from.SendAsync(frame);
        }
        catch (TimeoutException)
        {
            // The way is full, which is what this is for.
        }
    }

    private static Task AnswerCloseAsync(RawClient end, int code, bool isMasked)
    {
        string payload = $"{(char)(code >> 8)}{(char)(code & 0xFF)}";
        return end.SendAsync(isMasked ? Masked(WebSocketOpcode.Close, payload) : Frame(WebSocketOpcode.Close, payload));
    }

    private static async Task AssertLoggedAsync(GatewayProcess gateway, string line) =>
        Assert.True(
            await Wait.UntilAsync(() => gateway.Directory.Read("access.log").Contains(line, StringComparison.Ordinal), Patience),
            string.Create(CultureInfo.InvariantCulture, $"no line \"{line}\" in:\n{gateway.Directory.Read("access.log")}\n{gateway.Describe()}"));
}
