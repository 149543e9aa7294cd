using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Hawser.Doctor.Tests.Live;

/// <summary>
/// The seven mistakes that cost most people most time, set up with Debian's nginx and a backend: found in the file, found at the URL, and cured
/// by --fix --write.
/// </summary>
public sealed class PitfallTests
{
    private const string Headers = """
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        """;

    [Fact]
    public async Task Path_WithoutTheSlash_IsFoundAndCured()
    {
        using var backend = new StrictBackend("/chat");
        await using Setup setup = await Setup.StartAsync(backend, $$"""
            location /websocket {
                proxy_pass http://127.0.0.1:%%BACKEND%%/;
                {{Headers}}
            }
            """);
        string url = setup.Url("ws", "/websocket/chat");
        DoctorOutput found = await setup.ExamineAsync(url);
        Assert.Contains("HW102", found.Text, StringComparison.Ordinal);
        Assert.Contains("a request for /websocket/chat reaches the backend as //chat", found.Text, StringComparison.Ordinal);
        Assert.Contains("404: nobody knows this path", found.Text, StringComparison.Ordinal);
        await setup.FixAndAssertWorksAsync(url);
    }

    [Fact]
    public async Task Heartbeat_SlowerThanTheTimeout_IsFoundAndCured()
    {
        using var backend = new StrictBackend("/ws");
        await using Setup setup = await Setup.StartAsync(backend, Idling("2s"));
        string url = setup.Url("ws", "/ws");
        DoctorOutput found = await setup.ExamineAsync(url, heartbeat: "20s", idle: "30s");
        Assert.Contains("sends something every 20s, and nginx closes", found.Text, StringComparison.Ordinal);
        Assert.Contains("without a close frame", found.Text, StringComparison.Ordinal);
        await setup.FixAndAssertWorksAsync(url, idle: "4s");
    }

    [Fact]
    public async Task UpgradeHeaders_NotForwarded_AreFoundAndCured()
    {
        using var backend = new StrictBackend("/ws");
        await using Setup setup = await Setup.StartAsync(backend, "location /ws { proxy_pass http://127.0.0.1:%%BACKEND%%; }");
        string url = setup.Url("ws", "/ws");
        DoctorOutput found = await setup.ExamineAsync(url);
        Assert.Contains("HW201", found.Text, StringComparison.Ordinal);
        Assert.Contains("HW202", found.Text, StringComparison.Ordinal);
        Assert.Contains("400: the backend sees a broken handshake", found.Text, StringComparison.Ordinal);
        Assert.Contains("findings there: HW20", found.Text, StringComparison.Ordinal);
        await setup.FixAndAssertWorksAsync(url);
    }

    [Fact]
    public async Task ReadTimeout_TooShort_IsFoundAndCured()
    {
        using var backend = new StrictBackend("/ws");
        await using Setup setup = await Setup.StartAsync(backend, Idling("1s"));
        string url = setup.Url("ws", "/ws");
        DoctorOutput found = await setup.ExamineAsync(url, idle: "30s");
        Assert.Contains("After 1s without a byte from the backend", found.Text, StringComparison.Ordinal);
        Assert.Contains("without a close frame", found.Text, StringComparison.Ordinal);
        await setup.FixAndAssertWorksAsync(url, idle: "3s");
    }

    [Fact]
    public async Task SecureSocket_WithAnEmptyUpgrade_IsFoundAndCured()
    {
        // ws:// works and wss:// gets 404: the TLS server passes on to the plain one, and Upgrade is lost between.
        using var backend = new StrictBackend("/ws", refusal: 404);
        await using Setup setup = await Setup.StartAsync(backend, $$"""
            location /ws {
                proxy_pass http://127.0.0.1:%%BACKEND%%;
                {{Headers}}
            }
            """, secure: "location /ws { proxy_pass http://127.0.0.1:%%PORT_0%%; }");
        DoctorOutput plain = await setup.ExamineAsync(setup.Url("ws", "/ws"));
        Assert.Contains("✓ 101 Switching Protocols", plain.Text, StringComparison.Ordinal);
        string url = setup.Url("wss", "/ws");
        DoctorOutput found = await setup.ExamineAsync(url);
        Assert.Contains("HW202", found.Text, StringComparison.Ordinal);
        Assert.Contains("404: nobody knows this path", found.Text, StringComparison.Ordinal);
        await setup.FixAndAssertWorksAsync(url);
    }

