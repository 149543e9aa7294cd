using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Explain;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>The URL that is asked about reaches no <c>proxy_pass</c>.</summary>
internal sealed class Hw101NoProxyPass : Rule
{
    public override string Id => "HW101";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        if (context.Options.Url is not { } url || ExplainRequest.Parse(url.OriginalString, []) is not { } request) return;
        Explanation explanation = context.Router.Explain(request);
        if (explanation.Verdict == ExplainVerdict.NothingListens)
        {
            sink.Report(FindingSeverity.Error, null, "port", null, explanation.Steps[0].Values.AsSpan());
            return;
        }
        bool reachesNothing = explanation is { Upstream: null, Server: not null } && (explanation.Verdict == ExplainVerdict.File || explanation.Status is 403 or 404 or 405)
            && !explanation.Steps.Any(static s => s.Key is "return" or "access.denied" or "error_page" or "rewrite.redirect");
        if (!reachesNothing) return;
        ProxiedLocation? nearest = Nearest(context, request.Target);
        SourceSpan? span = explanation.Location?.Span ?? explanation.Server!.Span;
        string got = explanation.Location is { } location ? RequestWalk.Describe(location) : "";
        string variant = (explanation.Location, nearest) switch
        {
            (null, null) => "none",
            (null, _) => "none.near",
            (_, null) => "got",
            _ => "",
        };
        sink.Report(FindingSeverity.Error, span, variant, null, TextValue.OfBytes("path", request.Target), ("got", got), TextValue.OfBytes("nearest", nearest?.Title ?? ""),
            ("line", nearest?.PassNode.Span.Line.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? ""));
    }

    private static ProxiedLocation? Nearest(DoctorContext context, string path)
    {
        ProxiedLocation? best = null;
        int bestDistance = int.MaxValue;
        foreach (ProxiedLocation candidate in context.Proxied)
        {
            if (!candidate.Location.HasOwn(Known.ProxyPass) || candidate.Named.Regex is not null) continue;
            string pattern = candidate.Named.Pattern;
            string same = path.Length > pattern.Length ? path[..pattern.Length] : path;
            int distance = Spelling.Distance(same.ToLowerInvariant(), pattern.ToLowerInvariant()) * 2 - (candidate.IsWebSocket ? 1 : 0);
            if (distance >= bestDistance || distance > pattern.Length) continue;
            best = candidate;
            bestDistance = distance;
        }
        return best;
    }
}
