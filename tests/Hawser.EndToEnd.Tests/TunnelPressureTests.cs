using Hawser.Testing;
using static Hawser.EndToEnd.Tests.TunnelPair;

namespace Hawser.EndToEnd.Tests;

/// <summary>One end takes nothing, or sends more than it may: what that means for the other end, and for the way both of them end.</summary>
public sealed class TunnelPressureTests : IAsyncLifetime
{
    // More than the buffers of all sockets on the way.
    private const int Much = 16 << 20;

    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 64; }
        http {
            log_format tunnels '$uri $websocket_end_reason $websocket_closed_by $websocket_close_code';
            access_log access.log tunnels;
            server {
                listen 127.0.0.1:%%PORT_0%%;
                location / { proxy_pass http://127.0.0.1:%%BACKEND%%; }
                location /asked { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_ping_interval 300ms; websocket_ping_timeout 1s; }
                location /idle { proxy_pass http://127.0.0.1:%%BACKEND%%; proxy_read_timeout 1s; websocket_ping_interval off; }
                location /beat { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_heartbeat ping reply pong; }
                location /rate { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_message_rate rate=1/s burst=1; }
                location /ratelife { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_message_rate rate=1/s burst=1; websocket_max_lifetime 700ms; }
                location /ratestop { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_message_rate rate=1/s burst=3 action=close; }
                location /limited { proxy_pass http://127.0.0.1:%%BACKEND%%; proxy_limit_rate 100k; }
                location /ignoring { proxy_pass http://127.0.0.1:%%BACKEND%%; proxy_ignore_client_abort on; }
            }
        }
        """;

    private readonly RawServer _server = new(receiveBuffer: 16384);
    private GatewayProcess _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await Gateways.StartAsync(_server.Port, Configuration);

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Its pongs are not read as long as the upstream takes nothing, so that their absence says nothing.</summary>
    [Fact]
    public async Task Upstream_TakesNothingForLongerThanThePingTimeout_TheClientIsNotDeclaredDead()
    {
        await using TunnelPair pair = await OpenSlowAsync("/asked");
        string frame = Masked(WebSocketOpcode.Binary, new string('u', Much));
        Task sending = pair.Client.SendAsync(frame);
        await Task.Delay(TimeSpan.FromSeconds(2.5), TestContext.Current.CancellationToken);
        Assert.False(sending.IsCompleted);
        await AssertReadsAsync(pair.Server, frame);
        await sending;
        await AssertGoesOnAsync(pair);
    }

    /// <inheritdoc cref="Upstream_TakesNothingForLongerThanThePingTimeout_TheClientIsNotDeclaredDead"/>
    [Fact]
    public async Task Client_TakesNothingForLongerThanThePingTimeout_TheUpstreamIsNotDeclaredDead()
    {
        await using TunnelPair pair = await OpenSlowAsync("/asked");
        string frame = Frame(WebSocketOpcode.Binary, new string('d', Much));
        Task sending = pair.Server.SendAsync(frame);
        await Task.Delay(TimeSpan.FromSeconds(2.5), TestContext.Current.CancellationToken);
        Assert.False(sending.IsCompleted);
        await AssertReadsAsync(pair.Client, frame);
        await sending;
        await AssertGoesOnAsync(pair);
    }

    /// <summary>As in nginx, which sets no timer for reading while more of the upstream is there than the client takes: that wait is <c>send_timeout</c>'s.</summary>
    [Fact]
    public async Task Client_TakesNothingForLongerThanTheReadTimeout_IsNotIdle()
    {
        await using TunnelPair pair = await OpenSlowAsync("/idle");
        string frame = Frame(WebSocketOpcode.Binary, new string('d', Much));
        Task sending = pair.Server.SendAsync(frame);
        await Task.Delay(TimeSpan.FromSeconds(2.5), TestContext.Current.CancellationToken);
        Assert.False(sending.IsCompleted);
        Assert.InRange(Gateways.BufferBytes(await Commands.StatusAsync(_gateway)), 1, 512 * 1024);
        await AssertReadsAsync(pair.Client, frame);
        await sending;
        await AssertGoesOnAsync(pair);
        Assert.Equal(0, Gateways.BufferBytes(await Commands.StatusAsync(_gateway)));
        // From here on it counts again, and not only when the send_timeout of the wait would have been over.
        Assert.Equal(1001, await CloseCodeAsync(pair.NextAtClientAsync()));
    }

    [Fact]
    public async Task Heartbeats_OfAClientThatReadsNothing_MakeNoQueue()
    {
        const int Count = 2_000_000;
        await using TunnelPair pair = await OpenSlowAsync("/beat");
        string some = string.Concat(Enumerable.Repeat(Masked(WebSocketOpcode.Text, "ping"), Count / 100));
        for (int i = 0; i < 100; i++) await pair.Client.SendAsync(some);
        await pair.Client.SendAsync(Masked(WebSocketOpcode.Text, "over"));
        Assert.Equal("over", (await pair.NextAtServerAsync())?.Payload);

        // What the socket has refused of one run of replies.
        Assert.InRange(Gateways.BufferBytes(await Commands.StatusAsync(_gateway)), 0, 64 * 1024);
        string reply = Frame(WebSocketOpcode.Text, "pong");
        string replies = await pair.Client.ReadUntilIdleAsync(TimeSpan.FromSeconds(1));
        Assert.InRange(replies.Length / reply.Length, 255, Count - 1);
        Assert.True(replies == string.Concat(Enumerable.Repeat(reply, replies.Length / reply.Length)));
        await pair.Client.SendAsync(Masked(WebSocketOpcode.Text, "ping"));
        Assert.Equal("pong", (await pair.NextAtClientAsync())?.Payload);
    }

    [Fact]
    public async Task Heartbeats_ManyAtOnce_AreAllAnswered()
    {
        const int Count = 1000;
        await using TunnelPair pair = await OpenSlowAsync("/beat");
        await pair.Client.SendAsync(string.Concat(Enumerable.Repeat(Masked(WebSocketOpcode.Text, "ping"), Count)));
        string expected = string.Concat(Enumerable.Repeat(Frame(WebSocketOpcode.Text, "pong"), Count));
        Assert.Equal(expected, await pair.Client.ReadAsync(expected.Length));
    }

    /// <summary>What it has sent faster than it may is in front of its answer, in the gateway or in the socket: closing, nobody is held to a rate.</summary>
    [Theory]
    [InlineData("/ratelife", 10, 1001)]
    [InlineData("/ratelife", 60_000, 1001)]
    [InlineData("/ratestop", 10, 1008)]
    [InlineData("/ratestop", 60_000, 1008)]
    public async Task Client_SendsFasterThanItMay_ItsAnswerToTheCloseIsHeard(string target, int messages, int code)
    {
        await using TunnelPair pair = await OpenSlowAsync(target);
        await pair.Client.SendAsync(string.Concat(Enumerable.Repeat(Masked(WebSocketOpcode.Text, "a message"), messages)));
        Assert.Equal("a message", (await pair.NextAtServerAsync())?.Payload);
        Assert.Equal(code, await CloseCodeAsync(pair.NextAtClientAsync()));
        await pair.Client.SendAsync(Masked(WebSocketOpcode.Close, $"{(char)(code >> 8)}{(char)(code & 0xFF)}"));
        WebSocketFrame? atServer;
        do atServer = await pair.NextAtServerAsync();
        while (atServer is { Opcode: WebSocketOpcode.Text });
        Assert.Equal(code, await CloseCodeAsync(Task.FromResult(atServer)));
        await pair.Server.SendAsync(Frame(WebSocketOpcode.Close, $"{(char)(code >> 8)}{(char)(code & 0xFF)}"));
        // Closed with anything unread, it would be reset.
        Assert.Equal((ConnectionState.Closed, ConnectionState.Closed), (await pair.Client.WaitForEndAsync(Patience), await pair.Server.WaitForEndAsync(Patience)));
    }

    [Fact]
    public async Task Upstream_VanishesWhileTheClientIsPaused_TheAnswerToTheCloseIsHeard()
    {
        await using TunnelPair pair = await OpenSlowAsync("/rate");
        await pair.Client.SendAsync(string.Concat(Enumerable.Repeat(Masked(WebSocketOpcode.Text, "a message"), 60_000)));
        Assert.Equal("a message", (await pair.NextAtServerAsync())?.Payload);
        pair.Server.Reset();
        Assert.Equal(1014, await CloseCodeAsync(pair.NextAtClientAsync()));
        await pair.Client.SendAsync(Masked(WebSocketOpcode.Close, "\x03\xF6"));
        Assert.Equal(ConnectionState.Closed, await pair.Client.WaitForEndAsync(Patience));
        Assert.True(await Wait.UntilAsync(() => _gateway.Directory.Read("access.log").Contains("/rate upstream_vanished upstream 1006", StringComparison.Ordinal), Patience), _gateway.Describe());
        await pair.Client.SendAsync("x");
        Assert.Equal(ConnectionState.Closed, pair.Client.State); // closed with anything unread, it would have been reset behind its end
    }

    /// <summary>What a paused client has sent is in its socket already: no edge tells of it any more.</summary>
    [Fact]
    public async Task Upstream_MisframesWhileTheClientIsPaused_WhatTheClientHasSentArrives()
    {
        await using TunnelPair pair = await OpenSlowAsync("/rate");
        string one = Masked(WebSocketOpcode.Text, "one");
        await pair.Client.SendAsync(one + one + one);
        Assert.Equal(one, await pair.Server.ReadAsync(one.Length));
        await pair.Client.SendAsync(one);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        await pair.Server.SendAsync("no frame");
        Assert.Equal(one + one + one, await pair.Server.ReadAsync(one.Length * 3));
        Assert.Equal("no frame", await pair.Client.ReadAsync(8));
    }

    /// <summary>
    /// Its end is known to the connection before the tunnel, which reads less at once than the upstream has sent. The gateway stands still while that
    /// is sent, so that it sees all of it together.
    /// </summary>
    [Fact]
    public async Task Upstream_EndsBehindItsHandshake_TheTunnelSeesTheEnd()
    {
        await using RawClient client = await RawClient.ConnectAsync(_gateway.Port());
        await client.SendAsync(WebSocketBytes.Handshake("/limited"));
        await using RawClient server = await _server.AcceptAsync();
        await server.ReadUntilAsync("\r\n\r\n", Patience);
        string frames = string.Concat(Enumerable.Repeat(Frame(WebSocketOpcode.Text, new string('f', 100)), 100));
        _gateway.Send(Signal.Stop);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        await server.SendAsync(WebSocketBytes.SwitchingProtocols() + frames);
        server.EndSending();
        _gateway.Send(Signal.Continue);
        Assert.Equal(101, (await client.ReadReplyAsync(timeout: Patience))?.Status);
        Assert.Equal(frames, await client.ReadAsync(frames.Length));
        Assert.Equal(1014, await CloseCodeAsync(client.ReadFrameAsync()));
    }

    [Fact]
    public async Task Client_EndsBehindItsHandshake_TheTunnelSeesTheEnd()
    {
        await using RawClient client = await RawClient.ConnectAsync(_gateway.Port());
        string frames = string.Concat(Enumerable.Repeat(Masked(WebSocketOpcode.Text, new string('f', 100)), 400));
        await client.SendAsync(WebSocketBytes.Handshake("/ignoring") + frames);
        client.EndSending();
        await using RawClient server = await _server.AcceptAsync();
        await server.ReadUntilAsync("\r\n\r\n", Patience);
        await Task.Delay(200, TestContext.Current.CancellationToken); // the gateway hears of the end
        await server.SendAsync(WebSocketBytes.SwitchingProtocols());
        Assert.Equal(frames, await server.ReadAsync(frames.Length));
        Assert.Equal(1011, await CloseCodeAsync(server.ReadFrameAsync()));
    }

    private Task<TunnelPair> OpenSlowAsync(string target) => OpenAsync(_gateway.Port(), _server, target, [], receiveBuffer: 16384);

    /// <summary>The large frame comes whole. On a slow machine a ping of the gateway may have got in front of it.</summary>
    private async Task AssertReadsAsync(RawClient end, string frame)
    {
        const char Ping = '\u0089';
        string head = await end.ReadAsync(2, Patience);
        while (head.StartsWith(Ping))
        {
            await end.ReadAsync((head[1] & 0x7F) + ((head[1] & 0x80) != 0 ? 4 : 0));
            head = await end.ReadAsync(2, Patience);
        }
        string all = head + await end.ReadAsync(frame.Length - 2, Patience);
        Assert.True(all == frame, $"{all.Length} of {frame.Length} bytes, or others\n{_gateway.Describe()}");
    }

    /// <summary>Both directions work, and nobody was thought dead.</summary>
    private async Task AssertGoesOnAsync(TunnelPair pair)
    {
        await pair.Client.SendAsync(Masked(WebSocketOpcode.Text, "up"));
        Assert.Equal("up", (await pair.NextAtServerAsync())?.Payload);
        await pair.Server.SendAsync(Frame(WebSocketOpcode.Text, "down"));
        Assert.Equal("down", (await pair.NextAtClientAsync())?.Payload);
        Assert.DoesNotContain("no answer to a websocket ping", _gateway.ErrorLog, StringComparison.Ordinal);
    }
}
