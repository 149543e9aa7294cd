using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hawser.Testing;
using Microsoft.Playwright;

namespace Hawser.EndToEnd.Tests;

/// <summary><c>hawser</c> without arguments, and its page in a real browser.</summary>
public sealed class DemoTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task Page_InChromium_ConnectsSendsAndShowsWhatComesBack()
    {
        using var port = PortLease.Take();
        using var echoPort = PortLease.Take();
        using var demo = StartDemo(port.Port, echoPort.Port);
        try
        {
            await WaitForPortAsync(port.Port);
            await using var opened = await browser.OpenAsync();
            var page = opened.Page;
            var mistakes = opened.Mistakes;
            page.Console += (_, message) => mistakes.AddRange(message.Type == "error" ? [message.Text] : []);

            await page.GotoAsync($"http://localhost:{port.Port}/");
            await page.ClickAsync("#connect");
            await Assertions.Expect(page.Locator("#state[data-state=open]")).ToBeVisibleAsync();
            foreach (var text in new[] { "hello from chromium", "héllo 你好 🚢" })
            {
                await page.FillAsync("#message", text);
                await page.ClickAsync("#send");
                // Once as sent, once as received.
                await Assertions.Expect(page.Locator("#log").GetByText(text)).ToHaveCountAsync(2);
            }

            await page.ClickAsync("#disconnect");
            await Assertions.Expect(page.Locator("#state[data-state=closed]")).ToBeVisibleAsync();
            await Assertions.Expect(page.Locator("#close-code")).ToHaveTextAsync("1000");
            Assert.Empty(mistakes);
        }
        finally
        {
            ProcessProbe.Send(demo.Id, Signal.Int);
            await demo.WaitForExitAsync();
        }

        Assert.Equal(0, demo.ExitCode);
    }

    // A user whose home directory is empty, and who does what the demo says.
    [Fact]
    public async Task Tls_TrustedAsTheDemoSays_OpensPageAndSocketInChromium()
    {
        using var port = PortLease.Take();
        using var echoPort = PortLease.Take();
        using var home = new TestDirectory();
        using var demo = StartDemo(port.Port, echoPort.Port, home.Path, "--tls");
        try
        {
            var banner = await ReadBannerAsync(demo);
            var certificate = home[".local/share/hawser/localhost.crt"];
            Assert.Contains(certificate, banner, StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.ChangeExtension(certificate, ".key")));

            var address = $"https://localhost:{port.Port}/";
            await using (var stranger = new Browser { Home = home.Path })
            {
                await stranger.InitializeAsync();
                await using var refused = await stranger.OpenAsync();
                var error = await Assert.ThrowsAsync<PlaywrightException>(() => refused.Page.GotoAsync(address));
                Assert.Contains("ERR_CERT_AUTHORITY_INVALID", error.Message, StringComparison.Ordinal);
            }

            await RunAsPrintedAsync(banner, "Chromium", home.Path);
            Assert.Contains("<!doctype html>", await RunAsPrintedAsync(banner, "curl", home.Path), StringComparison.OrdinalIgnoreCase);
            await using var trusting = new Browser { Home = home.Path };
            await trusting.InitializeAsync();
            await using var opened = await trusting.OpenAsync(new() { Locale = "en" });
            await TryOverTlsAsync(opened, address);
        }
        finally
        {
            ProcessProbe.Send(demo.Id, Signal.Int);
            await demo.WaitForExitAsync();
        }

        Assert.Equal(0, demo.ExitCode);
    }

    [Fact]
    public async Task Demo_PortIsBusy_NamesItAndHowToChooseAnother()
    {
        using var port = PortLease.Take();
        using var echoPort = PortLease.Take();
        using var busy = new TcpListener(IPAddress.Any, port.Port);
        busy.Start();
        var result = await Command.RunAsync(
            GatewayExecutable.Hawser.Path, ["demo", "--port", $"{port.Port}", "--echo-port", $"{echoPort.Port}"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"port {port.Port} is already in use", result.Error, StringComparison.Ordinal);
        Assert.Contains("--port", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task QuickStart_WithItsOwnPortsReplaced_RunsOnNginxAndOnHawser()
    {
        foreach (var executable in GatewayExecutable.Both)
        {
            await using var backend = new WebSocketEchoBackend();
            var configuration = (await File.ReadAllTextAsync(Repository.Path("samples/quickstart/nginx.conf")))
                .Replace("8080", "%%PORT_0%%", StringComparison.Ordinal)
                .Replace("8808", backend.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            var files = new Dictionary<string, string> { ["html/index.html"] = "page" };
            if (executable == GatewayExecutable.Nginx)
                files["mime.types"] = await File.ReadAllTextAsync("/etc/nginx/mime.types");
            await using var gateway = await GatewayProcess.StartAsync(executable, configuration, new() { Files = files });
            var page = await Gateways.GetAsync(gateway);
            Assert.Equal("text/html", page["Content-Type"]);
            Assert.Equal("page", page.Body);
            await using var tunnel = await Gateways.OpenTunnelAsync(gateway, "/websocket/chat");
            Assert.StartsWith("GET /chat HTTP/1.1\r\n", backend.Heads[^1], StringComparison.Ordinal);
        }
    }

    private static async Task TryOverTlsAsync(BrowserPage opened, string address)
    {
        var page = opened.Page;
        var sockets = new List<string>();
        page.WebSocket += (_, socket) => sockets.Add(socket.Url);
        page.Console += (_, message) => opened.Mistakes.AddRange(message.Type == "error" ? [message.Text] : []);

        var answer = await page.GotoAsync(address);
        Assert.Equal("TLS 1.3", (await answer!.SecurityDetailsAsync())?.Protocol);
        Assert.True(await opened.EvaluateAsync<bool>("isSecureContext"));
        await page.ClickAsync("#connect");
        await Assertions.Expect(page.Locator("#state[data-state=open]")).ToBeVisibleAsync();
        foreach (var text in new[] { "over wss", "héllo 你好 🚢", new string('x', 20_000) })
        {
            await page.FillAsync("#message", text);
            await page.ClickAsync("#send");
            await opened.UntilAsync("text => [...document.querySelectorAll('.entry.received')].some(entry => entry.textContent.includes(text))", text[..Math.Min(40, text.Length)]);
        }

        // What the page controls from outside works from a page of https, too.
        await page.ClickAsync("#cut");
        await opened.UntilAsync("document.getElementById('losses').textContent === '1'");
        await Assertions.Expect(page.Locator("#state[data-state=open]")).ToBeVisibleAsync();
        Assert.NotEmpty(sockets);
        Assert.All(sockets, socket => Assert.StartsWith(address.Replace("https:", "wss:", StringComparison.Ordinal), socket, StringComparison.Ordinal));
        Assert.Empty(opened.Mistakes);

        // The pitfalls run on gateways of their own, which speak plain ws:// on this machine.
        var pitfall = page.Locator("#pitfall-list > details").First;
        await pitfall.Locator("> summary").ClickAsync();
        await pitfall.Locator("button").First.ClickAsync();
        await Assertions.Expect(pitfall.Locator(".results li").Nth(1)).ToContainTextAsync("open for", new() { Timeout = Browser.Patience });
        await pitfall.Locator("button").Last.ClickAsync();
    }

    private static async Task<string> ReadBannerAsync(Process demo)
    {
        var banner = "";
        while (!banner.Contains("Ctrl+C", StringComparison.Ordinal))
            banner += await demo.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) + "\n";
        return banner;
    }

    private static async Task<string> RunAsPrintedAsync(string banner, string name, string home)
    {
        var line = banner.Split('\n').Single(line => line.TrimStart().StartsWith(name + " ", StringComparison.Ordinal));
        var command = line.Trim()[name.Length..].Trim();
        var result = await Command.RunAsync("/bin/sh", ["-c", $"HOME='{home}'; export HOME; {command}"]);
        Assert.True(result.ExitCode == 0, $"{command}\n{result}");
        return result.Output;
    }

    private static Process StartDemo(int port, int echoPort, string? home = null, params string[] options)
    {
        var start = new ProcessStartInfo(GatewayExecutable.Hawser.Path);
        foreach (var argument in new[] { "demo", "--port", $"{port}", "--echo-port", $"{echoPort}" }.Concat(options))
            start.ArgumentList.Add(argument);
        if (home is not null)
        {
            start.Environment.Remove("XDG_DATA_HOME");
            start.Environment["HOME"] = home;
            start.RedirectStandardOutput = start.RedirectStandardError = true;
        }

        return Process.Start(start)!;
    }

    private static async Task WaitForPortAsync(int port)
    {
        var ready = await Wait.UntilAsync(
            async () =>
            {
                try
                {
                    await using var client = await RawClient.ConnectAsync(port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(20));
        Assert.True(ready, $"nobody listens on port {port}");
    }
}
