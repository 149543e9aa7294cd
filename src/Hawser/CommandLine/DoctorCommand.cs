using System.CommandLine;
using Hawser.Doctor;
using Hawser.Hosting;

namespace Hawser.CommandLine;

/// <summary><c>hawser doctor</c> and <c>hawser explain</c>.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var file = FileOption();
        var url = new Option<string?>("--url") { Description = "WebSocket URL to probe, step by step", HelpName = "ws(s)://…" };
        var page = new Option<string?>("--page") { Description = "Page that opens the WebSocket", HelpName = "https://…" };
        var backend = new Option<string?>("--backend") { Description = "The backend's own URL, asked side by side", HelpName = "ws://…" };
        var idle = new Option<string?>("--idle") { Description = "Stay silent for so long and tell who closes", HelpName = "90s" };
        var timeout = new Option<string?>("--timeout") { Description = "Longest wait of each step of a probe, 10s by default", HelpName = "5s" };
        var trusted = new Option<string?>("--ca") { Description = "File of certificates to trust besides the system's", HelpName = "file" };
        var heartbeat = new Option<string?>("--heartbeat") { Description = "How often the application sends something on an idle socket", HelpName = "30s" };
        var target = TargetOption();
        var lang = LanguageOption();
        var format = new Option<OutputFormat>("--format") { Description = "text, json or sarif" };
        var failOn = new Option<string>("--fail-on") { Description = "Exit with 1 from this severity on", DefaultValueFactory = _ => "error" };
        failOn.AcceptOnlyFromAmong("error", "warning", "hint", "never");
        var fix = new Option<bool>("--fix") { Description = "Print the changes that help, as a unified diff" };
        var write = new Option<bool>("--write") { Description = "With --fix: make the changes" };
        var headers = HeaderOption();
        var command = new Command("doctor", "Finds why a WebSocket does not work through a proxy (nginx or Hawser), and what to change")
        {
            file, url, page, backend, idle, timeout, trusted, heartbeat, target, lang, format, failOn, fix, write, headers,
        };
        command.SetAction((result, cancellation) =>
        {
            var output = result.InvocationConfiguration.Output;
            return DoctorRun.RunAsync(
                new DoctorArguments
                {
                    ConfigurationFile = result.GetValue(file),
                    Url = result.GetValue(url),
                    Page = result.GetValue(page),
                    Backend = result.GetValue(backend),
                    Idle = result.GetValue(idle),
                    Timeout = result.GetValue(timeout),
                    TrustedCertificates = result.GetValue(trusted),
                    Heartbeat = result.GetValue(heartbeat),
                    Target = result.GetValue(target)!,
                    Lang = result.GetValue(lang),
                    Format = result.GetValue(format),
                    FailOn = result.GetValue(failOn)!,
                    Fix = result.GetValue(fix) || result.GetValue(write),
                    Write = result.GetValue(write),
                    Headers = result.GetValue(headers) ?? [],
                    FallbackIncludeDirectory = ConfigurationSource.ShippedFiles,
                    Colour = HasColour(),
                    Version = Product.NameAndVersion["hawser/".Length..],
                },
                output, result.InvocationConfiguration.Error, cancellation);
        });
        return command;
    }

    public static Command CreateExplain()
    {
        var url = new Argument<string>("url") { Description = "ws://, wss://, http:// or https://" };
        var file = FileOption();
        var headers = HeaderOption();
        var method = new Option<string>("-X") { Description = "Method", HelpName = "method", DefaultValueFactory = _ => "GET" };
        var from = new Option<string?>("--from") { Description = "The client's address", HelpName = "address" };
        var target = TargetOption();
        var lang = LanguageOption();
        var command = new Command("explain", "Shows the way of a request through a configuration, and what the backend receives") { url, file, headers, method, from, target, lang };
        command.SetAction((result, _) => DoctorRun.ExplainAsync(
            new ExplainArguments
            {
                Url = result.GetValue(url)!,
                ConfigurationFile = result.GetValue(file),
                Headers = result.GetValue(headers) ?? [],
                Method = result.GetValue(method)!,
                From = result.GetValue(from),
                Target = result.GetValue(target)!,
                Lang = result.GetValue(lang),
                FallbackIncludeDirectory = ConfigurationSource.ShippedFiles,
                Colour = HasColour(),
            },
            result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    private static Option<string?> FileOption() => new("-c") { Description = "Configuration file; nginx.conf here or in /etc/nginx by default", HelpName = "file" };

    private static Option<string> TargetOption() =>
        new("--target") { Description = "What the configuration is for: nginx, nginx:VERSION or hawser", HelpName = "target", DefaultValueFactory = _ => "nginx" };

    private static Option<string?> LanguageOption() => new("--lang") { Description = "en or zh; the locale's by default", HelpName = "language" };

    private static Option<string[]> HeaderOption() => new("-H") { Description = "Header field of the request: 'Name: value'", HelpName = "field", AllowMultipleArgumentsPerToken = false };

    // https://no-color.org
    private static bool HasColour() =>
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not "dumb";
}
