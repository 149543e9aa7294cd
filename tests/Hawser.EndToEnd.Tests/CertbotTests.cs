using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>Certificates as people get them: certbot's nginx plugin, unmodified, with a local ACME server (pebble) and Hawser in nginx's place.</summary>
public sealed class CertbotTests
{
    private const string Name = "www.example.test";

    private const string Configuration = """
        error_log error.log info;
        events { }
        http {
            access_log access.log;
            server {
                listen 127.0.0.1:%%PORT_0%%;
                server_name www.example.test;
                location / { return 200 "over $scheme\n"; }
            }
        }
        """;

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Certbot_ObtainsInstallsAndRenews_WithHawserAsNginx()
    {
        using var directory = new TestDirectory();
        await using var gateway = await GatewayProcess.StartAsync(GatewayExecutable.Hawser, Configuration);
        // What the fixture gives on the command line, certbot's calls ("-c FILE -t", "-c FILE -s reload") need too.
        var control = gateway.Directory.Write(
            "nginx-ctl", $"#!/bin/sh\nexec {GatewayExecutable.Hawser.Path} -p {gateway.Directory.Path}/ -g 'pid nginx.pid;' \"$@\"\n");
        File.SetUnixFileMode(control, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var acme = await Pebble.StartAsync(directory, gateway.Port(), gateway.Port(1));

        await RunCertbotAsync(
            directory, acme, "--nginx", "--nginx-server-root", gateway.Directory.Path, "--nginx-ctl", control, "-d", Name, "--agree-tos",
            "--register-unsafely-without-email", "--http-01-port", $"{gateway.Port()}", "--https-port", $"{gateway.Port(1)}");
        var first = await WaitForCertificateAsync(gateway, not: null);

        await RunCertbotAsync(directory, acme, "renew", "--force-renewal", "--no-random-sleep-on-renew");
        var second = await WaitForCertificateAsync(gateway, not: first);
        Assert.NotEqual(first, second);
    }

    private static async Task RunCertbotAsync(TestDirectory directory, Pebble acme, params string[] arguments)
    {
        var result = await Command.RunAsync(
            "certbot",
            [
                .. arguments, "--server", acme.Url, "--no-verify-ssl", "--config-dir", directory["config"], "--work-dir", directory["work"], "--logs-dir", directory["logs"],
                "--non-interactive",
            ],
            s_timeout);
        Assert.True(result.ExitCode == 0, $"certbot {string.Join(' ', arguments)}: {result}");
    }

    /// <summary>A reload takes effect a moment after it is asked for.</summary>
    private static async Task<string> WaitForCertificateAsync(GatewayProcess gateway, string? not)
    {
        string? thumbprint = null;
        var came = await Wait.UntilAsync(async () => (thumbprint = await TryGetThumbprintAsync(gateway.Port(1))) is not null && thumbprint != not, TimeSpan.FromSeconds(30));
        Assert.True(came, gateway.Describe());
        return thumbprint!;
    }

    private static async Task<string?> TryGetThumbprintAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = Name,
                // The local authority is nobody's; that the name is right is what counts here.
                RemoteCertificateValidationCallback = (_, _, _, errors) => (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0,
            });
            return new X509Certificate2(tls.RemoteCertificate!).Thumbprint;
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return null; // not there yet
        }
    }

    /// <summary>pebble, Let's Encrypt's small ACME server for tests, which here believes every answer to its challenges.</summary>
    private sealed class Pebble : IDisposable
    {
        private readonly Process _process;
        private readonly PortLease _port;
        private readonly PortLease _management;

        private Pebble(Process process, PortLease port, PortLease management)
        {
            _process = process;
            _port = port;
            _management = management;
        }

        public string Url => $"https://127.0.0.1:{_port.Port}/dir";

        public static async Task<Pebble> StartAsync(TestDirectory directory, int httpPort, int tlsPort)
        {
            var port = PortLease.Take();
            var management = PortLease.Take();
            var certificate = TestCertificate.Create("localhost");
            var settings = directory.Write(
                "pebble.json",
                $$"""
                {"pebble": {
                  "listenAddress": "127.0.0.1:{{port.Port}}", "managementListenAddress": "127.0.0.1:{{management.Port}}",
                  "certificate": "{{directory.Write("pebble.pem", certificate.Pem)}}", "privateKey": "{{directory.Write("pebble.key", certificate.KeyPem)}}",
                  "httpPort": {{httpPort}}, "tlsPort": {{tlsPort}}, "ocspResponderURL": "", "externalAccountBindingRequired": false}
                }
                """);
            var start = new ProcessStartInfo("pebble", ["-config", settings])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
                Environment = { ["PEBBLE_VA_ALWAYS_VALID"] = "1", ["PEBBLE_VA_NOSLEEP"] = "1", ["PEBBLE_WFE_NONCEREJECT"] = "0" },
            };
            var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            var acme = new Pebble(process, port, management);
            if (!await Wait.UntilAsync(() => Accepts(port.Port), TimeSpan.FromSeconds(30)))
            {
                acme.Dispose();
                Assert.Fail("pebble does not listen");
            }

            return acme;
        }

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
            _port.Dispose();
            _management.Dispose();
        }

        private static bool Accepts(int port)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }
}
