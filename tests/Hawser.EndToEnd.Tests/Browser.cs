using System.Collections;
using Microsoft.Playwright;

namespace Hawser.EndToEnd.Tests;

/// <summary>A headless Chromium, started once for a class of tests.</summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>How long a page may take for anything: machines that build beside the tests are slow.</summary>
    public const float Patience = 45_000;

    private static readonly string s_executable = Environment.GetEnvironmentVariable("HAWSER_TEST_CHROMIUM") ?? "/usr/bin/chromium";
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The home directory of its user, whose store of certificates Chromium reads; null for the one of whoever runs the tests.</summary>
    internal string? Home { get; init; }

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = s_executable,
            Env = Home is null ? null : Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                .Where(variable => (string)variable.Key != "HOME").Append(new("HOME", Home))
                .Select(variable => KeyValuePair.Create((string)variable.Key, (string)variable.Value!)),
            IgnoreDefaultArgs = ["--disable-back-forward-cache"],
            Args =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP page.test 127.0.0.1",
            ],
        });
    }

    /// <summary>A page of its own.</summary>
    public async Task<BrowserPage> OpenAsync(BrowserNewContextOptions? options = null)
    {
        var context = await _browser!.NewContextAsync(options);
        context.SetDefaultTimeout(Patience);
        return new BrowserPage(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

/// <summary>A page and its context. To be closed before the gateway it talks to, which would wait for its tunnels.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(30);
    private readonly IBrowserContext _context;

    public BrowserPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.PageError += (_, error) => Mistakes.Add(error);
        page.Request += (_, request) => Requests.Add(request.Url);
    }

    public IPage Page { get; }

    /// <summary>Errors that no script caught.</summary>
    public List<string> Mistakes { get; } = [];

    /// <summary>Addresses of everything that was asked for.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Evaluates with a limit: a promise of the page that never ends must not hang a test.</summary>
    public Task<T> EvaluateAsync<T>(string script, object? argument = null) =>
        Page.EvaluateAsync<T>(script, argument).WaitAsync(TimeSpan.FromMilliseconds(Browser.Patience));

    /// <summary>As <see cref="EvaluateAsync{T}"/>.</summary>
    public Task EvaluateAsync(string script, object? argument = null) =>
        Page.EvaluateAsync(script, argument).WaitAsync(TimeSpan.FromMilliseconds(Browser.Patience));

    /// <summary>Waits until an expression is true.</summary>
    public Task UntilAsync(string condition, object? argument = null) => Page.WaitForFunctionAsync(condition, argument);

    public async ValueTask DisposeAsync() => await _context.CloseAsync().WaitAsync(s_closeTimeout);
}
