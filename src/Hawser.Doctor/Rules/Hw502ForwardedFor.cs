using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>The backend does not learn the client's address, or loses those of the proxies before.</summary>
internal sealed class Hw502ForwardedFor : Rule
{
    private static readonly string[] s_fields = ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Real-IP"];

    public override string Id => "HW502";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        HashSet<ProxiedLocation> likely = [.. context.LikelyWebSocketLocations];
        foreach (ProxiedLocation proxied in context.Proxied)
        {
            CheckSpelling(context, sink, proxied);
            ProxyHeaderConfig? field = proxied.Header("X-Forwarded-For");
            if (field is not null)
            {
                if (field.Value.Parts is [VariablePart { Name: "remote_addr" }] && BehindProxy(context))
                    sink.Report(FindingSeverity.Hint, field.Span, "overwritten", Replace(context, field), TextValue.OfBytes("location", proxied.Title), ("value", "$remote_addr"), ("meant", ""));
            }
            else if (likely.Contains(proxied) && proxied.MissingHeaders is null && !Hw206HeadersDropped.Drops(proxied, "X-Forwarded-For") && proxied.Header("X-Real-IP") is null && proxied.Header("Forwarded") is null
                && !proxied.Headers.Any(static h => Misspelt(h.Name) == "X-Forwarded-For"))
            {
                Fix? fix = ReferenceEquals(proxied.HeaderScope, proxied.Location) ? new Fix(ProxyHeaderEdits.Add(proxied, "X-Forwarded-For", "$proxy_add_x_forwarded_for")) : null;
                sink.Report(FindingSeverity.Hint, proxied.PassNode.Span, "", fix, TextValue.OfBytes("location", proxied.Title), ("value", ""), ("meant", ""));
            }
        }
    }

    private static void CheckSpelling(DoctorContext context, FindingSink sink, ProxiedLocation proxied)
    {
        foreach (ProxyHeaderConfig header in proxied.Headers)
        {
            if (Misspelt(header.Name) is not { } meant || context.Syntax.NodeAt(header.Span) is not { } node) continue;
            sink.Report(FindingSeverity.Warning, header.Span, "misspelt", new Fix(TextEdit.Replace(node.Arguments[0].Span, meant)), TextValue.OfBytes("location", proxied.Title),
                TextValue.OfBytes("value", header.Name), ("meant", meant));
        }
    }

    private static string? Misspelt(string name)
    {
        if (!name.StartsWith("X-", StringComparison.OrdinalIgnoreCase)) return null;
        // Others of that family exist, and nobody knows them all.
        if (name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)) return null;
        foreach (string field in s_fields)
        {
            int distance = Spelling.Distance(name.ToLowerInvariant(), field.ToLowerInvariant());
            if (distance == 0) return null;
            if (distance <= 2 && name.Length > 8 && field.StartsWith("X-F", StringComparison.Ordinal)) return field;
        }
        return null;
    }

    private static Fix? Replace(DoctorContext context, ProxyHeaderConfig field) =>
        context.Syntax.NodeAt(field.Span)?.Arguments is [_, var value] ? new Fix(TextEdit.Replace(value.Span, "$proxy_add_x_forwarded_for")) : null;

    // At the edge, overwriting is right: what a client claims is not to be passed on.
    private static bool BehindProxy(DoctorContext context) => context.Syntax.All.Any(static n =>
        n.Arguments.Any(static a => a.Value.Contains("$http_x_forwarded_", StringComparison.OrdinalIgnoreCase)));
}
