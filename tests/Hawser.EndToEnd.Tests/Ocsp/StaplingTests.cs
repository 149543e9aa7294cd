using Hawser.Testing;

namespace Hawser.EndToEnd.Tests.Ocsp;

/// <summary><c>ssl_stapling on</c>: responses that the gateway asks for, and what it does without them.</summary>
public sealed class StaplingTests : IDisposable
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 256; }
        http {
            access_log off;
            server {
                listen 127.0.0.1:%%PORT_0%% ssl;
                ssl_certificate server.pem; ssl_certificate_key server.key;
                ssl_trusted_certificate root.pem;
                ssl_stapling on;
                %%MORE%%
                return 200 "here\n";
            }
        }
        """;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private readonly TestAuthority _root = new("root");

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("off")]
    [InlineData("on")]
    public async Task Response_AfterTheFirstHandshake_IsSentAndNotAskedForAgain(string verify)
    {
        await using var responder = Responder(Verdict.Good);
        await using var gateway = await StartAsync(responder.Url, $"ssl_stapling_verify {verify};");
        Assert.Contains("no response sent", await HandshakeAsync(gateway), StringComparison.Ordinal);
        await AssertStapledAsync(gateway, "Cert Status: good");
        for (var i = 0; i < 5; i++)
            Assert.Contains("Cert Status: good", await HandshakeAsync(gateway), StringComparison.Ordinal);
        var request = Assert.Single(responder.Requests);
        Assert.StartsWith("GET /", request, StringComparison.Ordinal);
        Assert.EndsWith(" HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", request, StringComparison.Ordinal);
        Assert.DoesNotContain("[error]", gateway.ErrorLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_WithContentLength_NeedsNoEndOfTheConnection()
    {
        await using var responder = new OcspResponderStub(id =>
        {
            var body = _root.Respond(id, Verdict.Good, s_day);
            return OcspResponderStub.Http(body, $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nContent-Type: application/ocsp-response\r\n\r\n");
        });
        await using var gateway = await StartAsync(responder.Url);
        await HandshakeAsync(gateway);
        await AssertStapledAsync(gateway, "Cert Status: good");
    }

    [Fact]
    public async Task Response_TwoLoops_IsAskedForOnce()
    {
        await using var responder = Responder(Verdict.Good);
        await using var gateway = await StartAsync(responder.Url, configuration: Configuration.Replace("worker_processes 1", "worker_processes 2", StringComparison.Ordinal));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => HandshakeAsync(gateway)));
        await AssertStapledAsync(gateway, "Cert Status: good");
        foreach (var seen in await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => HandshakeAsync(gateway))))
            Assert.Contains("Cert Status: good", seen, StringComparison.Ordinal);
        Assert.Single(responder.Requests);
    }

    [Fact]
    public async Task Responder_OfTheDirective_IsAskedWithItsPath()
    {
        await using var responder = Responder(Verdict.Good);
        await using var gateway = await StartAsync("http://127.0.0.1:1/nobody", $"ssl_stapling_responder {responder.Url}/ocsp;");
        await HandshakeAsync(gateway);
        await AssertStapledAsync(gateway, "Cert Status: good");
        Assert.StartsWith("GET /ocsp/", Assert.Single(responder.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Responder_ByName_IsFoundWithTheResolver()
    {
        await using var names = new NameServerStub();
        names.Set("ocsp.test", "127.0.0.1");
        await using var responder = Responder(Verdict.Good);
        await using var gateway = await StartAsync($"http://ocsp.test:{responder.Port}", $"resolver 127.0.0.1:{names.Port} ipv6=off;");
        await HandshakeAsync(gateway);
        await AssertStapledAsync(gateway, "Cert Status: good");
        Assert.Contains("\r\nHost: ocsp.test\r\n", Assert.Single(responder.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Responder_NameUnknown_IsInTheLog()
    {
        await using var names = new NameServerStub();
        names.Set("ocsp.test");
        await using var gateway = await StartAsync("http://ocsp.test", $"resolver 127.0.0.1:{names.Port} ipv6=off;");
        await AssertNothingStapledAsync(gateway, "ocsp.test could not be resolved (3: Host not found) while requesting certificate status, responder: ocsp.test, certificate: \"");
    }

    [Fact]
    public async Task Responder_Down_LeavesHandshakesAlone()
    {
        await using var responder = Responder(Verdict.Good);
        var url = responder.Url;
        await responder.DisposeAsync();
        await using var gateway = await StartAsync(url);
        await AssertNothingStapledAsync(gateway, "connect() failed (111: Connection refused) while requesting certificate status, responder: 127.0.0.1, peer: 127.0.0.1:");
    }

    [Fact]
    public async Task Responder_Silent_DelaysNobodyAndIsGivenUpByAReload()
    {
        await using var responder = new OcspResponderStub(_ => null);
        await using var gateway = await StartAsync(responder.Url);
        await HandshakeAsync(gateway);
        Assert.True(await Wait.UntilAsync(() => responder.Open == 1, s_timeout));
        for (var i = 0; i < 5; i++)
            Assert.Contains("no response sent", await HandshakeAsync(gateway), StringComparison.Ordinal);
        Assert.Equal(1, responder.Open);

        responder.Answer = Good;
        ProcessProbe.Send(gateway.Id, Signal.Hup);
        Assert.True(await Wait.UntilAsync(() => responder.Open == 0, s_timeout), "the question of the old configuration goes on");
        await HandshakeAsync(gateway);
        await AssertStapledAsync(gateway, "Cert Status: good");
    }

    [Fact]
    public async Task Reload_ManyTimesBesideASilentResponder_LeaksNoDescriptor()
    {
        await using var responder = new OcspResponderStub(_ => null);
        await using var gateway = await StartAsync(responder.Url);
        await HandshakeAsync(gateway);
        await ReloadAsync(gateway);
        var before = await Gateways.DescriptorsAtRestWithoutTunnelAsync(gateway);
        for (var i = 0; i < 10; i++)
        {
            await HandshakeAsync(gateway);
            var asked = i + 2;
            Assert.True(await Wait.UntilAsync(() => responder.Requests.Count == asked, s_timeout), gateway.ErrorLog);
            await ReloadAsync(gateway);
        }

        await Gateways.AssertNoDescriptorLeakAsync(gateway, before);
        Assert.True(await Wait.UntilAsync(() => responder.Open == 0, s_timeout));
    }

    [Theory]
    [InlineData("revoked", "certificate status \"revoked\" in the OCSP response")]
    [InlineData("unknown", "certificate status \"unknown\" in the OCSP response")]
    [InlineData("stranger", "OCSP_basic_verify() failed (SSL: error:")]
    [InlineData("other", "certificate status not found in the OCSP response")]
    [InlineData("old", "OCSP_check_validity() failed (SSL: error:")]
    [InlineData("garbage", "d2i_OCSP_RESPONSE() failed (SSL: error:")]
    [InlineData("refusal", "OCSP response not successful (6: unauthorized)")]
    [InlineData("html", "OCSP responder sent invalid \"Content-Type\" header: \"text/html\"")]
    [InlineData("error", "OCSP responder answered with status 503")]
    [InlineData("no http", "OCSP responder sent invalid response")]
    [InlineData("two lengths", "OCSP responder sent invalid response")]
    [InlineData("broken off", "OCSP responder prematurely closed connection")]
    [InlineData("endless", "OCSP responder sent too long response")]
    public async Task Responder_LiesOrFails_IsNotBelieved(string lie, string message)
    {
        using var stranger = new TestAuthority("root");
        await using var responder = new OcspResponderStub(id => lie switch
        {
            "revoked" => OcspResponderStub.Http(_root.Respond(id, Verdict.Revoked, s_day)),
            "unknown" => OcspResponderStub.Http(_root.Respond(id, Verdict.Unknown, s_day)),
            "stranger" => OcspResponderStub.Http(stranger.Respond(id, Verdict.Good, s_day)),
            "other" => OcspResponderStub.Http(_root.Respond(OtherSerial(id), Verdict.Good, s_day)),
            "old" => OcspResponderStub.Http(_root.Respond(id, Verdict.Good, -TimeSpan.FromHours(1))),
            "garbage" => OcspResponderStub.Http([1, 2, 3]),
            "refusal" => OcspResponderStub.Http([0x30, 3, 0x0a, 1, 6]),
            "html" => OcspResponderStub.Http([], "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>welcome"),
            "error" => OcspResponderStub.Http([], "HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\n\r\n<p>busy"),
            "no http" => OcspResponderStub.Http(_root.Respond(id, Verdict.Good, s_day), ""),
            "two lengths" => OcspResponderStub.Http(_root.Respond(id, Verdict.Good, s_day), "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Length: 10\r\n\r\n"),
            "broken off" => OcspResponderStub.Http([0x30], "HTTP/1.1 200 OK\r\nContent-Length: 900\r\nContent-Type: application/ocsp-response\r\n\r\n"),
            _ => OcspResponderStub.Http(new byte[20_000]),
        });
        await using var gateway = await StartAsync(responder.Url, "ssl_stapling_verify on;");
        await AssertNothingStapledAsync(gateway, message + (message.EndsWith(':') ? "" : " while requesting certificate status, responder: 127.0.0.1"));
        Assert.Single(responder.Requests); // and not asked again for five minutes
        Assert.DoesNotContain("[crit]", gateway.ErrorLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_AFewSecondsOld_IsNotSentWhenItsTimeIsOver()
    {
        await using var responder = new OcspResponderStub(id => OcspResponderStub.Http(_root.Respond(id, Verdict.Good, TimeSpan.FromSeconds(4))));
        await using var gateway = await StartAsync(responder.Url);
        await HandshakeAsync(gateway);
        await AssertStapledAsync(gateway, "Cert Status: good");
        Assert.True(await Wait.UntilAsync(async () => (await HandshakeAsync(gateway)).Contains("no response sent", StringComparison.Ordinal), s_timeout));
    }

    [Theory]
    [InlineData(null, "", "\"ssl_stapling\" ignored, no OCSP responder URL in the certificate \"")]
    [InlineData("https://127.0.0.1", "", "\"ssl_stapling\" ignored, invalid URL prefix in OCSP responder \"https://127.0.0.1\" in the certificate \"")]
    [InlineData("http://127.0.0.1:99999/x", "", "\"ssl_stapling\" ignored, invalid port in OCSP responder \"127.0.0.1:99999/x\" in the certificate \"")]
    [InlineData("http://nowhere.invalid", "", "\"ssl_stapling\" ignored, host not found in OCSP responder \"nowhere.invalid\" in the certificate \"")]
    [InlineData("http://127.0.0.1", "ssl_trusted_certificate other.pem;", "\"ssl_stapling\" ignored, issuer certificate not found for certificate \"")]
    public async Task Certificate_NobodyCanBeAsked_IsAWarningOfTheTestAndOfTheStart(string? url, string more, string warning)
    {
        await using var gateway = await StartAsync(url, more);
        Assert.Contains($"[warn] ", gateway.ErrorLog, StringComparison.Ordinal);
        Assert.Contains(warning + gateway.Directory["server.pem"] + "\"", gateway.ErrorLog, StringComparison.Ordinal);
        Assert.Contains("no response sent", await HandshakeAsync(gateway), StringComparison.Ordinal);
        var test = await gateway.RunAsync("-t");
        Assert.Equal(0, test.ExitCode);
        Assert.Contains("nginx: [warn] " + warning, test.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directives_OfNewerLibraries_AreWarnedOfOnce()
    {
        const string configuration = """
            events { }
            http {
                ssl_certificate server.pem; ssl_certificate_key server.key;
                ssl_ech_file keys.pem;
                ssl_certificate_compression on;
                server { listen 127.0.0.1:%%PORT_0%% ssl; server_name a; }
                server { listen 127.0.0.1:%%PORT_0%% ssl; server_name b; }
            }
            """;
        var (certificate, key) = _root.Issue("localhost", null);
        await using var gateway = GatewayProcess.Prepare(
            GatewayExecutable.Hawser, configuration, new() { Files = new Dictionary<string, string> { ["server.pem"] = certificate, ["server.key"] = key } });
        var test = await gateway.RunAsync("-t");
        Assert.Equal(0, test.ExitCode);
        Assert.Single(test.Error.Split('\n'), "nginx: [warn] \"ssl_ech_file\" is not supported on this platform, ignored");
        Assert.Single(test.Error.Split('\n'), "nginx: [warn] \"ssl_certificate_compression\" is not supported on this platform, ignored");
        gateway.WriteConfiguration(configuration.Replace("ssl_ech_file keys.pem;", "ssl_stapling on;", StringComparison.Ordinal));
        test = await gateway.RunAsync("-t");
        Assert.Equal(1, test.ExitCode);
        Assert.Contains("nginx: [emerg] \"ssl_stapling\" is incompatible with \"ssl_certificate_compression\"", test.Error, StringComparison.Ordinal);
    }

    private static ReadOnlyMemory<byte> OtherSerial(ReadOnlyMemory<byte> certificateId)
    {
        var other = certificateId.ToArray();
        other[^1] ^= 1; // the serial number stands at the end
        return other;
    }

    private static async Task<string> HandshakeAsync(GatewayProcess gateway)
    {
        var result = await Command.RunAsync("openssl", ["s_client", "-connect", $"127.0.0.1:{gateway.Port()}", "-status"]);
        Assert.Contains("CONNECTED", result.Output, StringComparison.Ordinal);
        return result.Output;
    }

    private static async Task AssertStapledAsync(GatewayProcess gateway, string text)
    {
        var seen = "";
        Assert.True(
            await Wait.UntilAsync(async () => (seen = await HandshakeAsync(gateway)).Contains(text, StringComparison.Ordinal), s_timeout),
            $"{seen}\n{gateway.ErrorLog}");
    }

    private static async Task AssertNothingStapledAsync(GatewayProcess gateway, string message)
    {
        await HandshakeAsync(gateway);
        Assert.True(await Wait.UntilAsync(() => gateway.ErrorLog.Contains(message, StringComparison.Ordinal), s_timeout), $"no \"{message}\" in\n{gateway.ErrorLog}");
        Assert.Contains("no response sent", await HandshakeAsync(gateway), StringComparison.Ordinal);
    }

    private static async Task ReloadAsync(GatewayProcess gateway)
    {
        static int Count(string log) => log.Split("reconfiguring").Length;
        var before = Count(gateway.ErrorLog);
        ProcessProbe.Send(gateway.Id, Signal.Hup);
        Assert.True(await Wait.UntilAsync(() => Count(gateway.ErrorLog) > before, s_timeout));
        await Task.Delay(300); // the loop takes the new configuration a moment after
    }

    private byte[] Good(ReadOnlyMemory<byte> id) => OcspResponderStub.Http(_root.Respond(id, Verdict.Good, s_day));

    private OcspResponderStub Responder(Verdict verdict) => new(id => OcspResponderStub.Http(_root.Respond(id, verdict, s_day)));

    private Task<GatewayProcess> StartAsync(string? responder, string more = "", string configuration = Configuration)
    {
        using var other = new TestAuthority("other");
        var (certificate, key) = _root.Issue("localhost", responder);
        if (more.Contains("ssl_trusted_certificate", StringComparison.Ordinal))
            configuration = configuration.Replace("ssl_trusted_certificate root.pem;", "", StringComparison.Ordinal);
        return GatewayProcess.StartAsync(GatewayExecutable.Hawser, configuration, new()
        {
            Placeholders = new Dictionary<string, string> { ["MORE"] = more },
            Files = new Dictionary<string, string> { ["server.pem"] = certificate, ["server.key"] = key, ["root.pem"] = _root.Pem, ["other.pem"] = other.Pem },
        });
    }
}
