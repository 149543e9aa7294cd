using Hawser.Configuration.Model;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>Connection does not announce the upgrade to the backend.</summary>
internal sealed class Hw203ConnectionMissing : Rule
{
    public override string Id => "HW203";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        if (context.Options.Target.IsHawser) return;
        foreach (ProxiedLocation proxied in context.WebSocketLocations)
        {
            // Without Upgrade the other rule speaks, and adds both.
            if (proxied.Header("Upgrade") is null || Hw206HeadersDropped.Explains(proxied)) continue;
            if (proxied.Header("Connection") is { } connection) CheckValue(context, sink, proxied, connection);
            else if (proxied.MissingHeaders is { } include)
                sink.ReportUnknown(proxied.PassNode.Span, "unknown", TextValue.OfBytes("location", proxied.Title), TextValue.OfBytes("value", include.Arguments[0].Value));
            else
            {
                Fix? fix = ProxyHeaderEdits.ConnectionFor(context, proxied) is not { } right ? null
                    : right.Map is { } map ? new Fix(map, AddBelowUpgrade(context, proxied, right.Value)) : new Fix(AddBelowUpgrade(context, proxied, right.Value));
                sink.Report(FindingSeverity.Error, proxied.Header("Upgrade")!.Span, "", fix, TextValue.OfBytes("location", proxied.Title), ("value", ""));
            }
        }
    }

    private static TextEdit AddBelowUpgrade(DoctorContext context, ProxiedLocation proxied, string value) =>
        context.Syntax.NodeAt(proxied.Header("Upgrade")!.Span) is { } node
            ? Edits.AddBelow(node, $"proxy_set_header Connection {value};")
            : ProxyHeaderEdits.Add(proxied, "Connection", value);

    private static void CheckValue(DoctorContext context, FindingSink sink, ProxiedLocation proxied, ProxyHeaderConfig connection)
    {
        if (context.IsHidden(connection.Span) || Hw205MapVariable.IsMisspelt(connection.Value)) return;
        // A map whose value is wrong is another rule's.
        if (context.Router.ValueFor(proxied.Location, connection.Value, handshake: true) is not { } value || Hw205MapVariable.MapOf(context, connection.Value) is not null) return;
        if (value.Contains("upgrade", StringComparison.OrdinalIgnoreCase)) return;
        Fix? fix = context.Syntax.NodeAt(connection.Span)?.Arguments is [_, var argument] && ProxyHeaderEdits.ConnectionFor(context, proxied) is { } right
            ? right.Map is { } map ? new Fix(map, TextEdit.Replace(argument.Span, right.Value)) : new Fix(TextEdit.Replace(argument.Span, right.Value))
            : null;
        sink.Report(FindingSeverity.Error, connection.Span, value.Length == 0 ? "empty" : "other", fix, TextValue.OfBytes("location", proxied.Title), TextValue.OfBytes("value", value));
    }
}
