using System.Globalization;
using System.Text.RegularExpressions;
using Hawser.Testing;
using Xunit;

namespace Hawser.Differential.Tests;

/// <summary>
/// What <c>openssl s_client</c> finds on nginx and on Hawser in more than one step: sessions over reloads, changes of ticket keys, early data and
/// its replay; and in what extensions of the handshake a server answers.
/// </summary>
public sealed partial class TlsSituationTests
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { }
        http {
            access_log access.log;
            ssl_protocols TLSv1.2 TLSv1.3;
            ssl_certificate rsa.pem; ssl_certificate_key rsa.key;
            ssl_certificate ec.pem; ssl_certificate_key ec.key;
            server {
                listen 127.0.0.1:%%PORT_0%%;
                return 200 "generation 1\n";
            }
            server {
                # tickets with keys that nobody has given
                listen 127.0.0.1:%%PORT_1%% ssl;
                server_name localhost;
                return 200 "seen $ssl_protocol $ssl_session_reused <$ssl_server_name>\n";
            }
            server {
                listen 127.0.0.1:%%PORT_1%% ssl;
                server_name other.test;
                ssl_certificate other.pem; ssl_certificate_key other.key;
                return 200 "seen other $ssl_session_reused <$ssl_server_name>\n";
            }
            server {
                listen 127.0.0.1:%%PORT_2%% ssl;
                ssl_session_ticket_key one.ticket;
                ssl_session_ticket_key two.ticket;
                return 200 "seen $ssl_session_reused\n";
            }
            server {
                # identifiers in a cache, no tickets
                listen 127.0.0.1:%%PORT_3%% ssl;
                ssl_session_tickets off;
                ssl_session_cache shared:situations:1m;
                return 200 "seen $ssl_session_reused\n";
            }
            server {
                # the same cache elsewhere
                listen 127.0.0.1:%%PORT_4%% ssl;
                ssl_session_tickets off;
                ssl_session_cache shared:situations:1m;
                return 200 "seen $ssl_session_reused\n";
            }
            server {
                # tickets and a cache
                listen 127.0.0.1:%%PORT_5%% ssl;
                ssl_session_cache shared:tickets:1m;
                return 200 "seen $ssl_session_reused\n";
            }
            server {
                listen 127.0.0.1:%%PORT_6%% ssl;
                ssl_early_data on;
                return 200 "seen $ssl_session_reused\n";
            }
            server {
                listen 127.0.0.1:%%PORT_7%% ssl;
                ssl_client_certificate client.pem;
                ssl_verify_client optional_no_ca;
                return 200 "seen <$ssl_client_verify> <$ssl_client_s_dn> <$ssl_client_i_dn>\n";
            }
            server {
                listen 127.0.0.1:%%PORT_8%% ssl;
                ssl_session_timeout 2s;
                ssl_ecdh_curve X25519:secp384r1;
                ssl_stapling on;
                ssl_stapling_file staple.der;
                root html;
            }
            server {
                listen 127.0.0.1:%%PORT_9%% ssl;
                ssl_protocols TLSv1.2;
                ssl_session_cache off;
                ssl_session_tickets off;
                return 200 "seen $ssl_session_reused\n";
            }
        }
        """;

    private const int Generated = 1, Keys = 2, Cache = 3, SameCache = 4, TicketsAndCache = 5, Early = 6, Certificates = 7, Extensions = 8, Old = 9;

    // Debian's nginx resumes the session, certificate and all, before it looks at the name.
    private const string OtherName = "nginx 1.31 chooses the server first, and so does Hawser: a session is for the certificates that it was made with";

    /// <summary>Situations: what happens, step by step.</summary>
    private static readonly (string Name, Func<Client, Task> Steps)[] s_situations =
    [
        ("a ticket of generated keys, TLS 1.3", client => client.ResumeAsync(Generated, "-tls1_3")),
        ("a ticket of generated keys after a reload, TLS 1.3", client => client.ResumeAsync(Generated, "-tls1_3", client.ReloadAsync)),
        ("a ticket of generated keys after a reload, TLS 1.2", client => client.ResumeAsync(Generated, "-tls1_2", client.ReloadAsync)),
        ("a ticket of a key file after a reload, TLS 1.3", client => client.ResumeAsync(Keys, "-tls1_3", client.ReloadAsync)),
        ("a ticket of a key file after a reload, TLS 1.2", client => client.ResumeAsync(Keys, "-tls1_2", client.ReloadAsync)),
        ("the ticket's key has become the second", client => client.ResumeAsync(Keys, "-tls1_2", () => client.ReloadWithAsync("two", "one"))),
        ("the ticket's key has gone", client => client.ResumeAsync(Keys, "-tls1_3", () => client.ReloadWithAsync("three", "one"))),
        ("a ticket for another name, TLS 1.2", client => client.ResumeAsync(Generated, "-tls1_2 -servername localhost", next: "-tls1_2 -servername other.test")),
        ("a ticket for another name, TLS 1.3", client => client.ResumeAsync(Generated, "-tls1_3 -servername localhost", next: "-tls1_3 -servername other.test")),
        ("a ticket of another name, TLS 1.3", client => client.ResumeAsync(Generated, "-tls1_3 -servername other.test", next: "-tls1_3 -servername localhost")),
        ("a ticket without the name it had", client => client.ResumeAsync(Generated, "-tls1_3 -servername localhost", next: "-tls1_3 -noservername")),
        ("a ticket of a server elsewhere", client => client.ResumeAsync(Keys, "-tls1_2", port: Generated)),
        ("a ticket, and then the other version", client => client.ResumeAsync(Generated, "-tls1_3", next: "-tls1_2")),
        ("an identifier of the cache", client => client.ResumeAsync(Cache, "-tls1_2")),
        ("an identifier of the cache after a reload", client => client.ResumeAsync(Cache, "-tls1_2", client.ReloadAsync)),
        ("an identifier of the cache at another server of it", client => client.ResumeAsync(Cache, "-tls1_2", port: SameCache)),
        ("a session of the cache, TLS 1.3", client => client.ResumeAsync(Cache, "-tls1_3")),
        ("neither tickets nor a cache", client => client.ResumeAsync(Old, "-tls1_2")),
        ("a ticket beside a cache", client => client.ResumeAsync(TicketsAndCache, "-tls1_2")),
        ("a session that is too old", client => client.ResumeAsync(Extensions, "-tls1_2", () => Task.Delay(3500))),
        ("early data", client => client.ResumeAsync(Early, "-tls1_3", next: "-tls1_3 -early_data early")),
        ("early data twice with one ticket", async client =>
        {
            await client.ResumeAsync(Early, "-tls1_3", next: "-tls1_3 -early_data early");
            await client.ConnectAsync(Early, "-tls1_3 -early_data early -sess_in session", request: "");
        }),
        ("early data where it is off", client => client.ResumeAsync(Generated, "-tls1_3", next: "-tls1_3 -early_data early")),
        ("early data after a reload", client => client.ResumeAsync(Early, "-tls1_3", client.ReloadAsync, next: "-tls1_3 -early_data early")),
        ("a certificate of the client, its authority known", client => client.ConnectAsync(Certificates, "-tls1_3 -cert client.pem -key client.key")),
        ("a certificate of the client, its authority unknown", client => client.ConnectAsync(Certificates, "-tls1_3 -cert stranger.pem -key stranger.key")),
        ("a certificate of the client, its authority unknown, TLS 1.2", client => client.ConnectAsync(Certificates, "-tls1_2 -cert stranger.pem -key stranger.key")),
        ("a certificate of the client that is too old", client => client.ConnectAsync(Certificates, "-tls1_3 -cert old.pem -key old.key")),
        ("no certificate of the client", client => client.ConnectAsync(Certificates, "-tls1_3")),
        ("a certificate of the client in a resumed session", client => client.ResumeAsync(Certificates, "-tls1_3 -cert stranger.pem -key stranger.key")),
        ("ALPN without a common name, TLS 1.2", client => client.ConnectAsync(Generated, "-tls1_2 -alpn spdy/1")),
        ("ALPN without a common name, TLS 1.3", client => client.ConnectAsync(Generated, "-tls1_3 -alpn h3,spdy/1")),
        ("ALPN http/1.0", client => client.ConnectAsync(Generated, "-alpn http/1.0")),
        ("ALPN http/0.9", client => client.ConnectAsync(Generated, "-alpn http/0.9")),
        ("records of 512 bytes, TLS 1.2", client => client.ConnectAsync(Extensions, "-tls1_2 -maxfraglen 512 -msg", "GET /large HTTP/1.0\\r\\n\\r\\n")),
        ("records of 1024 bytes, TLS 1.3", client => client.ConnectAsync(Extensions, "-tls1_3 -maxfraglen 1024 -msg", "GET /large HTTP/1.0\\r\\n\\r\\n")),
        ("records of the usual size", client => client.ConnectAsync(Extensions, "-tls1_2 -msg", "GET /large HTTP/1.0\\r\\n\\r\\n")),
        ("a response of an authority", client => client.ConnectAsync(Extensions, "-status")),
        ("a response of an authority, TLS 1.2", client => client.ConnectAsync(Extensions, "-tls1_2 -status")),
        ("a response of an authority where none is", client => client.ConnectAsync(Generated, "-status")),
        ("the sentinel of a downgrade", client => client.ConnectAsync(Generated, "-tls1_2 -msg")),
        ("no sentinel where there is nothing newer", client => client.ConnectAsync(Old, "-tls1_2 -msg")),
        ("a fallback that is none of the client's doing", client => client.ConnectAsync(Generated, "-tls1_2 -fallback_scsv")),
        ("a fallback where there is nothing newer", client => client.ConnectAsync(Old, "-tls1_2 -fallback_scsv")),
        ("a curve that needs another hello", client => client.ConnectAsync(Extensions, "-tls1_3 -curves P-521:P-384")),
        ("the server's second curve", client => client.ConnectAsync(Extensions, "-tls1_2 -curves P-384:P-256")),
        ("no common curve, TLS 1.3", client => client.ConnectAsync(Extensions, "-tls1_3 -curves P-521:P-256")),
        ("no common curve, TLS 1.2 with RSA alone", client => client.ConnectAsync(Extensions, "-tls1_2 -curves P-521 -cipher AES128-GCM-SHA256")),
        ("signatures: ECDSA alone", client => client.ConnectAsync(Generated, "-tls1_3 -sigalgs ecdsa_secp256r1_sha256")),
        ("signatures: RSA-PSS alone", client => client.ConnectAsync(Generated, "-tls1_3 -sigalgs rsa_pss_rsae_sha512")),
        ("signatures: RSA of TLS 1.2 alone", client => client.ConnectAsync(Generated, "-tls1_2 -sigalgs RSA+SHA256")),
        ("signatures: ECDSA of TLS 1.2 with an RSA suite", client => client.ConnectAsync(Generated, "-tls1_2 -sigalgs ECDSA+SHA256 -cipher ECDHE-RSA-AES128-GCM-SHA256")),
        ("signatures: nothing in common", client => client.ConnectAsync(Generated, "-tls1_3 -sigalgs ed25519")),
        ("signatures: SHA-1 alone", client => client.ConnectAsync(Generated, "-tls1_2 -sigalgs RSA+SHA1")),
        ("no extended master secret", client => client.ConnectAsync(Generated, "-tls1_2 -no_ems")),
        ("no encrypt-then-mac", client => client.ConnectAsync(Generated, "-tls1_2 -no_etm -cipher ECDHE-RSA-AES128-SHA256")),
        ("compression asked for", client => client.ConnectAsync(Generated, "-tls1_2 -comp")),
        ("a client without secure renegotiation", client => client.ConnectAsync(Generated, "-tls1_2 -legacy_renegotiation -msg")),
        ("renegotiation", client => client.ConnectAsync(Generated, "-tls1_2", "R\\n", pause: true)),
        ("key updates", client => client.ConnectAsync(Generated, "-tls1_3", "K\\n", pause: true)),
        ("a name that is an address", client => client.ConnectAsync(Generated, "-servername 127.0.0.1")),
        ("a name with a point at its end", client => client.ConnectAsync(Generated, "-servername other.test.")),
        ("a name that cannot be one", client => client.ConnectAsync(Generated, "-servername a..b/c")),
        ("a name of 255 letters", client => client.ConnectAsync(Generated, $"-servername {new string('a', 255)}")),
    ];

    /// <summary>Where Debian's nginx, or nginx at all, does something else, and why.</summary>
    private static readonly Dictionary<string, string> s_differences = new()
    {
        ["a ticket for another name, TLS 1.2"] = OtherName,
        ["a ticket for another name, TLS 1.3"] = OtherName,
        ["a ticket of another name, TLS 1.3"] = OtherName,
    };

    [Fact]
    public async Task Client_InSeveralSteps_SeesTheSame()
    {
        var files = await FilesAsync();
        var both = await Task.WhenAll(ObserveAsync(GatewayExecutable.Nginx, files), ObserveAsync(GatewayExecutable.Hawser, files));
        var (nginx, hawser) = (both[0], both[1]);
        var complaints = s_situations.Select(situation => situation.Name)
            .Where(name => nginx[name] != hawser[name] != s_differences.ContainsKey(name))
            .Select(name => $"{name}\n nginx:\n{nginx[name]}\n hawser:\n{hawser[name]}").ToList();
        Assert.True(complaints.Count == 0, string.Join("\n\n", complaints));
        // Without these the comparison would be one of failures.
        Assert.Contains("Reused", hawser["a ticket of a key file after a reload, TLS 1.3"], StringComparison.Ordinal);
        Assert.DoesNotContain("Reused", hawser["the ticket's key has gone"], StringComparison.Ordinal);
        Assert.Contains("Reused", hawser["an identifier of the cache after a reload"], StringComparison.Ordinal);
        Assert.Contains("Early data was accepted", hawser["early data"], StringComparison.Ordinal);
        Assert.Contains("Early data was rejected", hawser["early data after a reload"], StringComparison.Ordinal);
        Assert.Contains("OCSP Response Status: successful", hawser["a response of an authority"], StringComparison.Ordinal);
        Assert.Contains("largest record 536", hawser["records of 512 bytes, TLS 1.2"], StringComparison.Ordinal);
        Assert.Contains("downgrade sentinel", hawser["the sentinel of a downgrade"], StringComparison.Ordinal);
        Assert.DoesNotContain("downgrade sentinel", hawser["no sentinel where there is nothing newer"], StringComparison.Ordinal);
        Assert.Contains("alert number 86", hawser["a fallback that is none of the client's doing"], StringComparison.Ordinal);
    }

    // RFC 8446 §8: whoever records a ClientHello with early data can send both again. nginx acts upon it each time; Hawser waits for
    // the end of the handshake, which the attacker cannot bring about (docs/decisions/0033).
    [Theory]
    [MemberData(nameof(Gateways))]
    public async Task EarlyData_Replayed_IsActedUponByNginxAlone(GatewayExecutable executable)
    {
        const int replays = 3;
        await using var gateway = await GatewayProcess.StartAsync(executable, Configuration, new() { Files = await FilesAsync() });
        gateway.Directory.Write("early", "GET /once HTTP/1.0\r\n\r\n");
        await new Client(gateway).ConnectAsync(Early, "-tls1_3 -sess_out session");
        var recorded = await RecordAsync(gateway);
        Assert.True(await Wait.UntilAsync(() => Count() == 1, TimeSpan.FromSeconds(5)), gateway.Describe());
        for (var i = 0; i < replays; i++)
        {
            await using var attacker = await RawClient.ConnectAsync(gateway.Port(Early));
            await attacker.SendAsync(recorded);
            Assert.StartsWith("\x16\x03\x03", await attacker.ReadUntilIdleAsync(TimeSpan.FromMilliseconds(300)), StringComparison.Ordinal);
        }

        await gateway.StopAsync();
        Assert.Equal(executable.Name == "nginx" ? 1 + replays : 1, Count());

        int Count() => Regex.Count(gateway.Directory.Read("access.log"), "GET /once");
    }

    public static TheoryData<GatewayExecutable> Gateways => [.. GatewayExecutable.Both];

    /// <summary>Lets a client with early data through to the gateway, and keeps what it said before it heard anything.</summary>
    private static async Task<string> RecordAsync(GatewayProcess gateway)
    {
        await using var relay = new RawServer();
        var client = Command.RunAsync(
            "openssl",
            ["s_client", "-connect", $"127.0.0.1:{relay.Port}", "-servername", "localhost", "-tls1_3", "-sess_in", "session", "-early_data", "early", "-ign_eof"],
            directory: gateway.Directory.Path);
        await using var inside = await relay.AcceptAsync();
        await using var outside = await RawClient.ConnectAsync(gateway.Port(Early));
        var recorded = await inside.ReadUntilIdleAsync(TimeSpan.FromMilliseconds(300));
        await outside.SendAsync(recorded);
        while (outside.State == ConnectionState.Open)
        {
            await inside.SendAsync(await outside.ReadUntilIdleAsync(TimeSpan.FromMilliseconds(50)));
            await outside.SendAsync(await inside.ReadUntilIdleAsync(TimeSpan.FromMilliseconds(50)));
        }

        inside.EndSending();
        await client;
        return recorded;
    }

    private static async Task<Dictionary<string, string>> FilesAsync()
    {
        var files = new Dictionary<string, string>
        {
            ["early"] = "GET / HTTP/1.0\r\n\r\n",
            ["html/large"] = new('x', 100_000),
            ["html/index.html"] = "seen page\n",
        };
        var ec = TestCertificate.Create("localhost");
        Add("rsa", TestCertificate.CreateRsa(2048, "localhost"));
        Add("ec", ec);
        Add("other", TestCertificate.Create("other.test"));
        Add("client", TestCertificate.Create("client"));
        Add("stranger", TestCertificate.Create("stranger"));
        Add("old", TestCertificate.CreateExpired("old"));
        foreach (var name in new[] { "one", "two", "three" })
            files[$"{name}.ticket"] = string.Concat(Enumerable.Range(0, 80).Select(i => (char)(name[1] ^ (i * 7 & 0xFF))));
        files["staple.der"] = await StapleAsync(ec);
        return files;

        void Add(string file, TestCertificate certificate) => (files[$"{file}.pem"], files[$"{file}.key"]) = (certificate.Pem, certificate.KeyPem);
    }

    /// <summary>A response that a certificate's own authority, itself, gives about it.</summary>
    private static async Task<string> StapleAsync(TestCertificate certificate)
    {
        using var directory = new TestDirectory();
        directory.Write("ec.pem", certificate.Pem);
        directory.Write("ec.key", certificate.KeyPem);
        directory.Write("index", "");
        const string script = """
            serial=$(openssl x509 -in ec.pem -noout -serial | cut -d= -f2)
            printf 'V\t491231235959Z\t\t%s\tunknown\t/CN=localhost\n' "$serial" > index
            openssl ocsp -issuer ec.pem -cert ec.pem -reqout request.der -no_nonce
            openssl ocsp -index index -rsigner ec.pem -rkey ec.key -CA ec.pem -reqin request.der -respout response.der -ndays 1
            """;
        var result = await Command.RunAsync("/bin/sh", ["-ec", script], directory: directory.Path);
        return result.ExitCode == 0
            ? Bytes.ToText(await File.ReadAllBytesAsync(directory["response.der"]))
            : throw new InvalidOperationException($"No response: {result}");
    }

    private static async Task<Dictionary<string, string>> ObserveAsync(GatewayExecutable executable, Dictionary<string, string> files)
    {
        await using var gateway = await GatewayProcess.StartAsync(executable, Configuration, new() { Files = files });
        var client = new Client(gateway);
        var seen = new Dictionary<string, string>();
        foreach (var (name, steps) in s_situations)
        {
            await steps(client);
            seen[name] = client.Take();
        }

        await gateway.StopAsync();
        return seen;
    }

    /// <summary>s_client, again and again.</summary>
    private sealed partial class Client(GatewayProcess gateway)
    {
        private readonly List<string> _facts = [];
        private int _generation = 1;
        private (string First, string Second) _keys = ("one", "two");

        public string Take()
        {
            var text = string.Join('\n', _facts);
            _facts.Clear();
            return text;
        }

        /// <summary>A connection that gets a session, something that happens, and one that offers it.</summary>
        public async Task ResumeAsync(int first, string options, Func<Task>? between = null, int? port = null, string? next = null)
        {
            await ConnectAsync(first, options + " -sess_out session");
            if (between is not null)
                await between();
            var isEarly = next?.Contains("-early_data", StringComparison.Ordinal) == true;
            await ConnectAsync(port ?? first, $"{next ?? options} -sess_in session", isEarly ? "" : null);
        }

        public async Task ConnectAsync(int port, string options, string? request = null, bool pause = false)
        {
            var name = options.Contains("servername", StringComparison.Ordinal) ? "" : " -servername localhost";
            var command = $"openssl s_client -connect 127.0.0.1:{gateway.Port(port)}{name} {options}{(pause ? "" : " -ign_eof")}";
            var script = $"{{ printf '{request ?? "GET / HTTP/1.0\\r\\n\\r\\n"}'; {(pause ? "sleep 0.5" : "true")}; }} | timeout 10 {command} 2>&1";
            var result = await Command.RunAsync("/bin/sh", ["-c", script], directory: gateway.Directory.Path);
            _facts.Add("---");
            // Early data may be answered, and the connection be over, before the next ticket comes.
            var isEarly = options.Contains("-early_data", StringComparison.Ordinal);
            _facts.AddRange(Facts(result.Output).Where(fact => !isEarly || !fact.StartsWith("    ", StringComparison.Ordinal)));
        }

        public Task ReloadAsync() => ReloadWithAsync(_keys.First, _keys.Second);

        public async Task ReloadWithAsync(string first, string second)
        {
            _keys = (first, second);
            gateway.WriteConfiguration(Configuration
                .Replace("generation 1", $"generation {++_generation}", StringComparison.Ordinal)
                .Replace("one.ticket", "FIRST", StringComparison.Ordinal).Replace("two.ticket", $"{second}.ticket", StringComparison.Ordinal)
                .Replace("FIRST", $"{first}.ticket", StringComparison.Ordinal));
            gateway.Send(Signal.Hup);
            // An old worker of nginx may take some connections yet.
            var inRow = 0;
            if (!await Wait.UntilAsync(async () => (inRow = await IsNewAsync() ? inRow + 1 : 0) >= 5, TimeSpan.FromSeconds(20)))
                throw new GatewayException($"Not reloaded.\n{gateway.Describe()}");
        }

        private async Task<bool> IsNewAsync()
        {
            await using var client = await RawClient.ConnectAsync(gateway.Port());
            await client.SendAsync("GET / HTTP/1.0\r\n\r\n");
            return (await client.ReadReplyAsync())?.Body == $"generation {_generation}\n";
        }

        private static IEnumerable<string> Facts(string output)
        {
            var lines = output.Split('\n');
            var facts = lines.Select(line => Fact().Match(line)).Where(match => match.Success).Select(match => LifetimeJustBegun().Replace(match.Value.TrimEnd(), "300")).Distinct();
            // With -msg, s_client shows the headers of records and the messages of the handshake in hexadecimal.
            var records = lines.Select(line => RecordHeader().Match(line)).Where(match => match.Success)
                .Select(match => int.Parse(match.Groups[1].Value.Replace(" ", "", StringComparison.Ordinal), NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToList();
            if (records.Count > 0)
                facts = facts.Append($"largest record {records.Max()}");
            var hello = string.Concat(lines.SkipWhile(line => !line.Contains(", ServerHello", StringComparison.Ordinal)).Skip(1).Take(3));
            return hello.Replace(" ", "", StringComparison.Ordinal).Contains("444f574e47524401", StringComparison.Ordinal) ? facts.Append("downgrade sentinel") : facts;
        }

        [GeneratedRegex(@"^(New, |Reused, |ALPN protocol|No ALPN|Server Temp Key|subject=|OCSP response:|    OCSP Response Status|    Cert Status|HTTP/1\.1 |seen |generation |Early data was|    Max Early Data|    TLS session ticket lifetime hint|    Extended master secret|Secure Renegotiation|Peer sign|Acceptable client|CN = |Client Certificate Types|Requested Signature|KEYUPDATE|RENEGOTIATING).*|alert number \d+|no renegotiation|no peer certificate available|no protocols available|unexpected eof")]
        private static partial Regex Fact();

        [GeneratedRegex("29[0-9](?= .seconds)")]
        private static partial Regex LifetimeJustBegun();

        [GeneratedRegex("^    17 03 03 ([0-9a-f]{2} [0-9a-f]{2})$")]
        private static partial Regex RecordHeader();
    }
}
