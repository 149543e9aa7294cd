using System.Diagnostics;
using System.Globalization;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>
/// The WebSocket stacks that people really run, server and client, through the gateway: all their transports, and their own way back after
/// a connection was lost. What each says is compared with what it says without a gateway between.
/// </summary>
public sealed class StackTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly string s_stacks = Repository.Path("tests/Hawser.EndToEnd.Tests/stacks");

    [Theory]
    [InlineData("socketio.mjs", """{"polling":{"text":"grüße 你好","bytes":true,"heard":"hello","again":"back","transport":"polling"},"websocket":{"text":"grüße 你好","bytes":true,"heard":"hello","again":"back","transport":"websocket"},"upgrade":{"text":"grüße 你好","bytes":true,"heard":"hello","again":"back","transport":"websocket"}}""")]
    [InlineData("sockjs.mjs", """{"websocket":{"answers":[true,true],"transport":"websocket","code":4000,"reason":"dropped"},"streaming":{"answers":[true,true],"transport":"xhr-streaming","code":4000,"reason":"dropped"},"polling":{"answers":[true,true],"transport":"xhr-polling","code":4000,"reason":"dropped"}}""")]
    [InlineData("graphql.mjs", """{"query":["你好"],"subscription":[1,2,3,4,5],"again":[1,2,3],"connections":2}""")]
    [InlineData("mqtt.mjs", """{"received":["room/a=hello","room/a=300000","room/b=again"],"protocols":["mqtt"]}""")]
    [InlineData("python_websockets.py", """{"protocol": "chat", "extensions": ["permessage-deflate"], "text": "grüße 你好", "binary": true, "fragments": "fragmented", "closed": [4001, "dropped"], "rounds": ["round 0", "round 1", "round 2"]}""")]
    public async Task Stack_ThroughTheGateway_DoesWhatItDoesWithoutOne(string script, string report)
    {
        Assert.Equal(report, await RunAsync(script, throughGateway: false));
        Assert.Equal(report, await RunAsync(script, throughGateway: true));
    }

    [Fact]
    public async Task SignalR_ThroughTheGateway_DoesWhatItDoesWithoutOne()
    {
        await using var server = await SignalRServer.StartAsync();
        await using var gateway = await Gateways.StartAsync(server.Port);
        var direct = await RunClientAsync($"127.0.0.1:{server.Port}");
        Assert.Equal(
            """{"WebSockets":{"echo":"grüße 你好","told":"hello","stream":[1,2,3,4,5],"long":20000,"again":"back"},"ServerSentEvents":{"echo":"grüße 你好","told":"hello","stream":[1,2,3,4,5],"long":20000,"again":"back"},"LongPolling":{"echo":"grüße 你好","told":"hello","stream":[1,2,3,4,5],"long":20000}}""",
            direct);
        Assert.Equal(direct, await RunClientAsync($"127.0.0.1:{gateway.Port()}"));

        static async Task<string> RunClientAsync(string address)
        {
            var result = await Command.RunAsync("node", [Path.Combine(s_stacks, "signalr.mjs"), address], TimeSpan.FromSeconds(120));
            Assert.True(result.ExitCode == 0, result.ToString());
            return result.Output.Trim();
        }
    }

    [Fact]
    public async Task NoVnc_InChromiumThroughTheGateway_ShowsTheScreen()
    {
        using var screenPort = PortLease.Take();
        using var proxyPort = PortLease.Take();
        using var screen = Start("node", Path.Combine(s_stacks, "framebuffer.mjs"), Text(screenPort.Port));
        using var websockify = Start("/usr/bin/websockify", "--web", "/usr/share/novnc", $"127.0.0.1:{proxyPort.Port}", $"127.0.0.1:{screenPort.Port}");
        try
        {
            Assert.Equal("ready", await screen.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.True(await Wait.UntilAsync(() => Accepts(proxyPort.Port), TimeSpan.FromSeconds(30)), "websockify does not listen");
            await using var gateway = await Gateways.StartAsync(proxyPort.Port);
            await using var opened = await browser.OpenAsync();
            var page = opened.Page;
            await page.GotoAsync($"http://127.0.0.1:{gateway.Port()}/vnc_lite.html?host=127.0.0.1&port={gateway.Port()}&path=websockify");
            await Microsoft.Playwright.Assertions.Expect(page.Locator("#status")).ToHaveTextAsync("Connected to hawser test screen", new() { Timeout = 30_000 });
            // The one colour of the screen, read back from what noVNC has drawn.
            await page.WaitForFunctionAsync(
                "() => { const c = document.querySelector('#screen canvas'); return c && c.width === 64 && c.getContext('2d').getImageData(5, 5, 1, 1).data.join() === '32,128,208,255'; }",
                null, new() { Timeout = 30_000 });
        }
        finally
        {
            Stop(screen);
            Stop(websockify);
        }
    }

    private static async Task<string> RunAsync(string script, bool throughGateway)
    {
        using var port = PortLease.Take();
        using var stack = Start(script.EndsWith(".py", StringComparison.Ordinal) ? "/usr/bin/python3" : "node", Path.Combine(s_stacks, script), Text(port.Port));
        try
        {
            var errors = stack.StandardError.ReadToEndAsync();
            var ready = await stack.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
            Assert.True(ready == "ready", ready ?? await errors);
            var gateway = throughGateway ? await Gateways.StartAsync(port.Port) : null;
            await using var _ = gateway;
            await stack.StandardInput.WriteLineAsync($"127.0.0.1:{gateway?.Port() ?? port.Port}");
            await stack.StandardInput.FlushAsync();
            var report = await stack.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(120));
            return report.Length > 0 ? report.Trim() : $"{await errors}\n{gateway?.Describe()}";
        }
        finally
        {
            Stop(stack);
        }
    }

    private static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static void Stop(Process process)
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
    }

    private static bool Accepts(int port)
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        try
        {
            socket.Connect("127.0.0.1", port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
