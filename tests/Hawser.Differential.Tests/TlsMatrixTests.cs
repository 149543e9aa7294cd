using System.Text.RegularExpressions;
using Hawser.Testing;
using Xunit;

namespace Hawser.Differential.Tests;

/// <summary>What <c>openssl s_client</c> finds on nginx and on Hawser with the same file: protocols, ciphers, curves, resumption, names, certificates.</summary>
public sealed partial class TlsMatrixTests
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { }
        http {
            access_log off;
            ssl_protocols TLSv1.2 TLSv1.3;
            server {
                listen 127.0.0.1:%%PORT_0%% ssl default_server;
                server_name localhost;
                ssl_certificate rsa.pem; ssl_certificate_key rsa.key;
                ssl_certificate ec.pem; ssl_certificate_key ec.key;
                location / { return 200 "seen $ssl_protocol $ssl_cipher $ssl_curve $ssl_session_reused <$ssl_server_name> <$ssl_alpn_protocol> $server_name $scheme\n"; }
            }
            server {
                listen 127.0.0.1:%%PORT_0%% ssl;
                server_name other.test *.wild.test;
                ssl_certificate other.pem; ssl_certificate_key other.key;
                location / { return 200 "seen <$ssl_server_name> $server_name\n"; }
            }
            server {
                listen 127.0.0.1:%%PORT_0%% ssl;
                server_name reject.test;
                ssl_reject_handshake on;
            }
            server {
                listen 127.0.0.1:%%PORT_1%% ssl;
                ssl_certificate rsa.pem; ssl_certificate_key rsa.key;
                ssl_protocols TLSv1.2;
                ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384;
                ssl_prefer_server_ciphers on;
                ssl_ecdh_curve secp384r1;
                ssl_session_tickets off;
                ssl_session_cache shared:matrix:1m;
                location / { return 200 "seen $ssl_protocol $ssl_cipher $ssl_session_reused\n"; }
            }
            server {
                listen 127.0.0.1:%%PORT_2%% ssl;
                ssl_certificate ec.pem; ssl_certificate_key ec.key;
                ssl_client_certificate client.pem;
                ssl_verify_client on;
                error_page 495 /bad;
                error_page 496 /none;
                location / { return 200 "seen $ssl_client_verify $ssl_client_s_dn $ssl_client_fingerprint\n"; }
                location = /bad { return 403 "bad $ssl_client_verify\n"; }
                location = /none { return 401 "none $ssl_client_verify\n"; }
            }
        }
        """;

    /// <summary>A client: the port it goes to, its options, and what it does.</summary>
    private sealed record Client(string Name, int Port, string Options, string Input = "GET / HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n", bool Resumes = false, bool Renegotiates = false);

    private static readonly Client[] s_clients =
    [
        new("default", 0, ""),
        new("TLS 1.2", 0, "-tls1_2"),
        new("TLS 1.3", 0, "-tls1_3"),
        new("TLS 1.1", 0, "-tls1_1 -cipher ALL:@SECLEVEL=0"),
        new("TLS 1.0", 0, "-tls1 -cipher ALL:@SECLEVEL=0"),
        new("RSA certificate", 0, "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256"),
        new("EC certificate", 0, "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256"),
        new("signatures with RSA only", 0, "-tls1_3 -sigalgs rsa_pss_rsae_sha256"),
        new("no common cipher", 1, "-tls1_2 -cipher ECDHE-RSA-CHACHA20-POLY1305"),
        new("TLS 1.3 suite", 0, "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256"),
        new("curve P-256", 0, "-tls1_3 -curves P-256"),
        new("curve X448", 0, "-tls1_3 -curves X448"),
        new("server's curve", 1, "-tls1_2 -curves P-384:P-256"),
        new("no common curve", 1, "-tls1_2 -curves P-256 -cipher ECDHE-RSA-AES128-GCM-SHA256"),
        new("server's order", 1, "-tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256"),
        new("version not offered", 1, "-tls1_3"),
        new("name of another server", 0, "-servername other.test", "GET / HTTP/1.0\\r\\nHost: other.test\\r\\n\\r\\n"),
        new("name below a wildcard", 0, "-servername a.wild.test", "GET / HTTP/1.0\\r\\nHost: a.wild.test\\r\\n\\r\\n"),
        new("name in upper case", 0, "-servername OTHER.test", "GET / HTTP/1.0\\r\\nHost: other.test\\r\\n\\r\\n"),
        new("name of no server", 0, "-servername unknown.test"),
        new("no name", 0, "-noservername"),
        new("name that is refused", 0, "-servername reject.test"),
        new("name and host differ", 0, "-servername other.test"),
        new("ALPN http/1.1", 0, "-alpn http/1.1"),
        new("ALPN with h2", 0, "-alpn h2,http/1.1"),
        new("ALPN without a common one", 0, "-alpn spdy/1"),
        new("ticket, TLS 1.2", 0, "-tls1_2", Resumes: true),
        new("ticket, TLS 1.3", 0, "-tls1_3", Resumes: true),
        new("session of the cache", 1, "-tls1_2", Resumes: true),
        new("renegotiation", 0, "-tls1_2", Renegotiates: true),
        new("status request", 0, "-status"),
        new("no certificate of the client", 2, ""),
        new("certificate of the client", 2, "-cert client.pem -key client.key"),
        new("certificate of a stranger", 2, "-cert stranger.pem -key stranger.key"),
        new("certificate of the client, TLS 1.2", 2, "-tls1_2 -cert client.pem -key client.key"),
    ];

    [Fact]
    public async Task Client_OnNginxAndHawser_SeesTheSame()
    {
        var files = Certificates();
        var nginx = await ObserveAsync(GatewayExecutable.Nginx, files);
        var hawser = await ObserveAsync(GatewayExecutable.Hawser, files);
        var complaints = s_clients.Where(client => nginx[client.Name] != hawser[client.Name])
            .Select(client => $"{client.Name} (s_client {client.Options})\n nginx:\n{nginx[client.Name]}\n hawser:\n{hawser[client.Name]}").ToList();
        Assert.True(complaints.Count == 0, string.Join("\n\n", complaints));
        // Without these the comparison would be one of failures.
        Assert.Contains("seen TLSv1.3", hawser["default"], StringComparison.Ordinal);
        Assert.Contains("Reused", hawser["ticket, TLS 1.3"], StringComparison.Ordinal);
        Assert.Contains("Reused", hawser["session of the cache"], StringComparison.Ordinal);
        Assert.Contains("seen SUCCESS", hawser["certificate of the client"], StringComparison.Ordinal);
        Assert.Contains("alert number", hawser["name that is refused"], StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Certificates()
    {
        var files = new Dictionary<string, string>();
        Add("rsa", TestCertificate.CreateRsa(2048, "localhost"));
        foreach (var (file, name) in new[] { ("ec", "localhost"), ("other", "other.test"), ("client", "client"), ("stranger", "stranger") })
            Add(file, TestCertificate.Create(name));
        return files;

        void Add(string file, TestCertificate certificate) => (files[$"{file}.pem"], files[$"{file}.key"]) = (certificate.Pem, certificate.KeyPem);
    }

    private static async Task<Dictionary<string, string>> ObserveAsync(GatewayExecutable executable, Dictionary<string, string> files)
    {
        await using var gateway = await GatewayProcess.StartAsync(executable, Configuration, new() { Files = files });
        var seen = new Dictionary<string, string>();
        foreach (var client in s_clients)
            seen[client.Name] = await ConnectAsync(gateway, client);
        await gateway.StopAsync();
        return seen;
    }

    private static async Task<string> ConnectAsync(GatewayProcess gateway, Client client)
    {
        var command = $"openssl s_client -connect 127.0.0.1:{gateway.Port(client.Port)} {client.Options}";
        if (!client.Options.Contains("servername", StringComparison.Ordinal))
            command += " -servername localhost";
        var request = $"printf '{client.Input}'";
        var script = client switch
        {
            { Renegotiates: true } => $"(printf 'R\\n'; sleep 1) | {command}",
            { Resumes: true } => $"{request} | {command} -ign_eof -sess_out session >/dev/null 2>&1; {request} | {command} -ign_eof -sess_in session",
            _ => $"{request} | {command} -ign_eof",
        };
        var result = await Command.RunAsync("/bin/sh", ["-c", $"{{ {script}; }} 2>&1"], directory: gateway.Directory.Path);
        var lines = result.Output.Split('\n').Select(line => Fact().Match(line)).Where(match => match.Success).Select(match => match.Value.TrimEnd());
        return string.Join('\n', lines.Distinct());
    }

    [GeneratedRegex(@"^(New, |Reused, |ALPN protocol|No ALPN|Server Temp Key|subject=|OCSP response:|HTTP/1\.1 |seen |bad |none ).*|alert number \d+|no renegotiation|no peer certificate available")]
    private static partial Regex Fact();
}
