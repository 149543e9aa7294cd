using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests.Ocsp;

/// <summary><c>ssl_ocsp</c>: clients' certificates that their authorities are asked about before a request is answered.</summary>
public sealed class ClientOcspTests : IDisposable
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 1024; }
        http {
            access_log off;
            ssl_session_cache shared:sessions:1m;
            server {
                listen 127.0.0.1:%%PORT_0%% ssl;
                ssl_certificate server.pem; ssl_certificate_key server.key;
                ssl_client_certificate root.pem;
                ssl_verify_client optional;
                ssl_verify_depth 2;
                %%MORE%%
                add_header X-Verify $ssl_client_verify always;
                location / { return 200 "here\n"; }
                location /upstream { proxy_pass http://127.0.0.1:%%PORT_1%%/; }
            }
            server {
                listen 127.0.0.1:%%PORT_1%%;
                return 200 "behind\n";
            }
        }
        """;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private readonly TestAuthority _root = new("root");

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData(Verdict.Good, "200 OK", "SUCCESS")]
    [InlineData(Verdict.Revoked, "400 Bad Request", "FAILED:certificate revoked")]
    [InlineData(Verdict.Unknown, "400 Bad Request", "FAILED:certificate status unknown")]
    public async Task Certificate_OfEachStatus_DecidesTheRequest(object verdict, string status, string verify)
    {
        await using var responder = Responder((Verdict)verdict);
        await using var gateway = await StartAsync("ssl_ocsp leaf;");
        using var certificate = Issue(_root, responder.Url);
        foreach (var path in new[] { "/", "/upstream" })
            AssertAnswer(await GetAsync(gateway, certificate, path), status, verify);
        Assert.Equal(2, responder.Requests.Count);
    }

    [Fact]
    public async Task Certificate_None_IsNotAskedAbout()
    {
        await using var responder = Responder(Verdict.Revoked);
        await using var gateway = await StartAsync($"ssl_ocsp on; ssl_ocsp_responder {responder.Url};");
        AssertAnswer(await GetAsync(gateway, null), "200 OK", "NONE");
        Assert.Empty(responder.Requests);
    }

    [Theory]
    [InlineData("on", "400 Bad Request", "FAILED:certificate revoked", 2)]
    [InlineData("leaf", "200 OK", "SUCCESS", 1)]
    public async Task Authority_InBetweenRevoked_CountsUnlessOnlyLeavesDo(string extent, string status, string verify, int questions)
    {
        await using var ofRoot = Responder(Verdict.Revoked);
        using var between = new TestAuthority("between", _root, ofRoot.Url);
        await using var ofBetween = new OcspResponderStub(id => OcspResponderStub.Http(between.Respond(id, Verdict.Good, s_day)));
        await using var gateway = await StartAsync($"ssl_ocsp {extent}; ssl_trusted_certificate between.pem;", between);
        using var certificate = Issue(between, ofBetween.Url);
        AssertAnswer(await GetAsync(gateway, certificate), status, verify);
        Assert.Equal(questions, ofRoot.Requests.Count + ofBetween.Requests.Count);
    }

    [Fact]
    public async Task Answer_InTheCache_IsNotAskedForAgainEvenAfterAReload()
    {
        await using var responder = Responder(Verdict.Good);
        await using var gateway = await StartAsync("ssl_ocsp leaf; ssl_ocsp_cache shared:ocsp:100k;");
        using var certificate = Issue(_root, responder.Url);
        for (var i = 0; i < 3; i++)
            AssertAnswer(await GetAsync(gateway, certificate), "200 OK", "SUCCESS");
        ProcessProbe.Send(gateway.Id, Signal.Hup);
        Assert.True(await Wait.UntilAsync(() => gateway.ErrorLog.Contains("reconfiguring", StringComparison.Ordinal), s_timeout));
        await Task.Delay(300);
        AssertAnswer(await GetAsync(gateway, certificate), "200 OK", "SUCCESS");
        Assert.Single(responder.Requests);
        using var other = Issue(_root, responder.Url);
        AssertAnswer(await GetAsync(gateway, other), "200 OK", "SUCCESS");
        Assert.Equal(2, responder.Requests.Count);
    }

    [Theory]
    [InlineData("down", "connect() failed (111: Connection refused) while requesting certificate status, responder: 127.0.0.1, peer: 127.0.0.1:")]
    [InlineData("stranger", "OCSP_basic_verify() failed (SSL: error:")]
    [InlineData("other", "certificate status not found in the OCSP response while requesting certificate status")]
    [InlineData("no url", "no OCSP responder URL in certificate while SSL handshaking, client: 127.0.0.1")]
    [InlineData("https", "invalid URL prefix in OCSP responder \"https://127.0.0.1/\" in certificate while SSL handshaking, client: 127.0.0.1")]
    [InlineData("name", "no resolver defined to resolve ocsp.test while requesting certificate status, responder: ocsp.test")]
    [InlineData("slow", "OCSP responder timed out (110: Connection timed out) while requesting certificate status, responder: 127.0.0.1, peer: 127.0.0.1:")]
    public async Task Responder_ThatCannotBeBelieved_FailsTheRequestAndSaysWhy(string fault, string message)
    {
        using var stranger = new TestAuthority("root");
        await using var responder = new OcspResponderStub(id => fault switch
        {
            "stranger" => OcspResponderStub.Http(stranger.Respond(id, Verdict.Good, s_day)),
            "other" => OcspResponderStub.Http(_root.Respond(OtherSerial(id), Verdict.Good, s_day)),
            _ => null,
        });
        var url = fault switch { "no url" => null, "https" => "https://127.0.0.1/", "name" => "http://ocsp.test", _ => responder.Url };
        if (fault == "down")
            await responder.DisposeAsync();
        await using var gateway = await StartAsync("ssl_ocsp leaf; client_header_timeout 2s;");
        using var certificate = Issue(_root, url);
        AssertAnswer(await GetAsync(gateway, certificate), "400 Bad Request", "FAILED:certificate status request failed");
        Assert.Contains(message, gateway.ErrorLog, StringComparison.Ordinal);
        Assert.Contains("client SSL certificate verify error: certificate status request failed, client: 127.0.0.1", gateway.ErrorLog, StringComparison.Ordinal);
        Assert.DoesNotContain("[crit]", gateway.ErrorLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Responder_AnswersByteByByte_HasNoMoreTimeThanAnyOther()
    {
        await using var responder = new OcspResponderStub(id => OcspResponderStub.Http(_root.Respond(id, Verdict.Good, s_day))) { Pause = TimeSpan.FromMilliseconds(20) };
        await using var gateway = await StartAsync("ssl_ocsp leaf; client_header_timeout 2s;");
        using var certificate = Issue(_root, responder.Url);
        AssertAnswer(await GetAsync(gateway, certificate), "400 Bad Request", "FAILED:certificate status request failed");
        Assert.Contains("OCSP responder timed out (110: Connection timed out)", gateway.ErrorLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_WhileAClientWaits_DoesNotCostItTheAnswer()
    {
        await using var responder = Responder(Verdict.Good);
        var gate = new TaskCompletionSource();
        responder.Gate = gate.Task;
        await using var gateway = await StartAsync("ssl_ocsp leaf;");
        using var certificate = Issue(_root, responder.Url);
        var answer = GetAsync(gateway, certificate);
        Assert.True(await Wait.UntilAsync(() => responder.Open == 1, s_timeout));
        ProcessProbe.Send(gateway.Id, Signal.Hup);
        Assert.True(await Wait.UntilAsync(() => gateway.ErrorLog.Contains("reconfiguring", StringComparison.Ordinal), s_timeout));
        await Task.Delay(300);
        Assert.False(answer.IsCompleted);
        gate.SetResult();
        AssertAnswer(await answer, "200 OK", "SUCCESS");
    }

    [Fact]
    public async Task Tunnel_WithARevokedCertificate_IsRefused()
    {
        await using var responder = Responder(Verdict.Revoked);
        await using var gateway = await StartAsync("ssl_ocsp leaf;");
        using var certificate = Issue(_root, responder.Url);
        await using var tls = await ConnectAsync(gateway, certificate);
        await tls.WriteAsync(Encoding.ASCII.GetBytes(WebSocketBytes.Handshake("/upstream")));
        var buffer = new byte[4096];
        var read = await tls.ReadAsync(buffer).AsTask().WaitAsync(s_timeout);
        AssertAnswer(Encoding.ASCII.GetString(buffer, 0, read), "400 Bad Request", "FAILED:certificate revoked");
    }

    [Fact]
    public async Task Responder_Slow_KeepsNobodyElseWaitingAndLeaksNothing()
    {
        await using var responder = new OcspResponderStub(_ => null);
        await using var gateway = await StartAsync("ssl_ocsp leaf;");
        using var certificate = Issue(_root, responder.Url);
        AssertAnswer(await GetAsync(gateway, null), "200 OK", "NONE");
        var before = await Gateways.DescriptorsAtRestWithoutTunnelAsync(gateway);
        var waiting = new List<SslStream>();
        for (var i = 0; i < 20; i++)
            waiting.Add(await ConnectAsync(gateway, certificate));
        foreach (var client in waiting)
            await client.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        Assert.True(await Wait.UntilAsync(() => responder.Open == 20, s_timeout));
        AssertAnswer(await GetAsync(gateway, null), "200 OK", "NONE");
        foreach (var client in waiting)
            await client.DisposeAsync();
        Assert.True(await Wait.UntilAsync(() => responder.Open == 0, s_timeout), "questions of clients that have gone go on");
        await Gateways.AssertNoDescriptorLeakAsync(gateway, before);
        Assert.Contains("client closed connection while SSL handshaking", gateway.ErrorLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gateway_StoppedWhileAResponderIsSlow_Ends()
    {
        await using var responder = new OcspResponderStub(_ => null);
        await using var gateway = await StartAsync("ssl_ocsp leaf;");
        using var certificate = Issue(_root, responder.Url);
        await using var client = await ConnectAsync(gateway, certificate);
        Assert.True(await Wait.UntilAsync(() => responder.Open == 1, s_timeout));
        ProcessProbe.Send(gateway.Id, Signal.Term);
        Assert.True(await Wait.UntilAsync(() => !gateway.IsRunning, s_timeout));
        Assert.Equal(0, gateway.ExitCode);
    }

    [Theory]
    [InlineData("ssl_ocsp on; ssl_verify_client optional_no_ca;", "\"ssl_ocsp\" is incompatible with \"ssl_verify_client optional_no_ca\"")]
    [InlineData("ssl_ocsp on; ssl_ocsp_responder https://127.0.0.1;", "invalid URL prefix in OCSP responder \"https://127.0.0.1\" in \"ssl_ocsp_responder\"")]
    [InlineData("ssl_ocsp on; ssl_ocsp_responder http://nowhere.invalid;", "host not found in OCSP responder \"nowhere.invalid\" in \"ssl_ocsp_responder\"")]
    [InlineData("ssl_ocsp maybe;", "invalid value \"maybe\" in ")]
    [InlineData("ssl_ocsp_cache shared:x:1k;", "OCSP cache \"shared:x:1k\" is too small in ")]
    [InlineData("ssl_ocsp_cache x;", "invalid OCSP cache \"x\" in ")]
    public async Task Configuration_ThatCannotWork_IsRefused(string directives, string message)
    {
        var configuration = directives.Contains("ssl_verify_client", StringComparison.Ordinal)
            ? Configuration.Replace("ssl_verify_client optional;", "", StringComparison.Ordinal) : Configuration;
        await using var gateway = GatewayProcess.Prepare(GatewayExecutable.Hawser, configuration, Options(directives));
        var test = await gateway.RunAsync("-t");
        Assert.Equal(1, test.ExitCode);
        Assert.Contains("nginx: [emerg] " + message, test.Error, StringComparison.Ordinal);
    }

    private static ReadOnlyMemory<byte> OtherSerial(ReadOnlyMemory<byte> certificateId)
    {
        var other = certificateId.ToArray();
        other[^1] ^= 1; // the serial number stands at the end
        return other;
    }

    private static void AssertAnswer(string answer, string status, string verify)
    {
        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer, StringComparison.Ordinal);
        Assert.Contains($"\r\nX-Verify: {verify}\r\n", answer, StringComparison.Ordinal);
        if (status.StartsWith("400", StringComparison.Ordinal))
            Assert.Contains("The SSL certificate error", answer, StringComparison.Ordinal);
    }

    private static X509Certificate2 Issue(TestAuthority authority, string? responder)
    {
        var (pem, key) = authority.Issue("client", responder);
        return X509Certificate2.CreateFromPem(pem, key);
    }

    private static async Task<SslStream> ConnectAsync(GatewayProcess gateway, X509Certificate2? certificate)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.Port()).WaitAsync(s_timeout);
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ClientCertificates = certificate is null ? [] : [certificate],
            LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
            // The server's certificate is one of the test's own.
            RemoteCertificateValidationCallback = (_, shown, _, errors) => shown is { Subject: "CN=localhost" } && (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0,
            AllowTlsResume = false,
        }).WaitAsync(s_timeout);
        return tls;
    }

    private static async Task<string> GetAsync(GatewayProcess gateway, X509Certificate2? certificate, string path = "/")
    {
        await using var tls = await ConnectAsync(gateway, certificate);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(tls);
        return await reader.ReadToEndAsync().WaitAsync(s_timeout);
    }

    private OcspResponderStub Responder(Verdict verdict) => new(id => OcspResponderStub.Http(_root.Respond(id, verdict, s_day)));

    private GatewayOptions Options(string more, TestAuthority? between = null)
    {
        var (certificate, key) = _root.Issue("localhost", null);
        return new()
        {
            Placeholders = new Dictionary<string, string> { ["MORE"] = more },
            Files = new Dictionary<string, string>
            {
                ["server.pem"] = certificate, ["server.key"] = key, ["root.pem"] = _root.Pem, ["between.pem"] = between?.Pem ?? "",
            },
        };
    }

    private Task<GatewayProcess> StartAsync(string more, TestAuthority? between = null) =>
        GatewayProcess.StartAsync(GatewayExecutable.Hawser, Configuration, Options(more, between));
}
