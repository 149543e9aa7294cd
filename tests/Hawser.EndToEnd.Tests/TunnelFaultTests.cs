using Hawser.Testing;
using static Hawser.EndToEnd.Tests.TunnelPair;

namespace Hawser.EndToEnd.Tests;

/// <summary>A network that does its worst between the gateway and either end. Every tunnel ends for the right reason, and nothing is left.</summary>
public sealed class TunnelFaultTests
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 1024; }
        http {
            log_format tunnels '$uri $websocket_end_reason $websocket_closed_by $websocket_close_code';
            access_log access.log tunnels;
            server {
                listen 127.0.0.1:%%PORT_0%%;
                location / { proxy_pass http://127.0.0.1:%%BACKEND%%; }
                location /return { return 200; }
                location /pinged { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_ping_interval 200ms; websocket_ping_timeout 400ms; }
                location /stalled { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_ping_interval off; send_timeout 500ms; proxy_send_timeout 500ms; }
            }
        }
        """;

    // 200 bytes of the handshake's answer pass in any case; then the fault.
    private const int BehindTheHandshake = 400;

    [Theory]
    [InlineData("reset", "upstream_vanished upstream 1006")]
    [InlineData("half-close", "upstream_vanished upstream 1006")]
    [InlineData("stall", "upstream_unresponsive gateway 1014")]
    public async Task Upstream_NetworkFault_EndsTheTunnelAndTellsTheClient(string kind, string logged)
    {
        await using var server = new RawServer();
        await using var proxy = new FaultProxy(server.Port) { FromTarget = FaultOf(kind) };
        await using GatewayProcess gateway = await Gateways.StartAsync(proxy.Port, Configuration);
        await using TunnelPair pair = await OpenAsync(gateway, server, "/pinged");
        await pair.Server.SendAsync(Frame(WebSocketOpcode.Binary, new string('x', 100)));
        Assert.Equal(100, (await pair.NextAtClientAsync())?.Payload.Length);
        Task<WebSocketFrame?> atServer = pair.NextAtServerAsync(); // answers pings, for what it is worth
        Task<WebSocketFrame?> atClient = pair.NextAtClientAsync();
        for (int i = 0; i < 20 && !atClient.IsCompleted; i++)
        {
            await pair.Server.SendAsync(Frame(WebSocketOpcode.Pong, new string('y', 18)));
            await Task.Delay(10);
        }
        WebSocketFrame? last = await atClient;
        while (last is { Opcode: WebSocketOpcode.Pong }) last = await pair.NextAtClientAsync();
        // Cut within a frame, it cannot be told: then the connection ends.
        Assert.True(last is null or { Opcode: WebSocketOpcode.Close });
        await AssertLoggedAsync(gateway, $"/pinged {logged}");
        _ = await atServer; // its end comes with that of the tunnel
    }

    [Theory]
    [InlineData("reset", "client_vanished client 1006")]
    [InlineData("half-close", "client_vanished client 1006")]
    [InlineData("stall", "client_unresponsive gateway 1011")]
    public async Task Client_NetworkFault_EndsTheTunnelAndTellsTheUpstream(string kind, string logged)
    {
        await using var server = new RawServer();
        await using GatewayProcess gateway = await Gateways.StartAsync(server.Port, Configuration);
        await using var proxy = new FaultProxy(gateway.Port()) { ToTarget = FaultOf(kind) };
        await using TunnelPair pair = await OpenAsync(proxy.Port, server, "/pinged", []);
        Task<WebSocketFrame?> atClient = pair.NextAtClientAsync();
        await pair.Client.SendAsync(Masked(WebSocketOpcode.Pong, new string('z', 100)) + Masked(WebSocketOpcode.Pong, new string('z', 100)) + Masked(WebSocketOpcode.Pong, new string('z', 100)));
        WebSocketFrame? last;
        do last = await pair.NextAtServerAsync();
        while (last is { Opcode: WebSocketOpcode.Pong });
        Assert.True(last is null or { Opcode: WebSocketOpcode.Close });
        await AssertLoggedAsync(gateway, $"/pinged {logged}");
        _ = await atClient;
    }

    [Fact]
    public async Task Network_PassesOneByteAtATime_NothingIsLost()
    {
        await using var server = new RawServer();
        await using var upstreamSide = new FaultProxy(server.Port) { ToTarget = new Fault { PieceSize = 1 }, FromTarget = new Fault { PieceSize = 1 } };
        await using GatewayProcess gateway = await Gateways.StartAsync(upstreamSide.Port, Configuration);
        await using var clientSide = new FaultProxy(gateway.Port()) { ToTarget = new Fault { PieceSize = 1 }, FromTarget = new Fault { PieceSize = 1 } };
        await using TunnelPair pair = await OpenAsync(clientSide.Port, server, "/pinged", []);
        foreach (int size in new[] { 0, 1, 125, 126, 3000 })
        {
            Task<WebSocketFrame?> up = pair.NextAtServerAsync();
            Task<WebSocketFrame?> down = pair.NextAtClientAsync();
            await pair.Client.SendAsync(Masked(WebSocketOpcode.Binary, new string('u', size)));
            await pair.Server.SendAsync(Frame(WebSocketOpcode.Binary, new string('d', size)));
            Assert.Equal(new string('u', size), (await up)?.Payload);
            Assert.Equal(new string('d', size), (await down)?.Payload);
        }
    }

    [Fact]
    public async Task Client_TakesNothing_IsGivenUpAfterSendTimeoutAndTheUpstreamIsTold()
    {
        await using var server = new RawServer();
        await using GatewayProcess gateway = await Gateways.StartAsync(server.Port, Configuration);
        await using TunnelPair pair = await OpenAsync(gateway.Port(), server, "/stalled", [], receiveBuffer: 16384);
        Task<WebSocketFrame?> atServer = pair.NextAtServerAsync();
        await FillAsync(pair.Server, Frame(WebSocketOpcode.Binary, new string('x', 60_000)), atServer);
        Assert.Equal(1011, await CloseCodeAsync(atServer));
        await AssertLoggedAsync(gateway, "/stalled client_stalled gateway 1011");
    }

    [Fact]
    public async Task Upstream_TakesNothing_IsGivenUpAfterSendTimeoutAndTheClientIsTold()
    {
        await using var server = new RawServer(receiveBuffer: 16384);
        await using GatewayProcess gateway = await Gateways.StartAsync(server.Port, Configuration);
        await using TunnelPair pair = await OpenAsync(gateway, server, "/stalled");
        Task<WebSocketFrame?> atClient = pair.NextAtClientAsync();
        await FillAsync(pair.Client, Masked(WebSocketOpcode.Binary, new string('x', 60_000)), atClient);
        Assert.Equal(1014, await CloseCodeAsync(atClient));
        await AssertLoggedAsync(gateway, "/stalled upstream_stalled gateway 1014");
    }

    [Fact]
    public async Task Upstream_Restarts_TunnelsEndAndNewOnesWork()
    {
        await using GatewayProcess gateway = await StartInFrontOfAsync(out int port, out PortLease lease);
        using PortLease _ = lease;
        for (int life = 0; life < 3; life++)
        {
            await using var backend = new ScriptedBackendOn(port);
            await using RawClient client = await RawClient.ConnectAsync(gateway.Port());
            await client.SendAsync(WebSocketBytes.Handshake("/"));
            await backend.AnswerHandshakeAsync();
            Assert.Equal(101, (await client.ReadReplyAsync(timeout: Patience))?.Status);
            backend.Die();
            Assert.Equal(1014, await CloseCodeAsync(client.ReadFrameAsync(Patience)));

            await using RawClient refused = await RawClient.ConnectAsync(gateway.Port());
            await refused.SendAsync(WebSocketBytes.Handshake("/"));
            Assert.Equal(502, (await refused.ReadReplyAsync(timeout: Patience))?.Status);
        }
    }

    [Fact]
    public async Task Faults_ManyInARow_LeaveNoDescriptorBehind()
    {
        await using var server = new RawServer();
        await using GatewayProcess gateway = await Gateways.StartAsync(server.Port, Configuration);
        await (await OpenAsync(gateway, server)).DisposeAsync();
        int atRest = await Gateways.DescriptorsAtRestWithoutTunnelAsync(gateway);
        await BreakAsync(gateway, server, TestSettings.Scale(60), new Random(11));
        await Gateways.AssertNothingLeftAsync(gateway, atRest);
        Assert.True(await Wait.UntilAsync(() => gateway.Directory.Read("access.log").Count(c => c == '\n') == TestSettings.Scale(60) + 1, Patience), gateway.Describe());
        Assert.Empty(gateway.Alarms());
    }

    /// <summary>What a fault leaves on the heap shows when the gateway, at rest after a wave of tunnels, has collected its garbage.</summary>
    [Fact]
    public async Task Faults_InWaves_LeaveTheHeapAsItWas()
    {
        const int Wave = 520; // enough tunnels for the gateway to collect garbage behind them
        const long Bound = 200 * 1024; // less than 400 bytes for each tunnel, which has more than that
        await using var server = new RawServer();
        await using GatewayProcess gateway = await Gateways.StartAsync(server.Port, Configuration);
        int atRest = await Gateways.DescriptorsAtRestWithoutTunnelAsync(gateway);
        var random = new Random(12);
        var heap = new List<long>();
        for (int wave = 0; wave < 3; wave++)
        {
            await BreakAsync(gateway, server, Wave, random);
            await Gateways.AssertNothingLeftAsync(gateway, atRest);
            await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken); // it looks once a second whether it is at rest
            heap.Add(await HeapAsync(gateway));
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{string.Join(", ", heap)} bytes");
        // The first wave uses everything for the first time; after the last one, the collection may be late on a busy machine.
        bool isBack = await Wait.UntilAsync(async () => await HeapAsync(gateway) <= heap[1] + Bound, Patience);
        Assert.True(isBack, $"{string.Join(", ", heap)} bytes after the waves, {await HeapAsync(gateway)} now");
    }

    private static async Task<long> HeapAsync(GatewayProcess gateway) => (await Commands.StatusAsync(gateway))["heap_bytes"]!.GetValue<long>();

    /// <summary>Tunnels of which one end breaks off somewhere, between frames or within one.</summary>
    private static async Task BreakAsync(GatewayProcess gateway, RawServer server, int tunnels, Random random)
    {
        for (int i = 0; i < tunnels; i++)
        {
            await using TunnelPair pair = await OpenAsync(gateway, server, i % 2 == 0 ? "/" : "/pinged");
            string frame = Masked(WebSocketOpcode.Text, new string('m', random.Next(200)));
            await pair.Client.SendAsync(frame[..random.Next(frame.Length)]);
            await pair.Server.SendAsync(Frame(WebSocketOpcode.Text, "x")[..random.Next(3)]);
            RawClient victim = random.Next(2) == 0 ? pair.Client : pair.Server;
            if (random.Next(2) == 0) victim.Reset();
            else victim.EndSending();
        }
    }

    private static Fault FaultOf(string kind) => kind switch
    {
        "reset" => new Fault { ResetAfter = BehindTheHandshake },
        "half-close" => new Fault { HalfCloseAfter = BehindTheHandshake },
        _ => new Fault { StallAfter = BehindTheHandshake },
    };

    /// <summary>Sends until the way is full or the other side hears of it.</summary>
    private static async Task FillAsync(RawClient from, string frame, Task<WebSocketFrame?> told)
    {
        Task sending = SendAsync();
        await Task.WhenAny(told, sending);

        async Task SendAsync()
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
    }

    private static Task<GatewayProcess> StartInFrontOfAsync(out int port, out PortLease lease)
    {
        lease = PortLease.Take();
        port = lease.Port;
        return Gateways.StartAsync(port, Configuration);
    }

    private static async Task AssertLoggedAsync(GatewayProcess gateway, string line) =>
        Assert.True(
            await Wait.UntilAsync(() => gateway.Directory.Read("access.log").Contains(line, StringComparison.Ordinal), Patience),
            $"no line \"{line}\" in:\n{gateway.Directory.Read("access.log")}\n{gateway.Describe()}");

    /// <summary>A server that comes and goes on one port.</summary>
    private sealed class ScriptedBackendOn : IAsyncDisposable
    {
        private readonly System.Net.Sockets.Socket _listener =
            new(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);

        private RawClient? _connection;

        public ScriptedBackendOn(int port)
        {
            _listener.SetSocketOption(System.Net.Sockets.SocketOptionLevel.Socket, System.Net.Sockets.SocketOptionName.ReuseAddress, true);
            _listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port));
            _listener.Listen(16);
        }

        public async Task AnswerHandshakeAsync()
        {
            _connection = RawClient.Over(await _listener.AcceptAsync().WaitAsync(Patience));
            await _connection.ReadUntilAsync("\r\n\r\n", Patience);
            await _connection.SendAsync(WebSocketBytes.SwitchingProtocols());
        }

        public void Die()
        {
            _listener.Dispose();
            _connection!.Reset();
        }

        public ValueTask DisposeAsync()
        {
            _listener.Dispose();
            return _connection?.DisposeAsync() ?? ValueTask.CompletedTask;
        }
    }
}
