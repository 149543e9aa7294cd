using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>A literal <c>Upgrade "websocket"</c> where ordinary requests pass too: the backend takes each of them for a handshake.</summary>
internal sealed class Hw208UpgradeLiteral : Rule
{
    public override string Id => "HW208";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (ProxiedLocation proxied in context.WebSocketLocations)
        {
            if (!proxied.IsShared || proxied.Location.IsNameless || proxied.Header("Upgrade") is not { Value.IsConstant: true } upgrade) continue;
            if (!upgrade.Value.Source.Contains("websocket", StringComparison.OrdinalIgnoreCase)) continue;
            Fix? fix = context.Syntax.NodeAt(upgrade.Span)?.Arguments is [_, var argument] ? new Fix(TextEdit.Replace(argument.Span, "$http_upgrade")) : null;
            sink.Report(FindingSeverity.Warning, upgrade.Span, "", fix, TextValue.OfBytes("location", proxied.Title));
        }
    }
}
