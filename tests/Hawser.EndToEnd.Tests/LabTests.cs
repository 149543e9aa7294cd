using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Hawser.Testing;
using Microsoft.Playwright;

namespace Hawser.EndToEnd.Tests;

/// <summary>The demo's page as a laboratory: what it breaks, how it looks, and who may press its buttons.</summary>
public sealed partial class LabTests(Browser browser, LabTests.Demo demo) : IClassFixture<Browser>, IClassFixture<LabTests.Demo>
{
    /// <summary>What a reader sees, checked as an auditor would: contrast (WCAG 2.1 AA), names of controls, sizes.</summary>
    private const string Audit = """
        () => {
          const found = [];
          const parse = (color) => (color.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
          const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const ground = (element) => {
            for (let at = element; at; at = at.parentElement) {
              const color = parse(getComputedStyle(at).backgroundColor);
              if (color.length < 4 || color[3] === 1) return color;
            }
            return [255, 255, 255];
          };
          const visible = (element) => element.checkVisibility() && element.getClientRects().length > 0;
          for (const element of document.querySelectorAll('body *')) {
            const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
            if (!hasText || !visible(element) || element.closest('svg, :disabled, .skip')) continue;
            const style = getComputedStyle(element);
            const [a, b] = [luminance(parse(style.color)), luminance(ground(element))].sort((x, y) => y - x);
            const ratio = (a + 0.05) / (b + 0.05);
            const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
            if (ratio < (large ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: ${element.tagName} "${element.textContent.trim().slice(0, 40)}"`);
          }
          for (const control of document.querySelectorAll('button, input, [role=img], [role=log], summary')) {
            if (!visible(control)) continue;
            const labelled = control.getAttribute('aria-labelledby');
            const name = control.getAttribute('aria-label') || (labelled && document.getElementById(labelled)?.textContent)
              || control.labels?.[0]?.textContent || control.textContent;
            if (!name?.trim()) found.push(`no name: ${control.outerHTML.slice(0, 80)}`);
            const box = (control.type === 'checkbox' ? control.closest('label') : control).getBoundingClientRect();
            if (control.matches('button, input, summary') && (box.height < 24 || box.width < 24)) found.push(`too small: ${control.id || control.textContent}`);
          }
          const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
          for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push(`id twice: ${id}`);
          const levels = [...document.querySelectorAll('h1, h2, h3')].map((element) => Number(element.tagName[1]));
          if (levels.filter((level) => level === 1).length !== 1 || levels[0] !== 1) found.push('not one h1 at the top');
          if (!document.documentElement.lang || !document.title || !document.querySelector('meta[name=viewport], meta[name=description]')) found.push('lang, title or meta is missing');
          if (document.documentElement.scrollWidth > innerWidth) found.push(`scrolls sideways: ${document.documentElement.scrollWidth} > ${innerWidth}`);
          return found;
        }
        """;

    [Fact]
    public async Task Backend_StoppedFrozenAndCut_TheConnectionRecoversEachTime()
    {
        await using var page = await OpenAsync();
        await ConnectAsync(page);

        await page.Page.ClickAsync("#cut");
        await page.UntilAsync("document.getElementById('losses').textContent === '1'");
        await StateAsync(page, "open");

        await page.Page.ClickAsync("#stop");
        await page.UntilAsync("document.body.dataset.backend === 'stopped'");
        await page.UntilAsync("document.getElementById('state').dataset.state !== 'open'");
        await page.Page.FillAsync("#message", "sent while it was down");
        await page.Page.ClickAsync("#send");
        await page.Page.ClickAsync("#stop");
        await page.UntilAsync("document.body.dataset.backend === 'running'");
        await page.UntilAsync("[...document.querySelectorAll('.entry.received')].some((entry) => entry.textContent.includes('sent while it was down'))");

        await page.Page.ClickAsync("#freeze");
        await page.UntilAsync("document.body.dataset.backend === 'frozen'");
        await page.UntilAsync("document.getElementById('close-reason').textContent === 'no answer to the heartbeat'");
        await page.Page.ClickAsync("#freeze");
        await StateAsync(page, "open");
        await page.UntilAsync("document.querySelectorAll('#chart .loss').length >= 3 && document.querySelectorAll('#chart .beat').length > 0");
        Assert.Matches(Summary(), (await page.Page.GetAttributeAsync("#chart", "aria-label"))!);
        Assert.Empty(page.Mistakes);
    }

