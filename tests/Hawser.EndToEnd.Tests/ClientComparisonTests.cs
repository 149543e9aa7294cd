using System.Globalization;
using System.IO.Compression;
using System.Text;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>
/// The same faults for hawser-client and for what else there is, in the same browser behind the same gateway. The table of
/// clients/js/README.md is what this writes to artifacts/client-comparison.md.
/// </summary>
[Trait("length", "long")]
public sealed class ClientComparisonTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly string s_packages = Repository.Path("tests/Hawser.EndToEnd.Tests/clients/node_modules");

    private static readonly (string Name, string? Import, string Make)[] s_contenders =
    [
        ("WebSocket", null, "new WebSocket(address)"),
        ("reconnecting-websocket 4.4.0", "import Contender from 'reconnecting-websocket'", "new Contender(address, [], { minReconnectionDelay: 50, maxReconnectionDelay: 400 })"),
        ("partysocket 1.3.0", "import { WebSocket as Contender } from 'partysocket'", "new Contender(address, [], { minReconnectionDelay: 50, maxReconnectionDelay: 400 })"),
        ("hawser-client", $"import {{ HawserSocket as Contender }} from '{Repository.Path("clients/js/dist/index.js")}'",
            "new Contender(address, [], { minDelay: 50, maxDelay: 400, restartSpread: 200, connectTimeout: 1000, heartbeat: { interval: 400, timeout: 800, message: 'ping', reply: 'ping' } })"),
    ];

    private static readonly (string Name, Func<Bench, Task<string>> Run)[] s_scenarios =
    [
        ("backend killed and started again: comes back", async bench =>
        {
            await bench.Backend.KillAsync();
            await bench.Page.EvaluateAsync("new Promise(done => setTimeout(done, 300))");
            await bench.Backend.StartAsync();
            return await bench.ComesBackAsync() ? "yes" : "no";
        }),
        ("gateway restarted: comes back", async bench =>
        {
            bench.Gateway.Send(Signal.Term);
            Assert.NotNull(await bench.Gateway.WaitForExitAsync(TimeSpan.FromSeconds(30)));
            bench.Gateway.Launch();
            await bench.Gateway.WaitUntilReadyAsync();
            return await bench.ComesBackAsync() ? "yes" : "no";
        }),
        ("100 messages sent while down: arrive once, in order", async bench =>
        {
            await bench.Backend.KillAsync();
            await bench.Page.EvaluateAsync("new Promise(done => setTimeout(done, 300))");
            await bench.Page.EvaluateAsync("for (let i = 0; i < 100; i++) { try { socket.send(`m${i}`); } catch {} }");
            await bench.Backend.StartAsync();
            await bench.UntilAsync("got.filter(text => text[0] === 'm').length >= 100");
            var arrived = await bench.Page.EvaluateAsync<string[]>("got.filter(text => text[0] === 'm')");
            return arrived.SequenceEqual(Enumerable.Range(0, 100).Select(i => $"m{i}")) ? "yes" : $"no, {arrived.Length} arrived";
        }),
        ("backend frozen, nothing closed: notices", async bench =>
        {
            bench.Backend.Freeze(true);
            var noticed = await bench.UntilAsync("lost > 0");
            bench.Backend.Freeze(false);
            return noticed ? "yes" : "no";
        }),
        ("browser offline for 2 s: attempts meanwhile", async bench =>
        {
            await bench.Page.Page.Context.SetOfflineAsync(true);
            await bench.Backend.KillAsync();
            await bench.UntilAsync("lost > 0");
            await bench.Page.EvaluateAsync("window.made = 0; new Promise(done => setTimeout(done, 2000))");
            var made = await bench.Page.EvaluateAsync<int>("made");
            await bench.Page.Page.Context.SetOfflineAsync(false);
            return bench.Reconnects ? made.ToString(CultureInfo.InvariantCulture) : "–";
        }),
        ("4 MB sent while down: says that it is too much", async bench =>
        {
            await bench.Backend.KillAsync();
            await bench.Page.EvaluateAsync("new Promise(done => setTimeout(done, 300))");
            return await bench.Page.EvaluateAsync<bool>("(() => { try { for (let i = 0; i < 4; i++) socket.send('x'.repeat(1 << 20)); return false; } catch { return true; } })()") ? "yes" : "no";
        }),
    ];

    [Fact]
    public async Task Contenders_UnderTheSameFaults_AreCompared()
    {
        var table = new StringBuilder($"| | {string.Join(" | ", s_contenders.Select(contender => contender.Name))} |\n|---|{string.Concat(s_contenders.Select(_ => "---|"))}\n");
        var scripts = new List<string>();
        foreach (var contender in s_contenders)
            scripts.Add(contender.Import is null ? "" : await BundleAsync(contender.Import));
        table.Append(CultureInfo.InvariantCulture, $"| gzipped, bytes | {string.Join(" | ", scripts.Select(script => script.Length == 0 ? "–" : Gzipped(script)))} |\n");
        foreach (var scenario in s_scenarios)
        {
            var results = new List<string>();
            for (var i = 0; i < s_contenders.Length; i++)
            {
                await using var bench = await Bench.StartAsync(browser, scripts[i], s_contenders[i].Make, reconnects: i > 0);
                results.Add(await scenario.Run(bench));
            }

            table.Append(CultureInfo.InvariantCulture, $"| {scenario.Name} | {string.Join(" | ", results)} |\n");
            Assert.Contains(results[^1], new[] { "yes", "0" });
        }

        await File.WriteAllTextAsync(Repository.Path("artifacts/client-comparison.md"), table.ToString());
    }

    private static string Gzipped(string script)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(script));
        return packed.Length.ToString("N0", CultureInfo.InvariantCulture);
    }

    private static async Task<string> BundleAsync(string import)
    {
        using var directory = new TestDirectory();
        directory.Write("entry.js", $"{import}; globalThis.Contender = Contender;");
        Directory.CreateSymbolicLink(directory["node_modules"], s_packages);
        var result = await Command.RunAsync(
            Repository.Path("clients/js/node_modules/.bin/esbuild"),
            [directory["entry.js"], "--bundle", "--minify", "--format=iife", "--target=es2022", "--log-level=error", $"--outfile={directory["out.js"]}"]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return directory.Read("out.js");
    }

    private sealed record Bench(EchoProcess Backend, GatewayProcess Gateway, BrowserPage Page, bool Reconnects) : IAsyncDisposable
    {
        private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

        public static async Task<Bench> StartAsync(Browser browser, string script, string make, bool reconnects)
        {
            var backend = await EchoProcess.StartNewAsync();
            var gateway = await Gateways.StartAsync(backend.Port, Configuration, new()
            {
                Files = new Dictionary<string, string>
                {
                    ["html/index.html"] = $$"""
                        <!doctype html><title>comparison</title>
                        <script>
                        window.got = []; window.lost = 0; window.made = 0;
                        window.WebSocket = class extends WebSocket { constructor(...args) { super(...args); made++; } };
                        </script>
                        <script>{{script}}</script>
                        <script>
                        const address = `ws://${location.host}/ws/`;
                        window.socket = {{make}};
                        socket.addEventListener('message', (event) => got.push(event.data));
                        socket.addEventListener('close', () => lost++);
                        </script>
                        """,
                },
            });
            var page = await browser.OpenAsync();
            await page.Page.GotoAsync($"http://localhost:{gateway.Port()}/");
            await page.UntilAsync("socket.readyState === 1");
            return new(backend, gateway, page, reconnects);
        }

        public async Task<bool> ComesBackAsync()
        {
            await Page.EvaluateAsync("setInterval(() => { try { socket.send('back'); } catch {} }, 200)");
            return await UntilAsync("got.includes('back')");
        }

        public async Task<bool> UntilAsync(string condition) =>
            await Wait.UntilAsync(() => Page.EvaluateAsync<bool>(condition), s_patience);

        public async ValueTask DisposeAsync()
        {
            await Page.DisposeAsync();
            await Gateway.DisposeAsync();
            await Backend.DisposeAsync();
        }
    }

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
}
