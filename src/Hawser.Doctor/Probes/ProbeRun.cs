using Hawser.Configuration.Directives;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Explain;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;
using Hawser.Doctor.Rules;
using Hawser.Doctor.Texts;

namespace Hawser.Doctor.Probes;

/// <summary>
/// The live examination: page → name → TCP → TLS → handshake → ping and echo → silence → the same straight to the backend. Every step is told
/// as soon as it is done.
/// </summary>
internal sealed class ProbeRun(DoctorArguments arguments, DoctorContext? configuration, ProbeWriter writer, CancellationToken cancellation)
{
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(10);

    // An echo comes at once or not at all.
    private static readonly TimeSpan s_echoWait = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _timeout = arguments.Timeout is { } text ? ValueParser.Milliseconds(text) ?? s_defaultTimeout : s_defaultTimeout;
    private bool _failed;

    /// <returns><see cref="DoctorRun.Found"/> when any step failed.</returns>
    public static async Task<int> RunAsync(
        DoctorArguments arguments, DoctorOptions? configuration, TextCatalog texts, TextWriter output, CancellationToken cancellation)
    {
        DoctorContext? context = configuration is null ? null : DoctorContext.Read(configuration, null);
        var writer = new ProbeWriter(texts, arguments, output);
        var run = new ProbeRun(arguments, context, writer, cancellation);
        return await run.RunAsync() ? DoctorRun.Fine : DoctorRun.Found;
    }

    private async Task<bool> RunAsync()
    {
        ProbeTarget target = ProbeTarget.From(arguments.Url!);
        writer.Title(target.Url);
        await ProbePageAsync(target);
        int status = await ProbeUrlAsync(target, idle: true);
        if (arguments.Backend is { } backend) await CompareAsync(ProbeTarget.From(backend), status);
        return !_failed;
    }

    private void Tell(ProbeStep step)
    {
        _failed |= step.Result == ProbeResult.Failed;
        writer.Write(step);
    }

    private async Task ProbePageAsync(ProbeTarget target)
    {
        if (arguments.Page is not { } text || !Uri.TryCreate(text, UriKind.Absolute, out Uri? page)) return;
        if (page.Scheme == "https" && !target.IsTls) Tell(new ProbeStep(ProbeResult.Failed, "page.mixed", ("page", text), ("url", target.Url)));
        await PageProbe.RunAsync(page, Tell, _timeout, cancellation);
    }

    /// <returns>The status of the handshake; 0 when there was none.</returns>
    private async Task<int> ProbeUrlAsync(ProbeTarget target, bool idle)
    {
        using ProbeConnection? connection = await ProbeConnection.OpenAsync(target, arguments.TrustedCertificates, Tell, _timeout, cancellation);
        if (connection is null) return 0;
        HandshakeAnswer answer = await ProbeHandshake.RunAsync(connection.Stream, target, arguments.Headers, Origin(target), _timeout, cancellation);
        ProbeStep verdict = AnswerVerdict.Of(answer, _timeout);
        Tell(verdict);
        if (verdict.Result == ProbeResult.Failed)
        {
            if (idle) ExplainAnswer();
            return answer.Status;
        }
        var tunnel = new ProbeTunnel(connection.Stream, answer.Rest);
        ProbeStep ping = await tunnel.PingAsync(_timeout, cancellation);
        Tell(ping);
        if (ping.Result == ProbeResult.Failed) return answer.Status;
        if (await tunnel.EchoAsync(s_echoWait, cancellation) is { } echo) Tell(echo);
        if (idle && arguments.Idle is { } silence)
            Tell(await tunnel.IdleAsync(ValueParser.Milliseconds(silence)!.Value, writer.Progress, cancellation));
        await tunnel.CloseAsync(cancellation);
        return answer.Status;
    }

    // A browser names the page's origin; without a page, the one that the URL suggests.
    private string Origin(ProbeTarget target) => arguments.Page is { } text && Uri.TryCreate(text, UriKind.Absolute, out Uri? page)
        ? page.GetLeftPart(UriPartial.Authority)
        : $"{(target.IsTls ? "https" : "http")}://{target.Authority}";

    /// <summary>What of the configuration made this answer.</summary>
    private void ExplainAnswer()
    {
        if (configuration?.Http is null || ExplainRequest.Parse(arguments.Url!, arguments.Headers) is not { } request) return;
        Explanation explanation = configuration.Router.Explain(request);
        SourceSpan? span = explanation.Location?.Span ?? explanation.Server?.Span;
        if (span is not { } place) return;
        string where = explanation.Location is { } location ? RequestWalk.Describe(location) : "server";
        string[] rules = [.. RuleCatalog.Check(configuration).Where(f => f.Severity == FindingSeverity.Error && (f.Span is null || Concerns(f.Span.Value, place))).Select(static f => f.RuleId).Distinct()];
        Tell(new ProbeStep(ProbeResult.Noted, rules.Length > 0 ? "configuration.rules" : "configuration", ("location", where), ("place", ByteText.ToDisplay(place.ToString())),
            ("rules", string.Join(", ", rules))));
    }

    private bool Concerns(SourceSpan finding, SourceSpan block)
    {
        int end = configuration!.Syntax.NodeAt(block)?.CloseBrace?.Start ?? block.End;
        return finding.File.Path == block.File.Path && finding.Start >= block.Start && finding.Start < end;
    }

    private async Task CompareAsync(ProbeTarget backend, int status)
    {
        writer.Title(backend.Url);
        bool before = _failed;
        _failed = false;
        int direct = await ProbeUrlAsync(backend, idle: false);
        bool directWorks = direct == 101 && !_failed;
        _failed |= before;
        string key = (status == 101, directWorks) switch
        {
            (true, true) => "compare.both",
            (false, true) => "compare.proxy",
            (true, false) => "compare.backend",
            _ => "compare.neither",
        };
        Tell(new ProbeStep(key == "compare.both" ? ProbeResult.Passed : ProbeResult.Noted, key, ("backend", backend.Url)));
    }
}
