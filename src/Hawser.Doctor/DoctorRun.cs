using System.Globalization;
using Hawser.Configuration.Directives;
using Hawser.Doctor.Explain;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;
using Hawser.Doctor.Rendering;
using Hawser.Doctor.Texts;

namespace Hawser.Doctor;

/// <summary><c>hawser doctor</c> and <c>hawser explain</c> from arguments to exit code.</summary>
public static class DoctorRun
{
    /// <summary>Nothing at or above <c>--fail-on</c>.</summary>
    public const int Fine = 0;

    /// <summary>Something at or above <c>--fail-on</c>.</summary>
    public const int Found = 1;

    /// <summary>The doctor could not do what was asked.</summary>
    public const int Failed = 2;

    private static readonly string[] s_usualFiles = ["nginx.conf", "conf/nginx.conf", "/etc/nginx/nginx.conf", "/usr/local/nginx/conf/nginx.conf"];

    /// <summary>Examines a configuration, a URL, or both.</summary>
    public static async Task<int> RunAsync(DoctorArguments arguments, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        TextCatalog texts = TextCatalog.For(LanguageOf(arguments.Lang));
        string? file = arguments.ConfigurationFile ?? (arguments.Url is null || arguments.Fix ? UsualFile() : null);
        if (Refusal(arguments, file, texts) is { } refusal) return await FailAsync(error, refusal);
        int found = Fine;
        Examination? examination = null;
        if (file is not null)
        {
            examination = Examination.Of(OptionsOf(arguments, file));
            if (examination.Failure is { } why) return await FailAsync(error, texts.Get("doctor", "unreadable", TextValue.OfBytes("why", why)));
            found = await ReportAsync(arguments, file, examination, texts, output);
        }
        if (arguments.Url is null) return found;
        int probed = await Probes.ProbeRun.RunAsync(arguments, file is null ? null : OptionsOf(arguments, file), texts, output, cancellation);
        return Math.Max(found, probed);
    }

    /// <summary>Explains the way of one request.</summary>
    public static async Task<int> ExplainAsync(ExplainArguments arguments, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        TextCatalog texts = TextCatalog.For(LanguageOf(arguments.Lang));
        if (DoctorTarget.Parse(arguments.Target) is not { } target) return await FailAsync(error, texts.Get("doctor", "badTarget", ("target", arguments.Target)));
        if (ExplainRequest.Parse(arguments.Url, arguments.Headers) is not { } request) return await FailAsync(error, texts.Get("explain", "badUrl", ("url", arguments.Url)));
        if ((arguments.ConfigurationFile ?? UsualFile()) is not { } file) return await FailAsync(error, texts.Get("explain", "noFile"));
        var options = new DoctorOptions { Path = file, Target = target, FallbackIncludeDirectory = arguments.FallbackIncludeDirectory };
        DoctorContext context = DoctorContext.Read(options, null);
        if (context.Inspection.Files.IsEmpty)
            return await FailAsync(error, texts.Get("doctor", "unreadable", TextValue.OfBytes("why", context.Inspection.Diagnostics.FirstOrDefault()?.Message ?? file)));
        request = request with { Method = arguments.Method, ClientAddress = arguments.From };
        Explanation explanation = new RequestRouter(context.Inspection.Config, target).Explain(request);
        await output.WriteAsync(new ExplanationRenderer(texts, arguments.Colour, context.Original).Render(request, explanation));
        return explanation.Verdict is ExplainVerdict.Handshake or ExplainVerdict.Proxied || (!request.IsWebSocket && explanation.Verdict != ExplainVerdict.NothingListens) ? Fine : Found;
    }

    private static Language LanguageOf(string? lang) => Languages.Parse(lang) ?? Languages.FromEnvironment(Environment.GetEnvironmentVariable);

    private static string? UsualFile() => Array.Find(s_usualFiles, File.Exists);

    private static string? Refusal(DoctorArguments arguments, string? file, TextCatalog texts)
    {
        if (DoctorTarget.Parse(arguments.Target) is null) return texts.Get("doctor", "badTarget", ("target", arguments.Target));
        foreach (string? time in (ReadOnlySpan<string?>)[arguments.Idle, arguments.Heartbeat, arguments.Timeout])
        {
            if (time is not null && ValueParser.Milliseconds(time) is null) return texts.Get("doctor", "badDuration", ("text", time));
        }
        foreach (string? url in (ReadOnlySpan<string?>)[arguments.Url, arguments.Backend])
        {
            if (url is not null && !IsWebSocketUrl(url)) return texts.Get("doctor", "badUrl", ("url", url));
        }
        return file is null && arguments.Url is null ? texts.Get("doctor", "noInput") : null;
    }

    private static bool IsWebSocketUrl(string url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) && parsed.Scheme is "ws" or "wss";

    private static DoctorOptions OptionsOf(DoctorArguments arguments, string file) => new()
    {
        Path = file,
        FallbackIncludeDirectory = arguments.FallbackIncludeDirectory,
        Target = DoctorTarget.Parse(arguments.Target)!,
        Url = arguments.Url is { } url ? new Uri(url) : null,
        Page = arguments.Page is { } page && Uri.TryCreate(page, UriKind.Absolute, out Uri? parsed) ? parsed : null,
        Heartbeat = arguments.Heartbeat is { } time ? ValueParser.Milliseconds(time) : null,
    };

    private static async Task<int> ReportAsync(DoctorArguments arguments, string file, Examination examination, TextCatalog texts, TextWriter output)
    {
        IEnumerable<Finding> left = examination.Findings;
        if (arguments.Fix)
        {
            Repair repair = examination.Fix();
            left = repair.Remaining;
            if (repair.Applied > 0 && !arguments.Write) await output.WriteAsync(Configuration.Syntax.ByteText.ToDisplay(repair.Diff()));
            if (arguments.Write) repair.Write();
            if (repair.Applied == 0) await output.WriteLineAsync(texts.Get("doctor", "nothing"));
            else if (arguments.Write)
                await output.WriteLineAsync(texts.Get("doctor", "fixed", ("count", Number(repair.Applied)), ("remaining", Number(repair.Remaining.Length))));
            // Without --write the mistakes are still there.
            if (!arguments.Write) left = examination.Findings;
        }
        else
        {
            await output.WriteAsync(arguments.Format switch
            {
                OutputFormat.Json => JsonRenderer.Render(examination, texts),
                OutputFormat.Sarif => SarifRenderer.Render(examination, texts, arguments.Version),
                _ => new TextRenderer(texts, arguments.Colour).Render(examination, file),
            });
        }
        return left.Any(f => IsAtLeast(f, arguments.FailOn)) ? Found : Fine;
    }

    private static bool IsAtLeast(Finding finding, string failOn) => failOn switch
    {
        "hint" => true,
        "warning" => finding.Severity >= FindingSeverity.Warning,
        "never" => false,
        _ => finding.Severity >= FindingSeverity.Error,
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<int> FailAsync(TextWriter error, string message)
    {
        await error.WriteLineAsync("hawser: " + message);
        return Failed;
    }
}