    [Fact]
    public async Task MixedContent_OnASecurePage_IsFoundAndCured()
    {
        using var backend = new StrictBackend("/ws");
        await using Setup setup = await Setup.StartAsync(backend, $$"""
            location /ws {
                proxy_pass http://127.0.0.1:%%BACKEND%%;
                {{Headers}}
            }
            """, secure: """location / { default_type text/html; return 200 '<script>new WebSocket("ws://127.0.0.1:%%PORT_0%%/ws")</script>'; }""");
        DoctorOutput found = await setup.ExamineAsync(setup.Url("ws", "/ws"), page: setup.Url("https", "/"));
        Assert.Contains("HW401", found.Text, StringComparison.Ordinal);
        Assert.Contains("browsers block that as mixed content", found.Text, StringComparison.Ordinal);
        Assert.Contains($"opens ws://127.0.0.1:{setup.Port(0)}/ws", found.Text, StringComparison.Ordinal);
        await setup.FixAndAssertWorksAsync(setup.Url("wss", "/ws"));
    }

    [Fact]
    public async Task Port443_NotOpen_IsFoundAndCured()
    {
        using var backend = new StrictBackend("/ws");
        string location = $$"""
            location /ws {
                proxy_pass http://127.0.0.1:%%BACKEND%%;
                {{Headers}}
            }
            """;
        await using Setup setup = await Setup.StartAsync(backend, location);
        string url = setup.Url("wss", "/ws");
        DoctorOutput found = await setup.ExamineAsync(url);
        Assert.Contains($"Nothing in this configuration listens on port {setup.Port(1)}", found.Text, StringComparison.Ordinal);
        Assert.Contains("refuses the connection: nothing listens on port", found.Text, StringComparison.Ordinal);
        // No edit conjures up a certificate: what the advice says is done by hand.
        Assert.Contains("add \"listen", found.Text, StringComparison.Ordinal);
        setup.Replace("location /ws {", $"listen 127.0.0.1:{setup.Port(1)} ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem;\nlocation /ws {{");
        await setup.ReloadAndAssertWorksAsync(url);
    }

    private static string Idling(string timeout) => $$"""
        location /ws {
            proxy_pass http://127.0.0.1:%%BACKEND%%;
            {{Headers}}
            proxy_read_timeout {{timeout}};
        }
        """;

    /// <summary>nginx with one plain server (port 0) and, where wanted, one with TLS (port 1).</summary>
    private sealed class Setup : IAsyncDisposable
    {
        private readonly GatewayProcess _nginx;
        private readonly X509Certificate2 _certificate;

        private Setup(GatewayProcess nginx, X509Certificate2 certificate)
        {
            _nginx = nginx;
            _certificate = certificate;
        }

        private string File => _nginx.Directory["nginx.conf"];

