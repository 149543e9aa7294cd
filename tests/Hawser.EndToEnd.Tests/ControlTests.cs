using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary><c>hawser status</c>, <c>hawser drain</c> and the socket they use.</summary>
public sealed class ControlTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly BackendReply s_echo = new([new BackendStep.Send(WebSocketBytes.SwitchingProtocols()), new BackendStep.Echo()]);

    private const string TwoServers = """
        worker_processes 2;
        events { }
        error_log error.log notice;
        http {
            access_log off;
            upstream chat { server 127.0.0.1:%%BACKEND%%; server 127.0.0.1:%%BACKEND_2%%; }
            upstream spare { server 127.0.0.1:%%BACKEND%% down; }
            server { listen 127.0.0.1:%%PORT_0%%; location / { proxy_pass http://chat; } location /x { return 204; } }
        }
        """;

    [Fact]
    public async Task Status_ForPeople_ShowsLoopsRatesAndUpstreams()
    {
        await using var backends = new TwoBackends();
        await using var gateway = await backends.StartAsync(TwoServers);
        await Gateways.GetAsync(gateway, "/x");

        var status = await Commands.RunAsync(gateway, "status", "--interval", "200ms");

        Assert.True(status.ExitCode == 0, status.ToString());
        Assert.Matches($@"^hawser/[0-9.]+, process {gateway.Id}, running for \d+ s\n{gateway.Directory["nginx.conf"]}\n\nloop   connections   tunnels   busy +lag\n   0 +0 +0 +\d+ %", status.Output);
        Assert.Matches(@"\nrequests +1 +0/s +1 2xx\n", status.Output);
        Assert.Contains($"\nupstream chat\n  127.0.0.1:{backends.First.Port}   up   0 active\n", status.Output, StringComparison.Ordinal);
        Assert.Contains($"\nupstream spare\n  127.0.0.1:{backends.First.Port}   down   0 active\n", status.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(" \n", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_Json_CountsWhatHappened()
    {
        await using var backends = new TwoBackends();
        await using var gateway = await backends.StartAsync(TwoServers);
        await using var tunnel = await Gateways.OpenTunnelAsync(gateway);
        await Gateways.GetAsync(gateway, "/x");

        var status = await Commands.StatusAsync(gateway);

        Assert.Equal(gateway.Id, Number(status["process"]));
        Assert.Equal("running", status["state"]!.GetValue<string>());
        Assert.Equal(2, Number(status["connections"]!["accepted"]));
        Assert.Equal(2, Number(status["requests"]!["total"]));
        Assert.Equal(1, Number(status["requests"]!["responses"]!["1xx"]));
        Assert.Equal(1, Number(status["requests"]!["responses"]!["2xx"]));
        Assert.Equal(2, status["loops"]!.AsArray().Count);
        Assert.Equal(1, Servers(status).Sum(server => Number(server["active"])));
    }

    [Fact]
    public async Task Status_NobodyRuns_SaysWhereItLooked()
    {
        await using var gateway = GatewayProcess.Prepare(GatewayExecutable.Hawser, "events { }");
        var status = await Commands.RunAsync(gateway, "status");
        Assert.Equal(1, status.ExitCode);
        Assert.StartsWith($"hawser: no gateway runs with this configuration: there is no {gateway.Directory["nginx.pid.control"]}.", status.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Socket_IsForItsOwnerAlone_AndGoesWithTheProcess()
    {
        await using var backends = new TwoBackends();
        await using var gateway = await backends.StartAsync(TwoServers);
        var path = gateway.Directory["nginx.pid.control"];
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        gateway.Send(Signal.Quit);
        Assert.Equal(0, await gateway.WaitForExitAsync(s_patience));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task Socket_RequestsThatAreNone_AreRefusedAndOthersServed()
    {
        await using var backends = new TwoBackends();
        await using var gateway = await backends.StartAsync(TwoServers);
        Assert.Contains("\"error\":", await AskAsync(gateway, "nonsense\n"), StringComparison.Ordinal);
        Assert.Contains("\"error\":", await AskAsync(gateway, "\n"), StringComparison.Ordinal);
        Assert.Contains("\"error\":", await AskAsync(gateway, "drain\n"), StringComparison.Ordinal);
        Assert.Contains("\"error\":", await AskAsync(gateway, "drain\ta\tb\tc\n"), StringComparison.Ordinal);
        Assert.Equal("", await AskAsync(gateway, new string('x', 100_000)));
        Assert.Equal("running", (await Commands.StatusAsync(gateway))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Drain_OfAServer_SendsNewTunnelsToTheOthers_UntilUndone()
    {
        await using var backends = new TwoBackends();
        await using var gateway = await backends.StartAsync(TwoServers);
        var drained = $"127.0.0.1:{backends.First.Port}";

        var drain = await Commands.RunAsync(gateway, "drain", "chat", drained);

        Assert.Equal(new CommandResult(0, "1 server of chat gets no more requests\nnothing is left on them\n", ""), drain);
        for (var i = 0; i < 6; i++)
            (await Gateways.OpenTunnelAsync(gateway)).Reset();
        Assert.Empty(backends.First.Connections);
        Assert.Equal(6, backends.Second.Connections.Count);
        Assert.Equal("draining", Servers(await Commands.StatusAsync(gateway)).First(s => s["address"]!.GetValue<string>() == drained)["state"]!.GetValue<string>());

        // A reload does not bring it back: the servers are the same.
        gateway.WriteConfiguration(TwoServers.Replace("204", "203", StringComparison.Ordinal));
        await gateway.ReloadAsync(applied: async () => (await Gateways.GetAsync(gateway, "/x")).Status == 203);
        (await Gateways.OpenTunnelAsync(gateway)).Reset();
        Assert.Empty(backends.First.Connections);

        Assert.Equal(0, (await Commands.RunAsync(gateway, "drain", "--undo", "chat", drained)).ExitCode);
        for (var i = 0; i < 4; i++)
            (await Gateways.OpenTunnelAsync(gateway)).Reset();
        Assert.NotEmpty(backends.First.Connections);
    }

    [Fact]
    public async Task Drain_OfAnUpstream_EndsItsTunnelsWithACloseFrame()
    {
        await using var backends = new TwoBackends();
        await using var gateway = await backends.StartAsync(TwoServers.Replace("access_log off;", "access_log off; websocket_drain 100ms;", StringComparison.Ordinal));
        await using var tunnel = await Gateways.OpenTunnelAsync(gateway);

        var drain = await Commands.RunAsync(gateway, "drain", "chat");

        Assert.Equal(0, drain.ExitCode);
        Assert.StartsWith("2 servers of chat get no more requests\n", drain.Output, StringComparison.Ordinal);
        Assert.EndsWith("nothing is left on them\n", drain.Output, StringComparison.Ordinal);
        Assert.NotEqual(ConnectionState.Open, await tunnel.WaitForEndAsync(s_patience));
        var frame = WebSocketBytes.Decode(tunnel.Pending, out _);
        Assert.Equal(WebSocketOpcode.Close, frame!.Opcode);
        Assert.Equal("\x03\xE9", frame.Payload[..2]); // 1001
        var status = await Commands.StatusAsync(gateway);
        Assert.Equal(1, Number(status["tunnels"]!["closed_by_reason"]!["drained"]));
        Assert.Equal(502, (await Gateways.GetAsync(gateway)).Status);
    }

    /// <summary>What becomes a tunnel while its server or the process is being drained ends as those do that were there before.</summary>
    [Theory]
    [InlineData("drain", "chat")]
    [InlineData("drain", "--process")]
    public async Task Drain_WithAHandshakeUnderWay_EndsItsTunnelToo(string command, string what)
    {
        await using var server = new RawServer();
        await using var gateway = await Gateways.StartAsync(server.Port, "events { } http { access_log off; websocket_drain 100ms; upstream chat { server 127.0.0.1:%%BACKEND%% down; server 127.0.0.1:%%BACKEND%%; } server { listen 127.0.0.1:%%PORT_0%%; location / { proxy_pass http://chat; } } }");
        await using var client = await RawClient.ConnectAsync(gateway.Port());
        await client.SendAsync(WebSocketBytes.Handshake("/tunnel"));
        await using var upstream = await server.AcceptAsync();
        await upstream.ReadUntilAsync("\r\n\r\n");

        var draining = Commands.RunAsync(gateway, command, what);
        Assert.True(await Wait.UntilAsync(
            async () => what == "--process"
                ? (await Commands.StatusAsync(gateway))["state"]!.GetValue<string>() == "stopping"
                : Servers(await Commands.StatusAsync(gateway)).Any(s => s["state"]!.GetValue<string>() == "draining"),
            s_patience));
        Assert.False(draining.IsCompleted);
        await upstream.SendAsync(WebSocketBytes.SwitchingProtocols());
        Assert.Equal(101, (await client.ReadReplyAsync())?.Status);

        var frame = await client.ReadFrameAsync(s_patience);
        Assert.Equal((WebSocketOpcode.Close, "\x03\xE9"), (frame!.Opcode, frame.Payload[..2])); // 1001
        await client.DisposeAsync();
        await upstream.DisposeAsync();
        Assert.Equal(0, (await draining).ExitCode);
    }

    [Fact]
    public async Task Metrics_OfALiveGateway_AreValidAndCount()
    {
        await using var backends = new TwoBackends();
        await using var gateway = await backends.StartAsync(TwoServers.Replace("location /x", "location = /metrics { hawser_metrics; } location /x", StringComparison.Ordinal));
        await using var tunnel = await Gateways.OpenTunnelAsync(gateway);
        await tunnel.SendAsync(WebSocketBytes.Encode(new WebSocketFrame(WebSocketOpcode.Text, "hello"), mask: 1));
        await tunnel.ReadAsync(11);

        var reply = await Gateways.GetAsync(gateway, "/metrics");

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", reply["Content-Type"]);
        var families = PrometheusParser.Parse(reply.Body).ToDictionary(f => f.Name);
        Assert.Equal(1, families["hawser_tunnels_open"].Samples.Sum(s => s.Value));
        Assert.Equal(1, families["hawser_websocket_messages_total"].Samples.Single(s => s.Labels["from"] == "client").Value);
        Assert.Equal(11, families["hawser_tunnels_bytes_total"].Samples.Single(s => s.Labels["from"] == "client").Value);
        Assert.Equal(1, families["hawser_websocket_handshakes_total"].Samples.Single(s => s.Labels["outcome"] == "accepted").Value);
        Assert.Equal(1, families["hawser_upstream_server_active"].Samples.Sum(s => s.Value));
        await using var post = await RawClient.ConnectAsync(gateway.Port());
        await post.SendAsync("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal(405, (await post.ReadReplyAsync())!.Status);
    }

    [Fact]
    public async Task Metrics_OfHandshakesThatFail_TellWhyAndWithWhichStatus()
    {
        await using var backends = new TwoBackends();
        using var silent = new TcpListener(IPAddress.Loopback, 0); // what connects waits there, unanswered
        silent.Start();
        await using var gateway = await backends.StartAsync("""
            worker_processes 1;
            events { }
            http {
                access_log off;
                upstream none { server 127.0.0.1:%%BACKEND%% down; }
                server {
                    listen 127.0.0.1:%%PORT_0%%;
                    location = /metrics { hawser_metrics; }
                    location /refused/ { proxy_pass http://127.0.0.1:%%PORT_1%%/; }
                    location /retried/ { proxy_pass http://127.0.0.1:%%PORT_1%%/; proxy_next_upstream http_503; }
                    location /unreachable { proxy_pass http://127.0.0.1:1; }
                    location /silent { proxy_pass http://%%SILENT%%; proxy_read_timeout 100ms; }
                    location /none { proxy_pass http://none; }
                    location /origin { proxy_pass http://none; websocket_origins https://example.com; }
                }
                server { listen 127.0.0.1:%%PORT_1%%; location /401 { return 401; } location /418 { return 418; } location /503 { return 503; } }
            }
            """.Replace("%%SILENT%%", $"{silent.LocalEndpoint}", StringComparison.Ordinal));
        foreach (var (path, status) in ((string, int)[])[("/refused/401", 401), ("/refused/418", 418), ("/refused/503", 503), ("/retried/503", 503), ("/unreachable", 502), ("/silent", 504), ("/none", 502), ("/origin", 403)])
        {
            await using var client = await RawClient.ConnectAsync(gateway.Port());
            await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\nOrigin: https://example.org\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
            Assert.Equal((path, status), (path, (await client.ReadReplyAsync())!.Status));
        }

        var families = PrometheusParser.Parse((await Gateways.GetAsync(gateway, "/metrics")).Body).ToDictionary(f => f.Name);

        Assert.Equal(
            ["origin_refused 403 1", "upstream_refused 401 1", "upstream_refused 503 2", "upstream_refused 4xx 1", "upstream_unreachable 502 1", "upstream_timed_out 504 1", "no_upstream 502 1"],
            families["hawser_websocket_handshakes_total"].Samples.Where(s => s.Value > 0).Select(s => $"{s.Labels["outcome"]} {s.Labels["status"]} {s.Value}"));
        var document = await Commands.StatusAsync(gateway);
        Assert.Equal(4, Number(document["tunnels"]!["handshakes"]!["upstream_refused"]));
    }

    [Fact]
    public async Task Drain_OfNothingThatIsThere_NamesWhatIs()
    {
        await using var backends = new TwoBackends();
        await using var gateway = await backends.StartAsync(TwoServers);
        var upstream = await Commands.RunAsync(gateway, "drain", "cat");
        Assert.Equal(new CommandResult(1, "", "hawser: there is no upstream cat; there are chat, spare\n"), upstream);
        var server = await Commands.RunAsync(gateway, "drain", "spare", "127.0.0.1:1");
        Assert.Equal(new CommandResult(1, "", $"hawser: upstream spare has no server 127.0.0.1:1; it has 127.0.0.1:{backends.First.Port}\n"), server);
    }

    [Fact]
    public async Task Drain_OfTheProcess_ShowsWhatIsLeftAndThenItsEnd()
    {
        await using var backends = new TwoBackends();
        await using var gateway = await backends.StartAsync(TwoServers);

        var drain = await Commands.RunAsync(gateway, "drain", "--process");

        Assert.Equal(0, drain.ExitCode);
        Assert.StartsWith($"process {gateway.Id} takes no more connections\n", drain.Output, StringComparison.Ordinal);
        Assert.EndsWith($"process {gateway.Id} has ended\n", drain.Output, StringComparison.Ordinal);
        Assert.Equal(0, await gateway.WaitForExitAsync(s_patience));
    }

    // Tunnels stay for hours, so what counts is where they go when others have left one loop empty.
    [Fact]
    public async Task Connections_OfTwoLoops_GoToTheOneThatCarriesFewer()
    {
        await using var backends = new TwoBackends();
        await using var gateway = await backends.StartAsync(TwoServers);
        var tunnels = new List<RawClient>();
        try
        {
            for (var i = 0; i < 40; i++)
                tunnels.Add(await Gateways.OpenTunnelAsync(gateway));
            await AssertLoopsAsync(gateway, 20, 20);

            // Every other one is on the same loop: now it is empty.
            for (var i = 0; i < tunnels.Count; i += 2)
                tunnels[i].Reset();
            await AssertLoopsAsync(gateway, 0, 20);

            for (var i = 0; i < 20; i++)
                tunnels.Add(await Gateways.OpenTunnelAsync(gateway));
            await AssertLoopsAsync(gateway, 20, 20);
        }
        finally
        {
            foreach (var tunnel in tunnels)
                await tunnel.DisposeAsync();
        }
    }

    private static async Task AssertLoopsAsync(GatewayProcess gateway, params double[] expected)
    {
        double[] loops = [];
        Assert.True(
            await Wait.UntilAsync(
                async () =>
                {
                    loops = [.. (await Commands.StatusAsync(gateway))["loops"]!.AsArray().Select(loop => Number(loop!["connections"]))];
                    return loops.Order().SequenceEqual(expected);
                },
                s_patience),
            string.Join(", ", loops));
    }

    private static IEnumerable<JsonNode> Servers(JsonObject status) => status["upstreams"]!.AsArray().SelectMany(u => u!["servers"]!.AsArray()).Select(s => s!);

    private static double Number(JsonNode? node) => node!.GetValue<double>();

    private static async Task<string> AskAsync(GatewayProcess gateway, string request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.ReceiveTimeout = (int)s_patience.TotalMilliseconds;
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(gateway.Directory["nginx.pid.control"]));
        var answer = new byte[65536];
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(request));
            return Encoding.UTF8.GetString(answer, 0, await socket.ReceiveAsync(answer));
        }
        catch (SocketException)
        {
            return ""; // closed while the rest was on its way
        }
    }

    private sealed class TwoBackends : IAsyncDisposable
    {
        public ScriptedBackend First { get; } = new(s_echo);

        public ScriptedBackend Second { get; } = new(s_echo);

        public Task<GatewayProcess> StartAsync(string configuration) => GatewayProcess.StartAsync(
            GatewayExecutable.Hawser, configuration, new GatewayOptions
            {
                Placeholders = new Dictionary<string, string> { ["BACKEND"] = $"{First.Port}", ["BACKEND_2"] = $"{Second.Port}" },
            });

        public async ValueTask DisposeAsync()
        {
            await First.DisposeAsync();
            await Second.DisposeAsync();
        }
    }
}
