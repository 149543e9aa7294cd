using System.Globalization;
using System.Text.Json;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>The JavaScript client in a real browser, through the real gateway, with real faults.</summary>
public sealed class BrowserClientTests(Browser browser) : IClassFixture<Browser>
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events {}
        http {
            access_log off;
            types { text/html html; application/javascript js; }
            server {
                listen 127.0.0.1:%%PORT_0%%;
                location / { root %%DIR%%/html; }
                location /ws/ { proxy_pass http://127.0.0.1:%%BACKEND%%/; }
            }
        }
        """;

    private const string Page = """
        <!doctype html><title>test</title><script src="/hawser-client.min.js"></script>
        <script>
        window.got = []; window.events = [];
        window.open = (address = '/ws/', options = {}) => {
          const socket = window.socket = new HawserSocket(address, [], { minDelay: 50, maxDelay: 400, restartSpread: 200, ...options });
          socket.onmessage = (event) => got.push(event.data);
          for (const type of ['open', 'close', 'reconnecting', 'heartbeat', 'error'])
            socket.addEventListener(type, (event) => events.push(type + (event.reason ? ' ' + event.reason : '')));
          return true;
        };
        </script>
        """;

    [Fact]
    public async Task Backend_IsKilledAgainAndAgain_NothingIsLostAndNothingComesTwice()
    {
        await using var backend = await EchoProcess.StartNewAsync();
        await using var gateway = await StartAsync(backend.Port);
        await using var page = await ConnectAsync(gateway);
        var promised = new List<string>();
        for (var round = 0; round < 3; round++)
        {
            await StateAsync(page, "open");
            await backend.KillAsync();
            await page.UntilAsync("socket.state !== 'open'");
            var texts = Enumerable.Range(0, 100).Select(i => $"{round}.{i}").ToList();
            await page.EvaluateAsync("texts => texts.forEach(text => socket.send(text))", texts);
            promised.AddRange(texts);
            await backend.StartAsync();
            await page.UntilAsync("count => got.length === count", promised.Count);
        }

        Assert.Equal(promised, await page.EvaluateAsync<string[]>("got"));
    }

    [Fact]
    public async Task Gateway_IsRestarted_OneNewConnectionComes()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        await using var page = await ConnectAsync(gateway);
        gateway.Send(Signal.Term);
        Assert.NotNull(await gateway.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        await page.UntilAsync("socket.state !== 'open'");
        await page.EvaluateAsync("socket.send('after the restart')");
        gateway.Launch();
        await gateway.WaitUntilReadyAsync();
        await page.UntilAsync("got.includes('after the restart')");
        Assert.Equal(2, backend.Heads.Count);
        Assert.Equal(1, await page.EvaluateAsync<int>("events.filter(event => event.startsWith('close')).length"));
    }

    [Fact]
    public async Task Network_IsOff_NothingIsTriedAndThenAtOnce()
    {
        await using var backend = await EchoProcess.StartNewAsync();
        await using var gateway = await StartAsync(backend.Port);
        await using var page = await ConnectAsync(gateway);
        await page.Page.Context.SetOfflineAsync(true);
        await page.UntilAsync("navigator.onLine === false");
        await backend.KillAsync();
        await page.UntilAsync("socket.state === 'waiting'");
        await page.EvaluateAsync("socket.send('sent while offline')");
        await backend.StartAsync();
        // Delays are 400 ms at most: without the rule there would be attempts by now.
        await page.EvaluateAsync("new Promise(done => setTimeout(done, 1500))");
        Assert.Equal(1, await page.EvaluateAsync<int>("events.filter(event => event.startsWith('reconnecting')).length"));
        await page.Page.Context.SetOfflineAsync(false);
        await page.UntilAsync("got.includes('sent while offline')");
        Assert.Equal(1, await page.EvaluateAsync<int>("events.filter(event => event.startsWith('reconnecting')).length"));
    }

    [Fact]
    public async Task Backend_FallsSilent_TheHeartbeatFindsOut()
    {
        await using var backend = await EchoProcess.StartNewAsync();
        await using var gateway = await StartAsync(backend.Port);
        await using var page = await ConnectAsync(gateway, "open('/ws/', { heartbeat: { interval: 400, timeout: 800, message: 'ping', reply: 'ping' }, connectTimeout: 1000 })");
        await page.UntilAsync("events.includes('heartbeat')");
        backend.Freeze(true);
        await page.UntilAsync("events.includes('reconnecting heartbeat')");
        backend.Freeze(false);
        await page.EvaluateAsync("socket.send('alive')");
        await page.UntilAsync("got.includes('alive')");
        Assert.DoesNotContain("ping", await page.EvaluateAsync<string[]>("got"));
    }

    [Fact]
    public async Task Tab_IsHidden_HeartbeatsGoOn()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        await using var page = await ConnectAsync(gateway, "open('/ws/', { heartbeat: { interval: 500, timeout: 20000 } })");
        var other = await page.Page.Context.NewPageAsync();
        await other.BringToFrontAsync();
        await page.EvaluateAsync("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
        var before = await page.EvaluateAsync<int>("events.filter(event => event === 'heartbeat').length");
        await page.UntilAsync("before => events.filter(event => event === 'heartbeat').length >= before + 3", before);
        await page.EvaluateAsync("delete document.hidden");
        await page.Page.BringToFrontAsync();
        var seen = await page.EvaluateAsync<int>("events.filter(event => event === 'heartbeat').length");
        await page.EvaluateAsync("document.dispatchEvent(new Event('visibilitychange'))");
        await page.UntilAsync("seen => events.filter(event => event === 'heartbeat').length > seen", seen);
        Assert.Single(backend.Heads);
    }

    // The page moves by itself: the driver of the browser loses sight of a page that comes back from the cache.
    [Fact]
    public async Task Page_GoesIntoTheBackForwardCacheAndComesBack_ConnectsAgain()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        await using var page = await ConnectAsync(gateway, "open(() => `/ws/?hidden=${events.includes('reconnecting hidden')}`)");
        await page.EvaluateAsync("setTimeout(() => { location.href = '/back.html'; }, 100)");
        Assert.True(await Wait.UntilAsync(() => backend.Heads.Count >= 2, TimeSpan.FromMilliseconds(Browser.Patience)), "no new connection");
        // Loaded anew, the page would not connect at all: only this very page, restored, knows what happened to it.
        Assert.StartsWith("GET /?hidden=false HTTP/1.1\r\n", backend.Heads[0], StringComparison.Ordinal);
        Assert.StartsWith("GET /?hidden=true HTTP/1.1\r\n", backend.Heads[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_IsHttps_AWsAddressBecomesWss()
    {
        using var files = new TestDirectory();
        var certificate = TestCertificate.Create("page.test");
        var (pem, key) = (files.Write("cert.pem", certificate.Pem), files.Write("key.pem", certificate.KeyPem));
        await using var backend = new WebSocketEchoBackend();
        var configuration = Configuration.Replace(
            "listen 127.0.0.1:%%PORT_0%%;",
            $"listen 127.0.0.1:%%PORT_0%% ssl; ssl_certificate {pem}; ssl_certificate_key {key};",
            StringComparison.Ordinal);
        await using var gateway = await StartAsync(backend.Port, configuration);
        // Not localhost, which browsers trust without TLS: ws: would be allowed there.
        var address = $"page.test:{gateway.Port()}";
        await using var page = await browser.OpenAsync(new() { IgnoreHTTPSErrors = true });
        await page.Page.GotoAsync($"https://{address}/");
        var blocked = await page.EvaluateAsync<bool>("address => { try { new WebSocket(address); return false; } catch { return true; } }", $"ws://{address}/ws/");
        Assert.True(blocked, "the browser did not block ws: on this page, so the test would prove nothing");
        await page.EvaluateAsync($"open('ws://{address}/ws/')");
        await StateAsync(page, "open");
        Assert.Equal($"wss://{address}/ws/", await page.EvaluateAsync<string>("socket.url"));
        await page.EvaluateAsync("socket.send('secure')");
        await page.UntilAsync("got.includes('secure')");
        Assert.Empty(page.Mistakes);
    }

    [Fact]
    public async Task Token_IsFetched_ForEachConnection()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        await using var page = await ConnectAsync(gateway, """
            window.tokens = 0;
            open(async () => {
              await (await fetch('/other.html')).text();
              return `/ws/?token=${++tokens}`;
            })
            """);
        await page.EvaluateAsync("socket.reconnect()");
        await page.UntilAsync("events.filter(event => event === 'open').length === 2");
        Assert.Equal(2, backend.Heads.Count);
        for (var i = 0; i < 2; i++)
            Assert.StartsWith($"GET /?token={i + 1} HTTP/1.1\r\n", backend.Heads[i], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_OfOneMegabyte_ComeBackWhole()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        await using var page = await ConnectAsync(gateway, "open(); socket.binaryType = 'arraybuffer'");
        var same = await page.EvaluateAsync<bool>("""
            async () => {
              const sent = Array.from({ length: 5 }, () => crypto.getRandomValues(new Uint8Array(65536)));
              const large = sent.map((part) => {
                const bytes = new Uint8Array(1 << 20);
                for (let at = 0; at < bytes.length; at += part.length) bytes.set(part, at);
                return bytes;
              });
              for (const bytes of large) socket.send(bytes);
              const text = '你'.repeat(350000);
              socket.send(text);
              while (got.length < 6) await new Promise((done) => setTimeout(done, 20));
              return large.every((bytes, i) => {
                const back = new Uint8Array(got[i]);
                return back.length === bytes.length && back.every((value, at) => value === bytes[at]);
              }) && got[5] === text;
            }
            """);
        Assert.True(same);
    }

    [Fact]
    public async Task Worker_OpensASocket_AsAPageDoes()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        await using var page = await browser.OpenAsync();
        await page.Page.GotoAsync($"http://localhost:{gateway.Port()}/");
        var answer = await page.EvaluateAsync<string>("""
            () => new Promise((done) => {
              const code = `importScripts('${location.origin}/hawser-client.min.js');
                const socket = new HawserSocket('/ws/');
                socket.onmessage = (event) => postMessage(event.data);
                socket.send('from a worker');`;
              const worker = new Worker(URL.createObjectURL(new Blob([code])));
              worker.onmessage = (event) => done(event.data);
              worker.onerror = (event) => done(`error: ${event.message}`);
            })
            """);
        Assert.Equal("from a worker", answer);
        Assert.Empty(page.Mistakes);
    }

    private static async Task<GatewayProcess> StartAsync(int backendPort, string? configuration = null) =>
        await GatewayProcess.StartAsync(GatewayExecutable.Hawser, configuration ?? Configuration, new()
        {
            Placeholders = new Dictionary<string, string> { ["BACKEND"] = backendPort.ToString(CultureInfo.InvariantCulture) },
            Files = new Dictionary<string, string>
            {
                ["html/index.html"] = Page,
                ["html/back.html"] = "<!doctype html><title>back</title><script>addEventListener('load', () => setTimeout(() => history.back(), 200));</script>",
                ["html/other.html"] = "<!doctype html><title>other</title>",
                ["html/hawser-client.min.js"] = await File.ReadAllTextAsync(Repository.Path("clients/js/dist/hawser-client.min.js")),
            },
        });

    private async Task<BrowserPage> ConnectAsync(GatewayProcess gateway, string script = "open()")
    {
        var page = await browser.OpenAsync();
        try
        {
            await page.Page.GotoAsync($"http://localhost:{gateway.Port()}/");
            await page.EvaluateAsync($"async () => {{ {script} }}");
            await StateAsync(page, "open");
            return page;
        }
        catch
        {
            await page.DisposeAsync();
            throw;
        }
    }

    private static async Task StateAsync(BrowserPage page, string state)
    {
        try
        {
            await page.UntilAsync("state => window.socket?.state === state", state);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"not {state}: {await page.EvaluateAsync<JsonElement>("({ state: window.socket?.state, events: window.events })")}");
        }
    }
}
