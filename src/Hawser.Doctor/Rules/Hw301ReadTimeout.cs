using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>The read timeout is shorter than the silence on the socket: idle tunnels die.</summary>
internal sealed class Hw301ReadTimeout : Rule
{
    // Shorter than this, an explicit value was probably written for ordinary requests.
    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(2);

    public override string Id => "HW301";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        CheckSnippet(context, sink);
        foreach (ProxiedLocation proxied in context.WebSocketLocations)
        {
            if (context.IsUncertain(proxied, "proxy_read_timeout")) continue;
            Setting<TimeSpan> timeout = proxied.Location.Find(Known.ProxyReadTimeout);
            DirectiveNode? node = context.Syntax.FindInherited(proxied.Block, "proxy_read_timeout");
            if (node is not null && !timeout.IsExplicit) continue; // a value that is refused is another rule's
            if (context.Options.Heartbeat is { } heartbeat)
            {
                if (timeout.Value > heartbeat) continue;
                sink.Report(FindingSeverity.Error, node?.Span ?? proxied.PassNode.Span, "heartbeat", FixFor(context, proxied), Values(proxied, timeout.Value, heartbeat));
            }
            else if (!timeout.IsExplicit)
                sink.Report(FindingSeverity.Warning, proxied.PassNode.Span, "", FixFor(context, proxied), Values(proxied, timeout.Value, default));
            else if (timeout.Value < s_short)
                sink.Report(timeout.Value <= TimeSpan.FromMinutes(1) ? FindingSeverity.Warning : FindingSeverity.Hint, node!.Span, "short", FixFor(context, proxied), Values(proxied, timeout.Value, default));
        }
    }

    private static ReadOnlySpan<TextValue> Values(ProxiedLocation proxied, TimeSpan timeout, TimeSpan heartbeat) => (TextValue[])
        [TextValue.OfBytes("location", proxied.Title), ("timeout", DurationText.Of(timeout)), ("heartbeat", DurationText.Of(heartbeat))];

    private static Fix FixFor(DoctorContext context, ProxiedLocation proxied)
    {
        // A value that other locations share stays as it is.
        DirectiveNode? own = context.Syntax.Find(proxied.Block, "proxy_read_timeout");
        return own is not null ? new Fix(Edits.SetValue(own, "1h")) : new Fix(Edits.AddBelow(proxied.PassNode, "proxy_read_timeout 1h;"));
    }

    // Single directives for an include that forward a handshake and leave the timeout to others.
    private static void CheckSnippet(DoctorContext context, FindingSink sink)
    {
        if (context.Inspection.Shape != ConfigurationShape.Location || context.Proxied.Count > 0 || context.MissingIncludes.Count > 0) return;
        if (context.Syntax.All.Any(static n => n.Name == "proxy_read_timeout")) return;
        DirectiveNode? upgrade = context.Syntax.All.FirstOrDefault(static n => n.Name == "proxy_set_header" && n.Arguments is [{ Value: "Upgrade" }, _]);
        if (upgrade is null) return;
        var fix = new Fix(Edits.AddBelow(upgrade, "proxy_read_timeout 1h;"));
        sink.Report(FindingSeverity.Hint, upgrade.Span, "snippet", fix, ("location", ""), ("timeout", "60s"), ("heartbeat", ""));
    }
}
