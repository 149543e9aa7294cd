using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>An https page whose script says <c>ws://</c>: browsers refuse, unless the page tells them to upgrade.</summary>
public sealed class MixedContentTests(Browser browser) : IClassFixture<Browser>
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 256; }
        http {
            access_log access.log;
            default_type text/html;
            server {
                listen 127.0.0.1:%%PORT_0%% ssl;
                ssl_certificate page.pem; ssl_certificate_key page.key;
                location = /before { return 200 "<!doctype html><title>before</title>"; }
                location = /after { websocket_upgrade_insecure on; return 200 "<!doctype html><title>after</title>"; }
                location /ws/ { proxy_pass http://127.0.0.1:%%BACKEND%%/; }
            }
        }
        """;

    // What became of the socket, and where it really went.
    private const string Script = """
        address => new Promise(done => {
            let socket;
            try { socket = new WebSocket(address); } catch (error) { return done(error.name); }
            socket.onmessage = event => { done(`${event.data} over ${new URL(socket.url).protocol}`); socket.close(); };
            socket.onopen = () => socket.send('hello');
            socket.onerror = () => done('error');
        })
        """;

    [Fact]
    public async Task Page_OverHttpsOpensWs_IsRefusedBeforeAndUpgradedAfter()
    {
        var certificate = TestCertificate.Create("page.test");
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await Gateways.StartAsync(backend.Port, Configuration, new()
        {
            Files = new Dictionary<string, string> { ["page.pem"] = certificate.Pem, ["page.key"] = certificate.KeyPem },
        });
        // Not localhost, which browsers trust without TLS.
        var address = $"page.test:{gateway.Port()}";
        await using var page = await browser.OpenAsync(new() { IgnoreHTTPSErrors = true });

        await page.Page.GotoAsync($"https://{address}/before");
        Assert.Equal("SecurityError", await page.EvaluateAsync<string>(Script, $"ws://{address}/ws/"));
        Assert.Empty(backend.Heads);

        await page.Page.GotoAsync($"https://{address}/after");
        Assert.StartsWith("hello over ws", await page.EvaluateAsync<string>(Script, $"ws://{address}/ws/"), StringComparison.Ordinal);
        Assert.Single(backend.Heads);

        await page.Page.GotoAsync($"https://{address}/before");
        Assert.Equal("hello over wss:", await page.EvaluateAsync<string>(Script, $"wss://{address}/ws/"));
    }
}