        public static async Task<Setup> StartAsync(StrictBackend backend, string location, string? secure = null)
        {
            Assert.SkipUnless(GatewayExecutable.Nginx.Exists, "nginx is not installed");
            X509Certificate2 certificate = TestCertificate.MakeValid("127.0.0.1");
            (string pem, string key) = TestCertificate.ToPem(certificate);
            string tls = secure is null ? "" : "\nserver {\n    listen 127.0.0.1:%%PORT_1%% ssl;\n    server_name localhost;\n    ssl_certificate cert.pem;\n    ssl_certificate_key key.pem;\n    "
                + secure + "\n}";
            string configuration = $"events {{ }}\nhttp {{\nserver {{\n    listen 127.0.0.1:%%PORT_0%%;\n    server_name localhost;\n    {location}\n}}{tls}\n}}\n";
            GatewayProcess nginx = await GatewayProcess.StartAsync(GatewayExecutable.Nginx, configuration, new GatewayOptions
            {
                Placeholders = new Dictionary<string, string> { ["BACKEND"] = backend.Port.ToString(CultureInfo.InvariantCulture) },
                Files = new Dictionary<string, string> { ["cert.pem"] = pem, ["key.pem"] = key },
            });
            return new Setup(nginx, certificate);
        }

        public int Port(int n) => _nginx.Port(n);

        public string Url(string scheme, string path) => $"{scheme}://127.0.0.1:{Port(scheme is "wss" or "https" ? 1 : 0)}{path}";

        public Task<DoctorOutput> ExamineAsync(string url, string? heartbeat = null, string? idle = null, string? page = null) => DoctorOutput.OfAsync(new DoctorArguments
        {
            ConfigurationFile = File,
            Url = url,
            Heartbeat = heartbeat,
            Idle = idle,
            Page = page,
            TrustedCertificates = _nginx.Directory["cert.pem"],
            Target = "nginx:1.22.1",
        });

        public void Replace(string what, string with) => System.IO.File.WriteAllText(File, System.IO.File.ReadAllText(File).Replace(what, with, StringComparison.Ordinal));

        public async Task FixAndAssertWorksAsync(string url, string? idle = null)
        {
            DoctorOutput written = await DoctorOutput.OfAsync(new DoctorArguments { ConfigurationFile = File, Fix = true, Write = true, Target = "nginx:1.22.1" });
            Assert.Contains("fixes applied", written.Text, StringComparison.Ordinal);
            await ReloadAndAssertWorksAsync(url);
            if (idle is null) return;
            // The old workers go on accepting for a moment.
            DoctorOutput after = new(-1, "");
            bool survives = await Wait.UntilAsync(
                async () => (after = await DoctorOutput.OfAsync(new DoctorArguments { Url = url, Idle = idle })).ExitCode == 0, TimeSpan.FromSeconds(30));
            Assert.True(survives, after.Text);
            Assert.Contains($"open after {idle.TrimEnd('s')} s of silence", after.Text, StringComparison.Ordinal);
        }

        /// <summary>The new configuration is in force as soon as a WebSocket works; a reload takes its time.</summary>
        public async Task ReloadAndAssertWorksAsync(string url)
        {
            CommandResult reload = await Command.RunAsync(
                GatewayExecutable.Nginx.Path, ["-p", _nginx.Directory.Path + "/", "-c", "nginx.conf", "-e", "error.log", "-g", "pid nginx.pid;", "-s", "reload"]);
            Assert.True(reload.ExitCode == 0, reload.ToString());
            bool works = await Wait.UntilAsync(() => WorksAsync(url), TimeSpan.FromSeconds(30));
            Assert.True(works, $"{url} does not work with\n{System.IO.File.ReadAllText(File)}\n{_nginx.ErrorLog}");
        }

        public async ValueTask DisposeAsync()
        {
            await _nginx.DisposeAsync();
            _certificate.Dispose();
        }

        private async Task<bool> WorksAsync(string url)
        {
            using var socket = new ClientWebSocket();
            socket.Options.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == _certificate.GetCertHashString();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await socket.ConnectAsync(new Uri(url), limit.Token);
                await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, limit.Token);
                byte[] buffer = new byte[16];
                WebSocketReceiveResult received = await socket.ReceiveAsync(buffer, limit.Token);
                return Encoding.ASCII.GetString(buffer, 0, received.Count) == "hello";
            }
            catch (WebSocketException)
            {
                return false;
            }
        }
    }
}
