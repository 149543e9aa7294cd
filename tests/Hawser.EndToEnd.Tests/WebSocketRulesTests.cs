using Hawser.Testing;
using static Hawser.EndToEnd.Tests.TunnelPair;

namespace Hawser.EndToEnd.Tests;

/// <summary>What the gateway itself does on a WebSocket: pings, limits, endings. Both ends are raw, so that every byte is seen.</summary>
public sealed class WebSocketRulesTests(WebSocketRulesFixture fixture) : IClassFixture<WebSocketRulesFixture>
{
    [Fact]
    public async Task Ping_OfTheGateway_IsAnsweredWithoutTheOtherSideNoticing()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair pair = await OpenAsync(gateway, server, "/ping");
        WebSocketFrame? atClient = await pair.Client.ReadFrameAsync(Patience);
        WebSocketFrame? atServer = await pair.Server.ReadFrameAsync(Patience);
        Assert.Equal((WebSocketOpcode.Ping, WebSocketOpcode.Ping), (atClient?.Opcode, atServer?.Opcode));
        foreach (char one in Masked(WebSocketOpcode.Pong, atClient!.Payload))
        {
            await pair.Client.SendAsync(one.ToString());
            await Task.Delay(2);
        }
        await pair.Server.SendAsync(Frame(WebSocketOpcode.Pong, atServer!.Payload) + Frame(WebSocketOpcode.Pong, "own") + Frame(WebSocketOpcode.Text, "down"));
        await pair.Client.SendAsync(Masked(WebSocketOpcode.Pong, "own") + Masked(WebSocketOpcode.Text, "up"));

