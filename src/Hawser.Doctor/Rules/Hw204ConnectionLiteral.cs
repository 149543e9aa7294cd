using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>A literal <c>Connection "upgrade"</c> where ordinary requests pass too: each of them announces an upgrade, and no connection is kept.</summary>
internal sealed class Hw204ConnectionLiteral : Rule
{
    public override string Id => "HW204";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        CheckSnippet(context, sink);
        foreach (ProxiedLocation proxied in context.WebSocketLocations)
        {
            if (!proxied.IsShared || proxied.Location.IsNameless || proxied.Header("Connection") is not { } connection) continue;
            if (!connection.Value.IsConstant || !connection.Value.Source.Contains("upgrade", StringComparison.OrdinalIgnoreCase)) continue;
            UpstreamConfig? group = proxied.Pass.Address is { } address ? context.Http!.FindUpstream(address.Host) : null;
            bool keeps = group is { KeepAlive.Connections: > 0 } && context.Syntax.Find(context.Syntax.NodeOf(group), "keepalive") is not null;
            sink.Report(FindingSeverity.Warning, connection.Span, keeps ? "keepalive" : "", FixFor(context, proxied, connection), TextValue.OfBytes("location", proxied.Title),
                TextValue.OfBytes("upstream", group?.Name ?? ""));
        }
    }

    private static Fix? FixFor(DoctorContext context, ProxiedLocation proxied, ProxyHeaderConfig connection)
    {
        if (ProxyHeaderEdits.ConnectionFor(context, proxied) is not { } right || !right.Value.StartsWith('$')) return null;
        if (context.Syntax.NodeAt(connection.Span)?.Arguments is not [_, var argument]) return null;
        TextEdit value = TextEdit.Replace(argument.Span, right.Value);
        return right.Map is { } map ? new Fix(map, value) : new Fix(value);
    }

    // Single directives for an include: whatever location includes them gets the literal.
    private static void CheckSnippet(DoctorContext context, FindingSink sink)
    {
        if (context.Inspection.Shape != ConfigurationShape.Location || context.Proxied.Count > 0) return;
        foreach (DirectiveNode node in context.Syntax.All)
        {
            if (node.Name == "proxy_set_header" && node.Arguments is [var name, { Value: "upgrade" or "Upgrade" }] && name.Value.Equals("Connection", StringComparison.OrdinalIgnoreCase))
                sink.Report(FindingSeverity.Hint, node.Span, "snippet", null, ("location", ""), ("upstream", ""));
        }
    }
}
