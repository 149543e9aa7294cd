using System.Globalization;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>
/// What still goes on when a request is answered: the upload of its body, a mirror in the background. Connections and memory are used again at once,
/// and none of that may reach whoever uses them next.
/// </summary>
public sealed class OverlapTests
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 1024; }
        http {
            access_log off;
            client_max_body_size 32m;
            client_body_buffer_size 32m;
            server {
                listen 127.0.0.1:%%PORT_0%%;
                listen 127.0.0.1:%%PORT_1%% ssl;
                ssl_certificate overlap.pem; ssl_certificate_key overlap.key;
                resolver 127.0.0.1:%%NAMES%%;
                location / { proxy_pass http://127.0.0.1:%%BACKEND%%; }
                location /return { return 200 "here"; }
                location /streamed { proxy_request_buffering off; proxy_http_version 1.1; proxy_pass http://127.0.0.1:%%BACKEND%%; }
                location /mirrored { mirror /copy; proxy_pass http://127.0.0.1:%%BACKEND%%; }
                location /copy { internal; set $where mirror.test; proxy_set_header X-Server $server_addr; proxy_set_header X-Tls "[$ssl_protocol]"; proxy_pass http://$where:%%MIRROR%%$request_uri; }
            }
        }
        """;

    [Theory]
    [InlineData("/")]
    [InlineData("/streamed")]
    public async Task Upstream_SwitchesProtocolsBeforeTheBodyIsSent_IsABadGateway(string location)
    {
        await using var server = new RawServer(receiveBuffer: 4096);
        await using var gateway = await StartAsync(server.Port);
        await using var client = await RawClient.ConnectAsync(gateway.Port());
        var sending = SendUploadAsync(client, WebSocketBytes.Handshake(location, "Content-Length: 16000000"), 16_000_000);
        await using var upstream = await server.AcceptWebSocketAsync();

        var reply = await client.ReadReplyAsync();
        Assert.Equal(502, reply?.Status);
        Assert.Contains("upstream switched protocols before the request was sent", gateway.ErrorLog, StringComparison.Ordinal);
        client.Reset();
        await sending;

        // The next one has a tunnel, and nothing of that body in it.
        await using var next = await RawClient.ConnectAsync(gateway.Port());
        await next.SendAsync(WebSocketBytes.Handshake("/"));
        await using var other = await server.AcceptWebSocketAsync();
        Assert.Equal(101, (await next.ReadReplyAsync())?.Status);
        await other.SendAsync(TunnelPair.Frame(WebSocketOpcode.Text, "hello"));
        Assert.Equal("hello", (await next.ReadFrameAsync())?.Payload);
        Assert.DoesNotContain("unexpected failure", gateway.ErrorLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_AnsweredEarly_HarmsNobodyWhoComesMeanwhile()
    {
        await using var server = new RawServer();
        await using var gateway = await StartAsync(server.Port);
        for (var round = 0; round < 60; round++)
        {
            await using var uploader = await RawClient.ConnectAsync(gateway.Port());
            await uploader.SendAsync("POST /streamed HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nbeginning");
            await using var upstream = await server.AcceptAsync();
            await upstream.ReadUntilAsync("beginning");
            var crowd = Enumerable.Range(0, 12).Select(_ => Gateways.GetAsync(gateway, "/return")).ToList();
            await upstream.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            crowd.AddRange(Enumerable.Range(0, 12).Select(_ => Gateways.GetAsync(gateway, "/return")));
            Assert.Equal(413, (await uploader.ReadReplyAsync())?.Status);
            foreach (var reply in await Task.WhenAll(crowd))
                Assert.Equal("here", reply.Body);
        }
    }

    [Fact]
    public async Task Mirror_SlowerThanTheTunnel_GetsItsOwnRequest()
    {
        await using var server = new RawServer();
        await using var mirror = new RawServer();
        await using var names = new NameServerStub();
        var silence = new TaskCompletionSource();
        names.Set("mirror.test", "127.0.0.1");
        names.Silence = silence.Task;
        await using var gateway = await StartAsync(server.Port, names.Port, mirror.Port);
        await using var client = await RawClient.ConnectAsync(gateway.Port());
        await client.SendAsync(WebSocketBytes.Handshake("/mirrored?number=1", "X-Whose: the first one's"));
        await using var upstream = await server.AcceptWebSocketAsync();
        Assert.Equal(101, (await client.ReadReplyAsync())?.Status);

        // Others come and go, in whatever memory is free.
        for (var i = 0; i < 50; i++)
        {
            await using var other = await RawClient.ConnectAsync(gateway.Port());
            await other.SendAsync($"GET /return?{new string('x', 200)} HTTP/1.1\r\nHost: localhost\r\nX-Whose: {new string('y', 200)}\r\nConnection: close\r\n\r\n");
            Assert.Equal(200, (await other.ReadReplyAsync())?.Status);
        }

        silence.SetResult();
        await using var copy = await mirror.AcceptAsync();
        var request = await copy.ReadUntilAsync("\r\n\r\n");
        Assert.StartsWith("GET /mirrored?number=1 HTTP/1", request, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Whose: the first one's\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Server: 127.0.0.1\r\n", request, StringComparison.Ordinal);
        await upstream.SendAsync(TunnelPair.Frame(WebSocketOpcode.Text, "still there"));
        Assert.Equal("still there", (await client.ReadFrameAsync())?.Payload);
    }

    [Fact]
    public async Task Mirror_SlowerThanTheTunnelLasts_KnowsOfNoTlsAnyMore()
    {
        await using var server = new RawServer();
        await using var mirror = new RawServer();
        await using var names = new NameServerStub();
        var silence = new TaskCompletionSource();
        names.Set("mirror.test", "127.0.0.1");
        names.Silence = silence.Task;
        await using var gateway = await StartAsync(server.Port, names.Port, mirror.Port);
        await using (var client = await RawClient.ConnectAsync(gateway.Port(1)))
        {
            await client.StartTlsAsync(new TlsPeer());
            await client.SendAsync(WebSocketBytes.Handshake("/mirrored"));
            await using var upstream = await server.AcceptWebSocketAsync();
            Assert.Equal(101, (await client.ReadReplyAsync())?.Status);
            client.Reset();
            Assert.Equal(ConnectionState.Closed, await upstream.WaitForEndAsync(TimeSpan.FromSeconds(10)));
        }

        silence.SetResult();
        await using var copy = await mirror.AcceptAsync();
        var request = await copy.ReadUntilAsync("\r\n\r\n");
        Assert.StartsWith("GET /mirrored HTTP/1", request, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Tls: []\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Server: 127.0.0.1\r\n", request, StringComparison.Ordinal);
    }

    private static async Task SendUploadAsync(RawClient client, string head, int length)
    {
        try
        {
            await client.SendAsync(head);
            await client.SendAsync(new byte[length]);
        }
        catch (Exception ended) when (ended is IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // It was answered, and reset.
        }
    }

    private static readonly TestCertificate s_certificate = TestCertificate.Create("overlap.test");

    private static Task<GatewayProcess> StartAsync(int backend, int names = 53, int mirror = 1) => GatewayProcess.StartAsync(
        GatewayExecutable.Hawser,
        Configuration,
        new GatewayOptions
        {
            Files = new Dictionary<string, string> { ["overlap.pem"] = s_certificate.Pem, ["overlap.key"] = s_certificate.KeyPem },
            Placeholders = new Dictionary<string, string>
            {
                ["BACKEND"] = backend.ToString(CultureInfo.InvariantCulture),
                ["NAMES"] = names.ToString(CultureInfo.InvariantCulture),
                ["MIRROR"] = mirror.ToString(CultureInfo.InvariantCulture),
            },
        });
}
