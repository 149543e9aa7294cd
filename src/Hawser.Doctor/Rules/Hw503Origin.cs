using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>Origin is rewritten or taken away: the backend cannot tell whose page opens the WebSocket (RFC 6455 §10.2).</summary>
internal sealed class Hw503Origin : Rule
{
    public override string Id => "HW503";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (ProxiedLocation proxied in context.WebSocketLocations)
        {
            if (proxied.Headers.FirstOrDefault(static h => h.Name.Equals("Origin", StringComparison.OrdinalIgnoreCase)) is not { } origin) continue;
            if (origin.Value.Source is "$http_origin") continue;
            string variant = origin.Value.Source.Length == 0 ? "removed" : origin.Value.Source.Contains("$scheme", StringComparison.Ordinal) ? "scheme" : "";
            sink.Report(FindingSeverity.Warning, origin.Span, variant, null, TextValue.OfBytes("location", proxied.Title), TextValue.OfBytes("value", context.ValueText(origin.Span)));
        }
    }
}
