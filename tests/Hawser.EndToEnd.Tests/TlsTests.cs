using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>TLS with real clients: tunnels through it in both directions, new certificates, and clients that do not speak it well.</summary>
public sealed class TlsTests
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 4096; }
        http {
            access_log access.log;
            ssl_session_cache shared:sessions:1m;
            server {
                listen 127.0.0.1:%%PORT_0%% ssl;
                ssl_certificate a.pem; ssl_certificate_key a.key;
                location / { proxy_pass https://127.0.0.1:%%PORT_1%%; proxy_ssl_name inner.test; proxy_ssl_server_name on; proxy_ssl_verify on; proxy_ssl_trusted_certificate inner.pem; }
                location /return { return 200 "$ssl_protocol\n"; }
                location /page { websocket_upgrade_insecure on; default_type text/html; return 200 "<p>page</p>\n"; }
                location /page/policy { websocket_upgrade_insecure on; default_type text/html; add_header Content-Security-Policy "default-src 'self';"; return 200 "\n"; }
                location /page/text { websocket_upgrade_insecure on; default_type text/plain; return 200 "\n"; }
            }
            server {
                listen 127.0.0.1:%%PORT_2%%;
                location /page { websocket_upgrade_insecure on; default_type text/html; return 200 "<p>page</p>\n"; }
            }
            server {
                listen 127.0.0.1:%%PORT_1%% ssl;
                server_name inner.test;
                ssl_certificate inner.pem; ssl_certificate_key inner.key;
                location / { proxy_pass http://127.0.0.1:%%BACKEND%%; }
            }
        }
        """;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Tunnel_TlsOnBothSides_BringsEveryMessageBack()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        using var client = await OpenWebSocketAsync(gateway);
        foreach (var size in new[] { 0, 1, 16_384, 65_536, 1_000_000 })
            await EchoAsync(client, RandomNumberGenerator.GetBytes(size));
    }

    [Fact]
    public async Task Tunnel_SlowReaderOverTls_LosesNothing()
    {
        // Megabytes that the client does not take for a while: what the socket refuses is kept encrypted, and continued in order.
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        using var client = await OpenWebSocketAsync(gateway);
        var message = RandomNumberGenerator.GetBytes(4_000_000);
        using var over = new CancellationTokenSource(s_timeout);
        var sending = client.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, over.Token);
        await Task.Delay(300, over.Token);
        var received = await ReceiveAsync(client, message.Length, over.Token);
        await sending;
        Assert.Equal(SHA256.HashData(message), SHA256.HashData(received));
    }

    [Fact]
    public async Task Reload_NewCertificate_IsForNewConnectionsAndLeavesTunnelsAlone()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        using var tunnel = await OpenWebSocketAsync(gateway);
        var before = await ThumbprintAsync(gateway);
        var renewed = TestCertificate.Create("localhost");
        gateway.Directory.Write("a.pem", renewed.Pem);
        gateway.Directory.Write("a.key", renewed.KeyPem);
        ProcessProbe.Send(gateway.Id, Signal.Hup);
        var after = before;
        Assert.True(await Wait.UntilAsync(async () => (after = await ThumbprintAsync(gateway)) != before, s_timeout), gateway.ErrorLog);
        Assert.Equal(X509Certificate2.CreateFromPem(renewed.Pem).Thumbprint, after);
        await EchoAsync(tunnel, [1, 2, 3]);
    }

    [Fact]
    public async Task VariableCertificate_InTheCache_IsTheOldOneUntilItIsLookedAtAgain()
    {
        const string configuration = """
            error_log error.log info;
            events { worker_connections 64; }
            http {
                access_log off;
                ssl_certificate_cache max=10 valid=3s;
                ssl_session_tickets off;
                map $ssl_server_name $name { default a; }
                server {
                    listen 127.0.0.1:%%PORT_0%% ssl;
                    ssl_certificate $name.pem; ssl_certificate_key $name.key;
                    location /return { return 200 "here\n"; }
                }
            }
            """;
        var first = TestCertificate.Create("localhost");
        await using var gateway = await GatewayProcess.StartAsync(
            GatewayExecutable.Hawser, configuration, new() { Files = new Dictionary<string, string> { ["a.pem"] = first.Pem, ["a.key"] = first.KeyPem } });
        var before = await ThumbprintAsync(gateway);
        var renewed = TestCertificate.Create("localhost");
        gateway.Directory.Write("b.pem", renewed.Pem);
        File.Move(gateway.Directory["b.pem"], gateway.Directory["a.pem"], overwrite: true);
        gateway.Directory.Write("b.key", renewed.KeyPem);
        File.Move(gateway.Directory["b.key"], gateway.Directory["a.key"], overwrite: true);
        Assert.Equal(before, await ThumbprintAsync(gateway));
        var after = before;
        Assert.True(await Wait.UntilAsync(async () => (after = await ThumbprintAsync(gateway)) != before, s_timeout), gateway.ErrorLog);
        Assert.Equal(X509Certificate2.CreateFromPem(renewed.Pem).Thumbprint, after);
        Assert.DoesNotContain("[error]", gateway.ErrorLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshake_GarbageTruncationAndResets_LeakNothing()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        var hello = await RecordClientHelloAsync();
        await AttackAsync(gateway, hello, count: 200, seed: 1); // what is allocated once and kept
        var descriptors = ProcessProbe.Descriptors(gateway.Id);
        var memory = ProcessProbe.ResidentBytes(gateway.Id);
        var count = TestSettings.IsLong ? 10_000 : 1_000;
        await AttackAsync(gateway, hello, count, seed: 2);
        Assert.True(
            await Wait.UntilAsync(() => ProcessProbe.Descriptors(gateway.Id) <= descriptors, s_timeout),
            string.Join('\n', ProcessProbe.DescribeDescriptors(gateway.Id)));
        // An SSL object alone is more than 6 KiB: kept for every connection, they would be seen.
        var growth = ProcessProbe.ResidentBytes(gateway.Id) - memory;
        Assert.True(growth < count * 3L * 1024 + 16 * 1024 * 1024, $"{growth} bytes more after {count} handshakes");
        Assert.NotEqual("", await ThumbprintAsync(gateway));
    }

    [Theory]
    [InlineData("/page", "Content-Security-Policy: upgrade-insecure-requests\r\n")]
    [InlineData("/page/policy", "Content-Security-Policy: default-src 'self'; upgrade-insecure-requests\r\n")]
    [InlineData("/page/text", null)]
    public async Task UpgradeInsecure_HtmlOverTls_SaysSoInItsPolicy(string path, string? field)
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        var (answer, _) = await GetAsync(gateway, path);
        if (field is null)
            Assert.DoesNotContain("Content-Security-Policy", answer, StringComparison.OrdinalIgnoreCase);
        else
            Assert.Contains(field, answer, StringComparison.Ordinal);
        await using var plain = await RawClient.ConnectAsync(gateway.Port(2));
        await plain.SendAsync("GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.DoesNotContain("Content-Security-Policy", (await plain.ReadReplyAsync())!.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private static async Task AttackAsync(GatewayProcess gateway, byte[] hello, int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, gateway.Port());
            var bytes = (i % 5) switch
            {
                0 => RandomBytes(random, 0x16),
                1 => RandomBytes(random, random.Next(256)),
                2 => hello[..random.Next(hello.Length)],
                3 => Mutate(hello, random),
                _ => hello, // a good one, left without an answer
            };
            await TrySendAsync(socket, bytes);
            if (i % 3 == 0)
                socket.LingerState = new LingerOption(true, 0); // a reset, in whatever state the handshake is
            else if (i % 3 == 1)
                await TryReadAsync(socket);
        }
    }

    private static byte[] RandomBytes(Random random, int first)
    {
        var bytes = new byte[random.Next(1, 600)];
        random.NextBytes(bytes);
        bytes[0] = (byte)first;
        return bytes;
    }

    private static byte[] Mutate(byte[] hello, Random random)
    {
        var bytes = (byte[])hello.Clone();
        for (var n = random.Next(1, 8); n > 0; n--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    private static async Task TrySendAsync(Socket socket, byte[] bytes)
    {
        try
        {
            await socket.SendAsync(bytes);
        }
        catch (SocketException)
        {
            // The gateway was faster in closing.
        }
    }

    private static async Task TryReadAsync(Socket socket)
    {
        using var over = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        try
        {
            await socket.ReceiveAsync(new byte[4096], over.Token);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // Nothing came, or a reset.
        }
    }

    /// <summary>The first bytes that a real client sends.</summary>
    internal static async Task<byte[]> RecordClientHelloAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var server = await listener.AcceptSocketAsync();
        await using var tls = new SslStream(client.GetStream());
        var handshake = tls.AuthenticateAsClientAsync("localhost");
        var buffer = new byte[4096];
        var length = await server.ReceiveAsync(buffer);
        server.Close();
        await Assert.ThrowsAnyAsync<Exception>(() => handshake);
        return buffer[..length];
    }

    private static async Task<string> ThumbprintAsync(GatewayProcess gateway)
    {
        var (answer, certificate) = await GetAsync(gateway, "/return");
        Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
        return certificate;
    }

    private static async Task<(string Answer, string Thumbprint)> GetAsync(GatewayProcess gateway, string path)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.Port()).WaitAsync(s_timeout);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(Trusting("localhost")).WaitAsync(s_timeout);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(tls);
        var answer = await reader.ReadToEndAsync().WaitAsync(s_timeout);
        return (answer, new X509Certificate2(tls.RemoteCertificate!).Thumbprint);
    }

    private static SslClientAuthenticationOptions Trusting(string name) => new()
    {
        TargetHost = name,
        EnabledSslProtocols = SslProtocols.None,
        RemoteCertificateValidationCallback = IsOfTests,
    };

    // The certificates are their own authorities; which one it is, the tests look at themselves.
    private static bool IsOfTests(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is { Subject: "CN=localhost" } && (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0;

    private static Task<GatewayProcess> StartAsync(int backendPort)
    {
        var outer = TestCertificate.Create("localhost");
        var inner = TestCertificate.Create("inner.test");
        return Gateways.StartAsync(backendPort, Configuration, new()
        {
            Files = new Dictionary<string, string>
            {
                ["a.pem"] = outer.Pem, ["a.key"] = outer.KeyPem, ["inner.pem"] = inner.Pem, ["inner.key"] = inner.KeyPem,
            },
        });
    }

    private static async Task<ClientWebSocket> OpenWebSocketAsync(GatewayProcess gateway)
    {
        var client = new ClientWebSocket();
        client.Options.RemoteCertificateValidationCallback = IsOfTests;
        using var over = new CancellationTokenSource(s_timeout);
        await client.ConnectAsync(new Uri($"wss://127.0.0.1:{gateway.Port()}/"), over.Token);
        return client;
    }

    private static async Task EchoAsync(ClientWebSocket client, byte[] message)
    {
        using var over = new CancellationTokenSource(s_timeout);
        var sending = client.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, over.Token);
        var received = await ReceiveAsync(client, message.Length, over.Token);
        await sending;
        Assert.Equal(message, received);
    }

    private static async Task<byte[]> ReceiveAsync(ClientWebSocket client, int length, CancellationToken over)
    {
        var buffer = new byte[length + 1];
        var received = 0;
        while (true)
        {
            var part = await client.ReceiveAsync(buffer.AsMemory(received), over);
            received += part.Count;
            if (part.EndOfMessage)
                return buffer[..received];
        }
    }
}
