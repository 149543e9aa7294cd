using Hawser.Testing;
using static Hawser.EndToEnd.Tests.TunnelPair;

namespace Hawser.EndToEnd.Tests;

/// <summary>A reset or a half-close in every state that a handshake and a tunnel can be in: what the other side hears, what is logged, and that nothing is left.</summary>
public sealed class TunnelStateFaultTests
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 256; }
        http {
            log_format tunnels '$request_uri $status $websocket_end_reason $websocket_closed_by $websocket_close_code';
            access_log access.log tunnels;
            upstream backend { server 127.0.0.1:%%BACKEND%%; }
            server {
                listen 127.0.0.1:%%PORT_0%%;
                location / { proxy_pass http://backend; }
                location /stalled { proxy_pass http://backend; websocket_drain 100ms; websocket_ping_interval off; send_timeout 1s; proxy_send_timeout 1s; }
                location /plain {
                    websocket nginx;
                    proxy_pass http://backend;
                    proxy_http_version 1.1;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection upgrade;
                    limit_rate 200;
                    proxy_limit_rate 200;
                }
            }
        }
        """;

    private static readonly string s_close = Frame(WebSocketOpcode.Close, "\x03\xE8");
    private static readonly string s_maskedClose = Masked(WebSocketOpcode.Close, "\x03\xE8");

    [Fact]
    public async Task Client_ResetsBeforeItsRequestIsWhole_NobodyIsAsked()
    {
        await using var rig = await Rig.StartAsync();
        string handshake = WebSocketBytes.Handshake("/");
        foreach (int length in new[] { 0, 1, 10, handshake.Length / 2, handshake.Length - 1 })
        {
            await using RawClient client = await RawClient.ConnectAsync(rig.Gateway.Port());
            await client.SendAsync(handshake[..length]);
            client.Reset();
        }
        await rig.AssertNothingLeftAsync(opened: 0);
        Assert.False(rig.Server.IsAsked);
        Assert.DoesNotContain("101", rig.Gateway.Directory.Read("access.log"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_ResetsBeforeThe101_TheUpstreamSeesAnEnd()
    {
        await using var rig = await Rig.StartAsync();
        await using TunnelPair asked = await rig.AskAsync();
        (RawClient client, RawClient server) = (asked.Client, asked.Server);
        client.Reset();
        Assert.NotEqual(ConnectionState.Open, await server.WaitForEndAsync(Patience));
        await rig.AssertLoggedAsync("/ 499 ");
        await rig.AssertNothingLeftAsync(opened: 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(-1)]
    public async Task Upstream_ResetsBeforeThe101IsWhole_Is502(int sent)
    {
        await using var rig = await Rig.StartAsync();
        await using TunnelPair asked = await rig.AskAsync();
        (RawClient client, RawClient server) = (asked.Client, asked.Server);
        string answer = WebSocketBytes.SwitchingProtocols();
        await server.SendAsync(sent < 0 ? answer[..^1] : answer[..sent]);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        server.Reset();
        Assert.Equal(502, (await client.ReadReplyAsync(timeout: Patience))?.Status);
        await client.DisposeAsync();
        await rig.AssertLoggedAsync("/ 502 ");
        await rig.AssertNothingLeftAsync(opened: 0);
    }

    [Fact]
    public async Task Upstream_SendsAFrameBehindThe101AndResets_TheFrameArrivesAndThe1014()
    {
        await using var rig = await Rig.StartAsync();
        await using TunnelPair asked = await rig.AskAsync();
        (RawClient client, RawClient server) = (asked.Client, asked.Server);
        await server.SendAsync(WebSocketBytes.SwitchingProtocols() + Frame(WebSocketOpcode.Text, "first"));
        Assert.Equal(101, (await client.ReadReplyAsync(timeout: Patience))?.Status);
        Assert.Equal("first", (await client.ReadFrameAsync(Patience))?.Payload);
        server.Reset();
        Assert.Equal(1014, await CloseCodeAsync(client.ReadFrameAsync(Patience)));
        await client.DisposeAsync();
        await rig.AssertLoggedAsync("/ 101 upstream_vanished upstream 1006");
        await rig.AssertNothingLeftAsync(opened: 1);
    }

    [Fact]
    public async Task Client_SendsAFrameWithItsHandshakeAndResets_TheFrameArrivesAndThe1011()
    {
        await using var rig = await Rig.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(rig.Gateway.Port());
        await client.SendAsync(WebSocketBytes.Handshake("/") + Masked(WebSocketOpcode.Text, "first"));
        await using RawClient server = await rig.Server.AcceptWebSocketAsync();
        Assert.Equal("first", (await server.ReadFrameAsync(Patience))?.Payload);
        client.Reset();
        Assert.Equal(1011, await CloseCodeAsync(server.ReadFrameAsync(Patience)));
        await rig.AssertLoggedAsync("/ 101 client_vanished client 1006");
        await rig.AssertNothingLeftAsync(opened: 1);
    }

    /// <summary>Both sides, each with a reset and a half-close, between frames, within one, and with a close frame sent or received.</summary>
    [Theory]
    [CombinatorialFaults]
    public async Task Tunnel_OneSideEnds_TheOtherHearsOfItForTheRightReason(string side, string how, string state)
    {
        await using var rig = await Rig.StartAsync();
        await using TunnelPair pair = await OpenAsync(rig.Gateway, rig.Server);
        bool isClient = side == "client";
        (RawClient self, RawClient other) = isClient ? (pair.Client, pair.Server) : (pair.Server, pair.Client);
        Func<Task<WebSocketFrame?>> atOther = isClient ? pair.NextAtServerAsync : pair.NextAtClientAsync;
        string text = isClient ? Masked(WebSocketOpcode.Text, "half a frame") : Frame(WebSocketOpcode.Text, "half a frame");
        if (state == "within a frame") await self.SendAsync(text[..9]);
        if (state == "has closed") await self.SendAsync(isClient ? s_maskedClose : s_close);
        if (state == "is asked to close") await other.SendAsync(isClient ? s_close : s_maskedClose);
        if (state is "has closed") Assert.Equal(1000, await CloseCodeAsync(atOther()));
        if (state is "is asked to close") Assert.Equal(1000, await CloseCodeAsync(isClient ? pair.NextAtClientAsync() : pair.NextAtServerAsync()));

        if (how == "reset") self.Reset();
        else self.EndSending();

        // Told by a close frame at a boundary; cut within a frame, which nobody can finish, and where the endpoints have said it themselves.
        int told = state == "between frames" ? isClient ? 1011 : 1014 : 0;
        if (told != 0) Assert.Equal(told, await CloseCodeAsync(atOther()));
        Assert.NotEqual(ConnectionState.Open, await other.WaitForEndAsync(Patience));
        await other.DisposeAsync();
        string opposite = isClient ? "upstream" : "client";
        await rig.AssertLoggedAsync(state switch
        {
            "has closed" => $"/ 101 {side}_closed {side} 1000",
            "is asked to close" => $"/ 101 {opposite}_closed {opposite} 1000",
            _ => $"/ 101 {side}_vanished {side} 1006",
        });
        await rig.AssertNothingLeftAsync(opened: 1);
    }

    [Fact]
    public async Task Both_TakeNothing_TheTunnelIsGivenUpAfterSendTimeout()
    {
        await using var rig = await Rig.StartAsync(receiveBuffer: 16384);
        await using TunnelPair pair = await OpenAsync(rig.Gateway.Port(), rig.Server, "/stalled", [], receiveBuffer: 16384);
        await Task.WhenAll(FillAsync(pair.Client, Masked(WebSocketOpcode.Binary, new string('x', 60_000))), FillAsync(pair.Server, Frame(WebSocketOpcode.Binary, new string('x', 60_000))));
        Assert.True(await Wait.UntilAsync(() => rig.Gateway.Directory.Read("access.log").Contains("_stalled gateway 101", StringComparison.Ordinal), Patience), rig.Gateway.Describe());
        Assert.Matches("/stalled 101 (client_stalled gateway 1011|upstream_stalled gateway 1014)\n", rig.Gateway.Directory.Read("access.log"));
        await pair.DisposeAsync();
        await rig.AssertNothingLeftAsync(opened: 1);
    }

    /// <summary>A tunnel that is being closed has one deadline, whatever its client's send_timeout would say meanwhile.</summary>
    [Fact]
    public async Task Quit_WhileAClientTakesNothing_EndsInTime()
    {
        await using var rig = await Rig.StartAsync();
        await using TunnelPair pair = await OpenAsync(rig.Gateway.Port(), rig.Server, "/stalled", [], receiveBuffer: 16384);
        Task filling = FillAsync(pair.Server, Frame(WebSocketOpcode.Binary, new string('x', 60_000)));
        await Task.Delay(300, TestContext.Current.CancellationToken);
        rig.Gateway.Send(Signal.Quit);
        Assert.Equal(0, await rig.Gateway.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        await filling;
        Assert.Matches("/stalled 101 (drained gateway 1001|client_stalled gateway 1011)\n", rig.Gateway.Directory.Read("access.log"));
    }

    [Theory]
    [InlineData("client")]
    [InlineData("upstream")]
    public async Task Plain_HalfClose_EndsBothAfterWhatWasSent(string side)
    {
        await using var rig = await Rig.StartAsync();
        await using TunnelPair pair = await OpenAsync(rig.Gateway, rig.Server, "/plain");
        (RawClient self, RawClient other) = side == "client" ? (pair.Client, pair.Server) : (pair.Server, pair.Client);
        await self.SendAsync("the last word");
        self.EndSending();
        Assert.Equal("the last word", await other.ReadToEndAsync(Patience));
        await rig.AssertLoggedAsync("/plain 101 " + side + "_closed " + side + " ");
        await rig.AssertNothingLeftAsync(opened: 1);
    }

    /// <summary>As in nginx, rates are for responses: at 200 bytes a second this would take minutes, and nginx would never end the tunnel.</summary>
    [Fact]
    public async Task LimitRate_DoesNotHoldBackATunnel()
    {
        await using var rig = await Rig.StartAsync();
        await using TunnelPair pair = await OpenAsync(rig.Gateway, rig.Server, "/plain");
        string bytes = new('x', 60_000);
        await pair.Server.SendAsync(bytes);
        Assert.Equal(bytes, await pair.Client.ReadAsync(bytes.Length, TimeSpan.FromSeconds(5)));
        await pair.Client.SendAsync(bytes);
        Assert.Equal(bytes, await pair.Server.ReadAsync(bytes.Length, TimeSpan.FromSeconds(5)));
        pair.Client.EndSending();
        Assert.Equal(ConnectionState.Closed, await pair.Client.WaitForEndAsync(TimeSpan.FromSeconds(5)));
        await rig.AssertNothingLeftAsync(opened: 1);
    }

    private static async Task FillAsync(RawClient from, string frame)
    {
        try
        {
            for (int i = 0; i < 2000 && from.State == ConnectionState.Open; i++) await from.SendAsync(frame);
        }
        catch (TimeoutException)
        {
            // The way is full, which is what this is for.
        }
    }

    /// <summary>A gateway in front of a server in a test's hands, and what it had open before anything came.</summary>
    private sealed record Rig(RawServer Server, GatewayProcess Gateway, int AtRest) : IAsyncDisposable
    {
        public static async Task<Rig> StartAsync(int? receiveBuffer = null)
        {
            var server = new RawServer(receiveBuffer);
            GatewayProcess gateway = await Gateways.StartAsync(server.Port, Configuration);
            return new Rig(server, gateway, await Gateways.DescriptorsAtRestWithoutTunnelAsync(gateway));
        }

        /// <summary>A handshake that has reached the upstream and is not answered yet.</summary>
        public async Task<TunnelPair> AskAsync()
        {
            RawClient client = await RawClient.ConnectAsync(Gateway.Port());
            await client.SendAsync(WebSocketBytes.Handshake("/"));
            RawClient server = await Server.AcceptAsync();
            await server.ReadUntilAsync("\r\n\r\n", Patience);
            return new TunnelPair(client, server);
        }

        public async Task AssertLoggedAsync(string line) => Assert.True(
            await Wait.UntilAsync(() => Gateway.Directory.Read("access.log").Contains(line, StringComparison.Ordinal), Patience),
            $"no line \"{line}\" in:\n{Gateway.Directory.Read("access.log")}\n{Gateway.Describe()}");

        public async Task AssertNothingLeftAsync(int opened)
        {
            await Gateways.AssertNothingLeftAsync(Gateway, AtRest);
            Assert.Equal(opened, (await Commands.StatusAsync(Gateway))["tunnels"]!["opened"]!.GetValue<int>());
        }

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await Server.DisposeAsync();
        }
    }

    private sealed class CombinatorialFaultsAttribute : Xunit.v3.DataAttribute
    {
        public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(System.Reflection.MethodInfo testMethod, Xunit.Sdk.DisposalTracker disposalTracker)
        {
            var rows = from side in new[] { "client", "upstream" }
                       from how in new[] { "reset", "half-close" }
                       from state in new[] { "between frames", "within a frame", "has closed", "is asked to close" }
                       select new TheoryDataRow<string, string, string>(side, how, state);
            return new([.. rows]);
        }

        public override bool SupportsDiscoveryEnumeration() => true;
    }
}