    [Theory]
    [InlineData(1, 0, "refused", "open for")]
    [InlineData(2, 0, "closed with 1006", "open for")]
    [InlineData(3, 0, "refused", null)]
    [InlineData(3, 1, "open for", null)]
    [InlineData(4, 0, "open for", null)]
    [InlineData(5, 0, "refused", "open for")]
    [InlineData(5, 1, "open for", "open for")]
    [InlineData(5, 2, "invalid number of arguments in \"proxy_set_header\"", null)]
    [InlineData(5, 3, "open for", null)]
    [InlineData(6, 0, "60 attempts", "attempts")]
    public async Task Pitfall_Run_ShowsWhatHappens(int number, int button, string first, string? second)
    {
        await using var page = await OpenAsync();
        var pitfall = page.Page.Locator("#pitfall-list > details").Nth(number - 1);
        await pitfall.Locator("> summary").ClickAsync();
        await pitfall.Locator("button").Nth(button).ClickAsync();
        var results = pitfall.Locator(".results li");
        await Assertions.Expect(results.Nth(0)).ToContainTextAsync(first, new() { Timeout = Browser.Patience });
        if (second is not null)
            await Assertions.Expect(results.Nth(1)).ToContainTextAsync(second, new() { Timeout = Browser.Patience });
        await pitfall.Locator("button").Last.ClickAsync();
        Assert.Empty(page.Mistakes);
    }

