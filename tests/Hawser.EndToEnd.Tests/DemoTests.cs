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

    private static Process StartDemo(int port, int echoPort)
    {
        var start = new ProcessStartInfo(GatewayExecutable.Hawser.Path);
        foreach (var argument in new[] { "demo", "--port", $"{port}", "--echo-port", $"{echoPort}" })
            start.ArgumentList.Add(argument);
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