        Assert.Equal(new WebSocketFrame(WebSocketOpcode.Pong, "own"), await pair.NextAtServerAsync());
        Assert.Equal(new WebSocketFrame(WebSocketOpcode.Text, "up"), await pair.NextAtServerAsync());
        Assert.Equal(new WebSocketFrame(WebSocketOpcode.Pong, "own"), await pair.NextAtClientAsync());
        Assert.Equal(new WebSocketFrame(WebSocketOpcode.Text, "down"), await pair.NextAtClientAsync());
    }

    [Fact]
    public async Task Ping_InTheMiddleOfAFrame_WaitsForItsEnd()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair pair = await OpenAsync(gateway, server, "/ping");
        string frame = Frame(WebSocketOpcode.Binary, new string('x', 1000));
        await pair.Server.SendAsync(frame[..500]);
        Assert.Equal(frame[..500], await pair.Client.ReadAsync(500));
        await Task.Delay(700);
        await pair.Server.SendAsync(frame[500..] + Frame(WebSocketOpcode.Text, "next"));
        Assert.Equal(frame[500..], await pair.Client.ReadAsync(frame.Length - 500));
        Assert.Equal(WebSocketOpcode.Ping, (await pair.Client.ReadFrameAsync(Patience))?.Opcode);
        Assert.Equal("next", (await pair.NextAtClientAsync())?.Payload);
    }

    [Theory]
    [InlineData(true, "client_unresponsive", 1011)]
    [InlineData(false, "upstream_unresponsive", 1014)]
    public async Task Peer_DoesNotAnswerPings_IsDeadAndTheOtherOneIsTold(bool clientIsDead, string reason, int code)
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair pair = await OpenAsync(gateway, server, "/dead");
        Assert.Equal(code, await CloseCodeAsync(clientIsDead ? pair.NextAtServerAsync() : pair.NextAtClientAsync()));
        await AssertLoggedAsync(gateway, $"/dead {reason} gateway {code} 0 0");
    }

    [Fact]
    public async Task Peer_SendsWithoutAnsweringPings_IsAlive()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair pair = await OpenAsync(gateway, server, "/ping");
        Task<WebSocketFrame?> atServer = pair.NextAtServerAsync();
        Assert.Equal(WebSocketOpcode.Ping, (await pair.Client.ReadFrameAsync(Patience))?.Opcode);
        await pair.Client.SendAsync(Masked(WebSocketOpcode.Text, "busy"));
        Assert.Equal("busy", (await atServer)?.Payload);
    }

    [Fact]
    public async Task Endpoint_Vanishes_TheOtherOneIsTold()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        int atRest = -1;
        foreach (bool isReset in new[] { false, true })
        {
            foreach (bool isClient in new[] { true, false })
            {
                await using TunnelPair pair = await OpenAsync(gateway, server);
                RawClient gone = isClient ? pair.Client : pair.Server;
                if (isReset) gone.Reset();
                else await gone.DisposeAsync();
                Assert.Equal(isClient ? 1011 : 1014, await CloseCodeAsync(isClient ? pair.NextAtServerAsync() : pair.NextAtClientAsync()));
                Assert.NotEqual(ConnectionState.Open, await (isClient ? pair.Server : pair.Client).WaitForEndAsync(Patience));
            }
            if (atRest < 0) atRest = await Gateways.DescriptorsAtRestWithoutTunnelAsync(gateway);
        }
        await Gateways.AssertNoDescriptorLeakAsync(gateway, atRest);
    }

    [Fact]
    public async Task Closing_OfTheEndpoints_PassesUnchanged()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair pair = await OpenAsync(gateway, server, "/book");
        await pair.Client.SendAsync(Masked(WebSocketOpcode.Close, "\u0003\u00E9bye"));
        Assert.Equal(new WebSocketFrame(WebSocketOpcode.Close, "\u0003\u00E9bye"), await pair.Server.ReadFrameAsync(Patience));
        await pair.Server.SendAsync(Frame(WebSocketOpcode.Close, "\u0003\u00E9"));
        await pair.Server.DisposeAsync();
        Assert.Equal(Frame(WebSocketOpcode.Close, "\u0003\u00E9"), await pair.Client.ReadToEndAsync(Patience));
        await AssertLoggedAsync(gateway, "/book client_closed client 1001 0 0");
    }

    [Theory]
    [InlineData("/message")]
    [InlineData("/frame")]
    public async Task Message_TooBig_ClosesBothSidesWith1009(string target)
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair fits = await OpenAsync(gateway, server, target);
        await fits.Client.SendAsync(Masked(WebSocketOpcode.Text, new string('a', 100)));
        Assert.Equal(100, (await fits.NextAtServerAsync())?.Payload.Length);

        await using TunnelPair pair = await OpenAsync(gateway, server, target);
        await pair.Server.SendAsync(Frame(WebSocketOpcode.Text, new string('a', 101)));
        Assert.Equal(1009, await CloseCodeAsync(pair.NextAtClientAsync()));
        Assert.Equal(1009, await CloseCodeAsync(pair.NextAtServerAsync()));
    }

    [Fact]
    public async Task Message_TooBigOverFragments_ClosesWith1009BeforeTheLastOne()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair pair = await OpenAsync(gateway, server, "/message");
        await pair.Client.SendAsync(Masked(WebSocketOpcode.Text, new string('a', 60), isFinal: false) + Masked(WebSocketOpcode.Continuation, new string('b', 41)));
        Assert.Equal(60, (await pair.NextAtServerAsync())?.Payload.Length);
        Assert.Equal(1009, await CloseCodeAsync(pair.NextAtServerAsync()));
        Assert.Equal(1009, await CloseCodeAsync(pair.NextAtClientAsync()));
        await AssertLoggedAsync(gateway, "/message client_message_too_big gateway 1009 0 0");
    }

    [Fact]
    public async Task Lifetime_Reached_ClosesWith1001AtTheNextBoundary()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair pair = await OpenAsync(gateway, server, "/life");
        string frame = Frame(WebSocketOpcode.Binary, new string('x', 200));
        await pair.Server.SendAsync(frame[..100]);
        Assert.Equal(1001, await CloseCodeAsync(pair.NextAtServerAsync()));
        await pair.Server.SendAsync(frame[100..]);
        Assert.Equal(200, (await pair.NextAtClientAsync())?.Payload.Length);
        Assert.Equal(1001, await CloseCodeAsync(pair.NextAtClientAsync()));
    }

    [Fact]
    public async Task Heartbeat_Configured_IsAnsweredByTheGatewayBetweenMessages()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair pair = await OpenAsync(gateway, server, "/beat");
        await pair.Client.SendAsync(Masked(WebSocketOpcode.Text, "ping"));
        Assert.Equal("pong", (await pair.NextAtClientAsync())?.Payload);
        await pair.Server.SendAsync(Frame(WebSocketOpcode.Text, "frag", isFinal: false));
        Assert.Equal("frag", (await pair.NextAtClientAsync())?.Payload);
        await pair.Client.SendAsync(Masked(WebSocketOpcode.Text, "ping") + Masked(WebSocketOpcode.Text, "Ping") + Masked(WebSocketOpcode.Binary, "ping"));
        Assert.Equal(new WebSocketFrame(WebSocketOpcode.Text, "Ping"), await pair.NextAtServerAsync());
        Assert.Equal(new WebSocketFrame(WebSocketOpcode.Binary, "ping"), await pair.NextAtServerAsync());
        await pair.Server.SendAsync(Frame(WebSocketOpcode.Continuation, "ment") + Frame(WebSocketOpcode.Text, "next"));
        Assert.Equal(["ment", "pong", "next"], [(await pair.NextAtClientAsync())?.Payload, (await pair.NextAtClientAsync())?.Payload, (await pair.NextAtClientAsync())?.Payload]);
    }

    [Fact]
    public async Task Rate_ExceededWithPause_DelaysAndLosesNothing()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair pair = await OpenAsync(gateway, server, "/rate");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await pair.Client.SendAsync(string.Concat(Enumerable.Range(0, 12).Select(i => Masked(WebSocketOpcode.Text, $"{i}"))));
        for (int i = 0; i < 12; i++)
            Assert.Equal($"{i}", (await pair.NextAtServerAsync())?.Payload);
        Assert.InRange(watch.Elapsed.TotalMilliseconds, 400, 30_000); // ten of them at 20 a second
    }

    [Fact]
    public async Task Rate_ExceededWithClose_ClosesWith1008()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair pair = await OpenAsync(gateway, server, "/ratestop");
        await pair.Client.SendAsync(string.Concat(Enumerable.Repeat(Masked(WebSocketOpcode.Text, "m"), 20)));
        Assert.Equal("m", (await pair.NextAtServerAsync())?.Payload);
        Assert.Equal(1008, await CloseCodeAsync(pair.NextAtClientAsync()));
    }

    [Fact]
    public async Task Misframed_Strict_ClosesBothSidesWith1002()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair pair = await OpenAsync(gateway, server, "/strict");
        await pair.Client.SendAsync("\u0083\u0080abcd");
        Assert.Equal(1002, await CloseCodeAsync(pair.NextAtServerAsync()));
        Assert.Equal(1002, await CloseCodeAsync(pair.NextAtClientAsync()));
    }

    [Fact]
    public async Task Misframed_NotStrict_GoesOnAsPlainBytes()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair pair = await OpenAsync(gateway, server);
        await pair.Client.SendAsync("not a frame at all");
        Assert.Equal("not a frame at all", await pair.Server.ReadAsync(18));
        await pair.Server.SendAsync("nor this");
        Assert.Equal("nor this", await pair.Client.ReadAsync(8));
        Assert.Contains("websocket goes on as plain bytes", gateway.ErrorLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Idle_ReadTimeoutSet_PingsDoNotCount()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair pair = await OpenAsync(gateway, server, "/idle");
        Task<int> atServer = CloseCodeAsync(pair.NextAtServerAsync());
        Assert.Equal(1001, await CloseCodeAsync(pair.NextAtClientAsync()));
        Assert.Equal(1001, await atServer);
        await AssertLoggedAsync(gateway, "/idle idle gateway 1001 0 0");
    }

    [Theory]
    [InlineData(null, 101)]
    [InlineData("http://localhost", 101)]
    [InlineData("https://localhost:443", 101)]
    [InlineData("HTTPS://Sub.Example.Com", 101)]
    [InlineData("https://a.b.example.com:8443", 403)]
    [InlineData("https://app.example.org", 101)]
    [InlineData("http://app.example.org", 403)]
    [InlineData("https://example.com", 403)]
    [InlineData("https://notexample.com", 403)]
    [InlineData("https://x1.y", 101)]
    [InlineData("https://localhost.evil.example", 403)]
    [InlineData("null", 403)]
    public async Task Origin_OfAHandshake_IsHeldAgainstTheList(string? origin, int status)
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using RawClient client = await RawClient.ConnectAsync(gateway.Port());
        await client.SendAsync(origin is null ? WebSocketBytes.Handshake("/origins") : WebSocketBytes.Handshake("/origins", $"Origin: {origin}"));
        if (status == 101)
            await (await server.AcceptWebSocketAsync()).DisposeAsync();
        Assert.Equal(status, (await client.ReadReplyAsync(timeout: Patience))?.Status);
        Assert.False(server.IsAsked);
    }

    [Fact]
    public async Task Quit_OpenWebSockets_AreClosedWith1001AndTheProcessEnds()
    {
        await using var server = new RawServer();
        string configuration = WebSocketRulesFixture.Configuration.Replace("log_format tunnels", "websocket_drain 1s; log_format tunnels", StringComparison.Ordinal);
        await using GatewayProcess gateway = await Gateways.StartAsync(server.Port, configuration);
        await using TunnelPair first = await OpenAsync(gateway, server);
        await using TunnelPair second = await OpenAsync(gateway, server);
        gateway.Send(Signal.Quit);
        foreach (TunnelPair pair in new[] { first, second })
        {
            Assert.Equal(1001, await CloseCodeAsync(pair.NextAtClientAsync()));
            Assert.Equal(1001, await CloseCodeAsync(pair.NextAtServerAsync()));
            await pair.DisposeAsync();
        }
        Assert.Equal(0, await gateway.WaitForExitAsync(Patience));
        Assert.Contains("/ drained gateway 1001 0 0", gateway.Directory.Read("access.log"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Term_OpenWebSocket_GetsItsCloseFrame()
    {
        await using var server = new RawServer();
        await using GatewayProcess gateway = await Gateways.StartAsync(server.Port, WebSocketRulesFixture.Configuration);
        await using TunnelPair pair = await OpenAsync(gateway, server);
        gateway.Send(Signal.Term);
        Assert.Equal(1001, await CloseCodeAsync(pair.NextAtClientAsync()));
        Assert.Equal(1001, await CloseCodeAsync(pair.NextAtServerAsync()));
        Assert.Equal(0, await gateway.WaitForExitAsync(Patience));
    }

    [Fact]
    public async Task Reload_WorkerShutdownTimeout_ClosesTheOldGenerationWith1001()
    {
        await using var server = new RawServer();
        string configuration = "worker_shutdown_timeout 300ms;\n" + WebSocketRulesFixture.Configuration;
        await using GatewayProcess gateway = await Gateways.StartAsync(server.Port, configuration);
        await using TunnelPair old = await OpenAsync(gateway, server, "/old");
        await gateway.ReloadAsync();
        Assert.Equal(1001, await CloseCodeAsync(old.NextAtClientAsync()));
        await using TunnelPair pair = await OpenAsync(gateway, server);
        await pair.Client.SendAsync(Masked(WebSocketOpcode.Text, "still"));
        Assert.Equal("still", (await pair.NextAtServerAsync())?.Payload);
        await old.DisposeAsync();
        await AssertLoggedAsync(gateway, "/old shutdown_timeout gateway 1001 0 0");
    }

    /// <summary>Bytes are those behind the handshake, headers of frames included, by who sent them.</summary>
    [Fact]
    public async Task Variables_OfATunnelWithoutPings_SayWhatItCarried()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        string up = Masked(WebSocketOpcode.Text, "12345");
        string down = Frame(WebSocketOpcode.Text, "123456789");
        await using (TunnelPair pair = await OpenAsync(gateway, server, "/numbers", "Sec-WebSocket-Protocol: chat"))
        {
            await pair.Client.SendAsync(up);
            Assert.Equal("12345", (await pair.NextAtServerAsync())?.Payload);
            await pair.Server.SendAsync(down + down);
            Assert.Equal(["123456789", "123456789"], [(await pair.NextAtClientAsync())?.Payload, (await pair.NextAtClientAsync())?.Payload]);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        string line = await NumbersAsync(gateway, "/numbers received");
        Assert.StartsWith($"/numbers received {up.Length} sent {down.Length * 2} rtt - protocol chat duration ", line, StringComparison.Ordinal);
        Assert.InRange(double.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture), 0.05, 60);
    }

    [Fact]
    public async Task Variables_OfATunnelWithPings_HaveTheClientsRoundTrip()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using (TunnelPair pair = await OpenAsync(gateway, server, "/numbers/ping"))
        {
            WebSocketFrame? ping = await pair.Client.ReadFrameAsync(Patience);
            Assert.Equal(WebSocketOpcode.Ping, ping?.Opcode);
            await Task.Delay(100, TestContext.Current.CancellationToken);
            await pair.Client.SendAsync(Masked(WebSocketOpcode.Pong, ping!.Payload) + Masked(WebSocketOpcode.Text, "answered"));
            Assert.Equal("answered", (await pair.NextAtServerAsync())?.Payload);
        }
        string[] words = (await NumbersAsync(gateway, "/numbers/ping received")).Split(' ');
        Assert.Equal(("rtt", "protocol", "-"), (words[5], words[7], words[8]));
        Assert.InRange(double.Parse(words[6], System.Globalization.CultureInfo.InvariantCulture), 0.09, 60); // a delay may end some milliseconds early by the gateway's clock
    }

    /// <summary>Where frames cannot be found any more, nothing is known of messages: neither their size, nor their rate, nor which of them is a heartbeat.</summary>
    [Fact]
    public async Task Misframed_NotStrict_EndsTheLimitsToo()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using TunnelPair pair = await OpenAsync(gateway, server, "/limits");
        await pair.Client.SendAsync("no frame");
        Assert.Equal("no frame", await pair.Server.ReadAsync(8));
        string large = Masked(WebSocketOpcode.Text, "more than ten bytes");
        string beat = Masked(WebSocketOpcode.Text, "ping");
        await pair.Client.SendAsync(large + large + beat);
        Assert.Equal(large + large + beat, await pair.Server.ReadAsync((large + large + beat).Length));
        await pair.Server.SendAsync(Frame(WebSocketOpcode.Text, "more than ten bytes"));
        Assert.Equal("more than ten bytes", (await pair.NextAtClientAsync())?.Payload);
    }

    private static async Task<string> NumbersAsync(GatewayProcess gateway, string start)
    {
        string? line = null;
        Assert.True(await Wait.UntilAsync(() => (line = gateway.Directory.Read("numbers.log").Split('\n').SkipLast(1).FirstOrDefault(l => l.StartsWith(start, StringComparison.Ordinal))) is not null, Patience), gateway.Describe());
        return line!;
    }

    [Fact]
    public async Task AccessLog_WithMoments_HasALineForEach()
    {
        (RawServer server, GatewayProcess gateway) = fixture;
        await using (TunnelPair pair = await OpenAsync(gateway, server, "/moments"))
        {
            Assert.True(await Wait.UntilAsync(() => Lines() >= 2, Patience), gateway.Describe());
            await pair.Client.SendAsync(Masked(WebSocketOpcode.Text, "x"));
            Assert.Equal("x", (await pair.NextAtServerAsync())?.Payload);
        }
        Assert.True(await Wait.UntilAsync(() => gateway.Directory.Read("moments.log").Contains("client_vanished client 1006 1 0", StringComparison.Ordinal), Patience), gateway.Describe());
        Assert.StartsWith("/moments - - - 0 0", gateway.Directory.Read("moments.log"), StringComparison.Ordinal);

        int Lines() => gateway.Directory.Read("moments.log").Count(c => c == '\n');
    }

    private static async Task AssertLoggedAsync(GatewayProcess gateway, string line) =>
        Assert.True(
            await Wait.UntilAsync(() => gateway.Directory.Read("access.log").Contains(line, StringComparison.Ordinal), Patience),
            $"no line \"{line}\" in:\n{gateway.Directory.Read("access.log")}\n{gateway.Describe()}");
}
