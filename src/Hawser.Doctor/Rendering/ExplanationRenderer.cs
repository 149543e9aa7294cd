using System.Globalization;
using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Explain;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;
using Hawser.Doctor.Texts;

namespace Hawser.Doctor.Rendering;

/// <summary>Writes an explanation for people.</summary>
internal sealed class ExplanationRenderer(TextCatalog texts, bool colour, Func<SourceSpan, SourceSpan> original)
{
    private readonly Style _style = new(colour);

    public string Render(ExplainRequest request, Explanation explanation)
    {
        var output = new StringBuilder();
        string url = $"{request.Scheme}://{request.Authority}{request.Target}";
        output.Append(_style.Bold(Get("title.path", ("method", request.Method), TextValue.OfBytes("url", url)))).Append('\n');
        foreach (ExplainStep step in explanation.Steps) AppendStep(output, step);
        if (explanation.Upstream is { } upstream) AppendUpstream(output, upstream);
        if (explanation.Upstream is not null && explanation.Location is { } location) AppendTimeouts(output, location);
        string[] unknown = [.. UnknownIn(explanation)];
        if (unknown.Length > 0) output.Append('\n').Append(_style.Dim(Get("unknown", ("names", string.Join(", ", unknown))))).Append('\n');
        output.Append('\n').Append(Verdict(request, explanation)).Append('\n');
        return output.ToString();
    }

    private void AppendStep(StringBuilder output, ExplainStep step)
    {
        TextValue[] shown = [.. step.Values.Select(static v => TextValue.OfBytes(v.Name, v.Value))];
        string text = Get(step.Key, shown);
        bool isDecision = step.Key is "location.won" or "named" or "proxy" or "return" or "access.denied" or "rewrite.redirect";
        output.Append("  ").Append(isDecision ? _style.Bold(text) : text);
        if (step.Span is { Length: > 0 } span) output.Append("  ").Append(_style.Dim(Place(original(span))));
        output.Append('\n');
    }

    private static string Place(SourceSpan span)
    {
        string path = span.File.Path;
        return ByteText.ToDisplay(path.AsSpan(path.LastIndexOf('/') + 1)) + ":" + span.Line.ToString(CultureInfo.InvariantCulture);
    }

    private void AppendUpstream(StringBuilder output, UpstreamRequest upstream)
    {
        output.Append('\n').Append(_style.Bold(Get("title.upstream", TextValue.OfBytes("address", upstream.Address)))).Append('\n');
        output.Append("  ").Append(Printable(upstream.RequestLine)).Append('\n');
        foreach ((string name, string value) in upstream.Headers) output.Append("  ").Append(Printable(name)).Append(": ").Append(Printable(value)).Append('\n');
    }

    private void AppendTimeouts(StringBuilder output, Configuration.Model.LocationConfig location)
    {
        output.Append('\n').Append(_style.Bold(Get("title.timeouts"))).Append('\n').Append("  ").Append(Get(
            "timeouts", ("connect", DurationText.Of(location.Get(Known.ProxyConnectTimeout))), ("send", DurationText.Of(location.Get(Known.ProxySendTimeout))),
            ("read", DurationText.Of(location.Get(Known.ProxyReadTimeout))))).Append('\n');
    }

    private string Verdict(ExplainRequest request, Explanation explanation)
    {
        string status = explanation.Status.ToString(CultureInfo.InvariantCulture);
        switch (explanation.Verdict)
        {
            case ExplainVerdict.Answered when explanation.Status == 444:
                return _style.Bad(Get("verdict.Closed"));
            case ExplainVerdict.Answered when explanation.RedirectTarget is { } target:
                string text = Get("verdict.Redirect", ("status", status), TextValue.OfBytes("target", target));
                return request.IsWebSocket ? _style.Bad(text) : _style.Good(text);
            case ExplainVerdict.Handshake or ExplainVerdict.Proxied:
                return _style.Good(Get("verdict." + explanation.Verdict));
            case ExplainVerdict.HandshakeLost:
                return _style.Bad(Get("verdict.HandshakeLost", ("missing", string.Join(", ", Missing(explanation.Upstream!)))));
            default:
                string plain = Get("verdict." + explanation.Verdict, ("status", status));
                return request.IsWebSocket ? _style.Bad(plain) : _style.Bold(plain);
        }
    }

    private IEnumerable<string> Missing(UpstreamRequest upstream)
    {
        if (!upstream.RequestLine.EndsWith("HTTP/1.1", StringComparison.Ordinal)) yield return Get("missing.version");
        if (!upstream.Headers.Any(static h => Is(h, "Upgrade", "websocket"))) yield return Get("missing.upgrade");
        if (!upstream.Headers.Any(static h => Is(h, "Connection", "upgrade"))) yield return Get("missing.connection");

        static bool Is((string Name, string Value) field, string name, string value) =>
            field.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && field.Value.Contains(value, StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> UnknownIn(Explanation explanation) => explanation.UnknownVariables.Select(static n => "$" + n);

    private string Get(string key, params ReadOnlySpan<TextValue> values) => Printable(ByteText.FromText(texts.Get("explain", key, values)));

    private static string Printable(string byteString)
    {
        var text = new StringBuilder();
        foreach (Rune rune in ByteText.ToDisplay(byteString).EnumerateRunes()) text.Append(Rune.IsControl(rune) ? "?" : rune.ToString());
        return text.ToString();
    }
}
