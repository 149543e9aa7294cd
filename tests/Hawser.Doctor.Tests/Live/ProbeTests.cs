using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Hawser.Doctor.Tests.Live;

/// <summary>Every step of a live examination, against servers that fail at just that step.</summary>
public sealed class ProbeTests
{
    [Fact]
    public async Task Tcp_NothingListens_IsRefused()
    {
        using PortLease port = PortLease.Take();
        DoctorOutput output = await ProbeAsync($"ws://127.0.0.1:{port.Port}/");
        Assert.Equal(DoctorRun.Found, output.ExitCode);
        Assert.Contains($"refuses the connection: nothing listens on port {port.Port}", output.Text, StringComparison.Ordinal);
        Assert.Contains("ss -ltn", output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tcp_ADroppedSyn_IsAFirewall()
    {
        Assert.SkipUnless(GatewayExecutable.Hawser.Exists, "the program is not built; ./hawser -v builds it");
        (NetworkNamespace? network, string reason) = await NetworkNamespace.TryCreateAsync();
        Assert.SkipWhen(network is null, reason);
        await using NetworkNamespace _ = network;
        await network.DropToInsideAsync(true);
        CommandResult result = await Command.RunAsync(
            GatewayExecutable.Hawser.Path, ["doctor", "--url", $"ws://{network.Inside}:9999/", "--timeout", "2s", "--lang", "en"]);
        Assert.True(result.Output.Contains("does not answer at all", StringComparison.Ordinal), result.ToString());
        Assert.Contains("security group", result.Output, StringComparison.Ordinal);
        Assert.Contains("Open TCP port 9999", result.Output, StringComparison.Ordinal);
        Assert.Equal(DoctorRun.Found, result.ExitCode);
    }

    [Fact]
    public async Task Handshake_AReset_IsTold()
    {
        using var server = new OneReply(null, reset: true);
        DoctorOutput output = await ProbeAsync(server.Url("ws"));
        Assert.Contains("the connection was reset after the handshake was sent", output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshake_AClosedConnection_IsTold()
    {
        using var server = new OneReply("");
        DoctorOutput output = await ProbeAsync(server.Url("ws"));
        Assert.Contains("closed the connection without an answer", output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_WithoutAddress_IsTold()
    {
        DoctorOutput output = await ProbeAsync("ws://no-such-host.invalid/");
        Assert.Contains("the name no-such-host.invalid has no address", output.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expired", "expired on")]
    [InlineData("name", "not for 127.0.0.1")]
    [InlineData("self", "is self-signed")]
    public async Task Tls_ABadCertificate_IsNamed(string kind, string expected)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = kind switch
        {
            "expired" => TestCertificate.Make("127.0.0.1", now.AddDays(-30), now.AddDays(-2)),
            "name" => TestCertificate.MakeValid("other.example.org"),
            _ => TestCertificate.MakeValid("127.0.0.1"),
        };
        using var directory = new TestDirectory();
        string trusted = directory.Write("ca.pem", certificate.ExportCertificatePem());
        using var server = new OneReply("", certificate);
        DoctorOutput output = await ProbeAsync(server.Url("wss"), trusted: kind == "self" ? null : trusted);
        Assert.Contains(expected, output.Text, StringComparison.Ordinal);
        Assert.Contains("1006", output.Text, StringComparison.Ordinal);
        Assert.Equal(DoctorRun.Found, output.ExitCode);
    }

    [Fact]
    public async Task Tls_OnAPlainPort_IsNamed()
    {
        using var server = new OneReply("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        DoctorOutput output = await ProbeAsync(server.Url("wss"));
        Assert.Contains("does not speak TLS", output.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "an ordinary page in place of a WebSocket")]
    [InlineData(301, "301 to /elsewhere: WebSocket clients do not follow redirects")]
    [InlineData(302, "302 to /elsewhere")]
    [InlineData(400, "the backend sees a broken handshake")]
    [InlineData(401, "credentials are missing")]
    [InlineData(403, "Origin does not match Host")]
    [InlineData(404, "nobody knows this path")]
    [InlineData(405, "not for GET")]
    [InlineData(426, "Upgrade or Connection got lost on the way")]
    [InlineData(429, "too many requests")]
    [InlineData(500, "an error inside test")]
    [InlineData(502, "502")]
    [InlineData(503, "no backend is available")]
    [InlineData(504, "did not answer in time")]
    [InlineData(418, "418 from test")]
    public async Task Handshake_EveryAnswer_HasItsCause(int status, string expected)
    {
        using var server = new OneReply(Refusal(status));
        DoctorOutput output = await ProbeAsync(server.Url("ws"));
        Assert.Contains(expected, output.Text, StringComparison.Ordinal);
        Assert.Equal(DoctorRun.Found, output.ExitCode);
    }

    [Theory]
    [InlineData("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "with a wrong Sec-WebSocket-Accept")]
    [InlineData("Upgrade: websocket\r\nConnection: Upgrade", "without Sec-WebSocket-Accept")]
    [InlineData("Connection: Upgrade", "without \"Upgrade: websocket\"")]
    [InlineData("Upgrade: websocket", "without \"Connection: upgrade\"")]
    public async Task Handshake_ABadSwitch_IsRefused(string fields, string expected)
    {
        using var server = new OneReply($"HTTP/1.1 101 Switching Protocols\r\n{fields}\r\n\r\n");
        DoctorOutput output = await ProbeAsync(server.Url("ws"));
        Assert.Contains(expected, output.Text, StringComparison.Ordinal);
        Assert.Equal(DoctorRun.Found, output.ExitCode);
    }

    [Fact]
    public async Task Idle_AServerThatKillsSilentSockets_IsNamedWithItsCode()
    {
        using var backend = new StrictBackend("/ws") { ClosesAfter = TimeSpan.FromSeconds(2) };
        DoctorOutput output = await ProbeAsync($"ws://127.0.0.1:{backend.Port}/ws", idle: "60s");
        Assert.Contains("of silence: code 1001 idle", output.Text, StringComparison.Ordinal);
        Assert.Contains("The backend itself closes idle sockets", output.Text, StringComparison.Ordinal);
        Assert.Equal(DoctorRun.Found, output.ExitCode);
    }

    [Fact]
    public async Task Socket_ThatWorks_PassesEveryStep()
    {
        using var backend = new StrictBackend("/ws");
        DoctorOutput output = await ProbeAsync($"ws://127.0.0.1:{backend.Port}/ws", idle: "1s");
        Assert.DoesNotContain("✗", output.Text, StringComparison.Ordinal);
        Assert.Contains("✓ the message came back", output.Text, StringComparison.Ordinal);
        Assert.Contains("✓ open after 1 s of silence", output.Text, StringComparison.Ordinal);
        Assert.Equal(DoctorRun.Fine, output.ExitCode);
    }

    [Fact]
    public async Task Backend_ThatWorksDirectly_PutsTheBlameOnTheProxy()
    {
        using var backend = new StrictBackend("/ws");
        using var proxy = new OneReply(Refusal(404));
        DoctorOutput output = await ProbeAsync(proxy.Url("ws"), backend: $"ws://127.0.0.1:{backend.Port}/ws");
        Assert.Contains("the fault lies in the proxy", output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Steps_AsJson_AreOneObjectALine()
    {
        using var backend = new StrictBackend("/ws");
        DoctorOutput output = await DoctorOutput.OfAsync(new DoctorArguments { Url = $"ws://127.0.0.1:{backend.Port}/ws", Format = OutputFormat.Json });
        string[] lines = output.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, static line => System.Text.Json.JsonDocument.Parse(line).Dispose());
        Assert.Contains(lines, static line => line.Contains("\"step\":\"answer.101\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Steps_InChinese_AreChinese()
    {
        using PortLease port = PortLease.Take();
        DoctorOutput output = await DoctorOutput.OfAsync(new DoctorArguments { Url = $"ws://127.0.0.1:{port.Port}/", Lang = "zh" });
        Assert.Contains($"拒绝连接：没有程序监听 {port.Port} 端口", output.Text, StringComparison.Ordinal);
    }

    private static string Refusal(int status) =>
        $"HTTP/1.1 {status} Status\r\nServer: test\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    private static Task<DoctorOutput> ProbeAsync(string url, string? idle = null, string? trusted = null, string? backend = null) =>
        DoctorOutput.OfAsync(new DoctorArguments { Url = url, Idle = idle, TrustedCertificates = trusted, Backend = backend });

    /// <summary>A server that answers every connection with the same bytes and closes, or resets.</summary>
    private sealed class OneReply : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly string? _reply;
        private readonly X509Certificate2? _certificate;
        private readonly bool _reset;

        public OneReply(string? reply, X509Certificate2? certificate = null, bool reset = false)
        {
            _reply = reply;
            _certificate = certificate;
            _reset = reset;
            _listener.Start();
            _ = AcceptAsync();
        }

        public string Url(string scheme) => $"{scheme}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/ws";

        public void Dispose() => _listener.Stop();

        private async Task AcceptAsync()
        {
            try
            {
                while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using TcpClient owned = client;
            try
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(_certificate);
                    stream = tls;
                }
                byte[] buffer = new byte[4096];
                _ = await stream.ReadAsync(buffer);
                if (_reset)
                {
                    // Not through the stream: that would say goodbye first.
                    client.Client.LingerState = new LingerOption(true, 0);
                    client.Client.Close();
                }
                else await stream.WriteAsync(Encoding.Latin1.GetBytes(_reply!));
            }
            catch (Exception gone) when (gone is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The doctor hangs up on a certificate that it does not like.
            }
        }
    }
}