    [Theory]
    [InlineData(1280, 900, ColorScheme.Light, "en")]
    [InlineData(1280, 900, ColorScheme.Dark, "zh-CN")]
    [InlineData(390, 844, ColorScheme.Light, "zh-CN")]
    [InlineData(320, 640, ColorScheme.Dark, "en")]
    public async Task Page_Audited_IsReadableNamedAndNeedsNobodyElse(int width, int height, ColorScheme scheme, string language)
    {
        await using var page = await OpenAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme, Locale = language });
        Assert.Equal(language, await page.EvaluateAsync<string>("document.documentElement.lang"));
        await ConnectAsync(page);
        var slip = page.Page.Locator("#pitfall-list > details").Nth(4); // the one with the longest lines
        await slip.Locator("> summary").ClickAsync();
        await slip.Locator("button").Nth(2).ClickAsync();
        await Assertions.Expect(slip.Locator(".results pre")).ToBeVisibleAsync(new() { Timeout = Browser.Patience });
        Assert.Empty(await page.EvaluateAsync<string[]>(Audit));
        await page.Page.ClickAsync("#stop");
        await page.UntilAsync("document.getElementById('state').dataset.state === 'waiting'");
        Assert.Empty(await page.EvaluateAsync<string[]>(Audit));
        await page.Page.ClickAsync("#stop");
        await page.UntilAsync("document.body.dataset.backend === 'running'");
        Assert.DoesNotContain(page.Requests, address => !address.StartsWith($"http://localhost:{demo.Port}/", StringComparison.Ordinal)
            && !address.StartsWith("http://127.0.0.1:", StringComparison.Ordinal));
        Assert.Empty(page.Mistakes);
    }

    [Fact]
    public async Task Keyboard_Alone_ReachesEverythingAndShowsWhereItIs()
    {
        await using var page = await OpenAsync();
        var seen = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
            var at = await page.EvaluateAsync<string>("""
                () => {
                  const at = document.activeElement;
                  if (at === document.body) return '';
                  const style = getComputedStyle(at);
                  return `${at.id || at.className || at.textContent.trim()}|${style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 || at.matches('.skip')}`;
                }
                """);
            if (at.Length == 0)
                break;
            seen.Add(at.Split('|')[0]);
            Assert.True(at.EndsWith("|true", StringComparison.Ordinal), $"no focus to be seen: {at}");
        }

        Assert.Equal("skip", seen[0]);
        foreach (var id in new[] { "language", "url", "connect", "heartbeat", "reconnect", "stop", "freeze", "cut", "clear", "log", "message", "binary" })
            Assert.Contains(id, seen);
        Assert.Equal(6, seen.Count(name => SummaryName().IsMatch(name)));
        await page.Page.FocusAsync("#url");
        await page.Page.Keyboard.PressAsync("Enter");
        await StateAsync(page, "open");
        await page.Page.FocusAsync("#message");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.UntilAsync("document.getElementById('received').textContent === '1'");
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("http://evil.test", null)]
    [InlineData("null", null)]
    [InlineData("OWN", "evil.test")]
    public async Task Control_CalledByAnybodyElse_Refuses(string? origin, string? host)
    {
        var port = await ControlPortAsync();
        foreach (var (method, path, refused) in new[] { ("POST", "backend/stop", true), ("GET", "state", true) })
        {
            using var request = new HttpRequestMessage(new(method), $"http://127.0.0.1:{port}/{path}");
            if (origin is not null)
                request.Headers.Add("Origin", origin.Replace("OWN", $"http://localhost:{demo.Port}", StringComparison.Ordinal));
            request.Headers.Host = host;
            using var client = new HttpClient();
            using var answer = await client.SendAsync(request);
            Assert.Equal(refused, answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.BadRequest);
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task Control_FromOutside_CannotBeReached()
    {
        var port = await ControlPortAsync();
        using var any = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var refused = await Assert.ThrowsAsync<SocketException>(() => any.ConnectAsync(new IPEndPoint(IPAddress.Parse("127.0.0.2"), port)));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    private async Task<int> ControlPortAsync()
    {
        using var client = new HttpClient();
        var text = await client.GetStringAsync(new Uri($"http://127.0.0.1:{demo.Port}/lab.json"));
        return int.Parse(Number().Match(text).Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task<BrowserPage> OpenAsync(BrowserNewContextOptions? options = null)
    {
        var page = await browser.OpenAsync(options ?? new() { Locale = "en" });
        await page.Page.GotoAsync($"http://localhost:{demo.Port}/");
        await page.UntilAsync("!document.getElementById('stop').disabled");
        return page;
    }

    private static async Task ConnectAsync(BrowserPage page)
    {
        await page.Page.ClickAsync("#connect");
        await StateAsync(page, "open");
    }

    private static Task StateAsync(BrowserPage page, string state) => page.UntilAsync("state => document.getElementById('state').dataset.state === state", state);

    [GeneratedRegex("^Last minute: [0-9]+ heartbeats, median round trip .+, [0-9]+ connections lost$")]
    private static partial Regex Summary();

    [GeneratedRegex("^[1-6][A-Z$]")]
    private static partial Regex SummaryName();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();

    /// <summary>A running demo.</summary>
    public sealed class Demo : IAsyncLifetime
    {
        private readonly PortLease _port = PortLease.Take();
        private readonly PortLease _echo = PortLease.Take();
        private Process? _process;

        public int Port => _port.Port;

        public async ValueTask InitializeAsync()
        {
            var start = new ProcessStartInfo(GatewayExecutable.Hawser.Path) { RedirectStandardOutput = true };
            foreach (var argument in new[] { "demo", "--port", $"{_port.Port}", "--echo-port", $"{_echo.Port}" })
                start.ArgumentList.Add(argument);
            _process = Process.Start(start)!;
            Assert.NotNull(await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)));
        }

        public async ValueTask DisposeAsync()
        {
            if (_process is not null)
            {
                ProcessProbe.Send(_process.Id, Signal.Int);
                await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
                Assert.Equal(0, _process.ExitCode);
                _process.Dispose();
            }

            _port.Dispose();
            _echo.Dispose();
        }
    }
}
