using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>The Upgrade field does not reach the backend: it is hop-by-hop, so nginx drops it unless it is set.</summary>
internal sealed class Hw202UpgradeMissing : Rule
{
    public override string Id => "HW202";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        if (context.Options.Target.IsHawser) return;
        foreach (ProxiedLocation proxied in context.Proxied)
        {
            if (proxied.Intent == WebSocketIntent.None || Hw206HeadersDropped.Explains(proxied)) continue;
            ProxyHeaderConfig? upgrade = proxied.Header("Upgrade");
            if (upgrade is not null) CheckValue(context, sink, proxied, upgrade);
            else if (proxied.MissingHeaders is { } include && proxied.IsWebSocket)
                sink.ReportUnknown(proxied.PassNode.Span, "unknown", TextValue.OfBytes("location", proxied.Title), TextValue.OfBytes("value", include.Arguments[0].Value), ("application", ""));
            else if (proxied.MissingHeaders is null) ReportMissing(context, sink, proxied);
        }
    }

    private static void ReportMissing(DoctorContext context, FindingSink sink, ProxiedLocation proxied)
    {
        // One location of an application is enough to say it.
        if (proxied.Intent == WebSocketIntent.Application && context.Proxied.Any(static p => p.IsWebSocket)) return;
        bool bothMissing = proxied.Header("Connection") is null;
        var edits = new List<TextEdit>();
        if (ProxyHeaderEdits.ConnectionFor(context, proxied) is { } connection)
        {
            if (connection.Map is { } map) edits.Add(map);
            edits.Add(ProxyHeaderEdits.Add(proxied, "Upgrade", "$http_upgrade"));
            if (bothMissing) edits.Add(ProxyHeaderEdits.Add(proxied, "Connection", connection.Value));
        }
        bool known = proxied.Intent >= WebSocketIntent.Name;
        // With a block's first own proxy_set_header those inherited are gone: they come along.
        if (proxied.HeaderScope is { } scope && !ReferenceEquals(scope, proxied.Location)) edits.InsertRange(0, Hw206HeadersDropped.Repeat(context, proxied, scope));
        sink.Report(known ? FindingSeverity.Error : FindingSeverity.Warning, proxied.PassNode.Span,
            known ? bothMissing ? "both" : "" : proxied.Application is null ? "file" : "application",
            known && edits.Count > 0 ? new Fix(edits.ToArray()) : null, TextValue.OfBytes("location", proxied.Title), ("value", proxied.Application?.Path ?? ""),
            ("application", proxied.Application?.Name ?? ""));
    }

    private static void CheckValue(DoctorContext context, FindingSink sink, ProxiedLocation proxied, ProxyHeaderConfig upgrade)
    {
        if (context.IsHidden(upgrade.Span) || Hw205MapVariable.IsMisspelt(upgrade.Value)) return;
        if (context.Router.ValueFor(proxied.Location, upgrade.Value, handshake: true) is not { } value) return;
        if (value.Contains("websocket", StringComparison.OrdinalIgnoreCase)) return;
        DirectiveNode? node = context.Syntax.NodeAt(upgrade.Span);
        Fix? fix = node?.Arguments is [_, var argument] ? new Fix(TextEdit.Replace(argument.Span, "$http_upgrade")) : null;
        sink.Report(FindingSeverity.Error, upgrade.Span, value.Length == 0 ? "empty" : "other", fix, TextValue.OfBytes("location", proxied.Title),
            TextValue.OfBytes("value", value), ("application", ""));
    }
}
