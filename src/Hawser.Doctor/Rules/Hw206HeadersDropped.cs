using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>A block with a <c>proxy_set_header</c> of its own inherits none of those above.</summary>
internal sealed class Hw206HeadersDropped : Rule
{
    private static readonly string[] s_matter = ["Upgrade", "Connection", "Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "Origin"];

    public override string Id => "HW206";

    /// <summary>Whether the handshake fails in a location because its own headers displaced those above: then this rule says it.</summary>
    public static bool Explains(ProxiedLocation proxied) => Dropped(proxied).Any(static h => IsForHandshake(h.Name));

    /// <summary>Whether a block above sets a field that the location's own headers displaced.</summary>
    public static bool Drops(ProxiedLocation proxied, string name) => Dropped(proxied).Any(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Lines that repeat what a block above sets.</summary>
    public static IEnumerable<TextEdit> Repeat(DoctorContext context, ProxiedLocation proxied, ConfigScope scope)
    {
        ImmutableArray<ProxyHeaderConfig> headers = scope.Get(Known.ProxySetHeader);
        // Each is put right below proxy_pass, so the last one comes first.
        foreach (ProxyHeaderConfig header in headers)
        {
            if (context.Syntax.NodeAt(header.Span) is { } node) yield return Edits.AddBelow(proxied.PassNode, node.Span.Text.ToString());
        }
    }

    public override void Check(DoctorContext context, FindingSink sink)
    {
        if (context.Options.Target.IsHawser) return;
        foreach (ProxiedLocation proxied in context.Proxied)
        {
            if (!proxied.IsWebSocket && proxied.Named.Pattern != "/") continue;
            List<ProxyHeaderConfig> dropped = Dropped(proxied);
            bool breaks = dropped.Any(static h => IsForHandshake(h.Name));
            if (dropped.Count == 0 || (breaks ? false : !proxied.IsWebSocket) || context.Syntax.Find(proxied.Block, "proxy_set_header") is not { } own) continue;
            if (breaks && !proxied.IsWebSocket && context.Proxied.Any(p => p.IsWebSocket && !ReferenceEquals(p, proxied))) continue;
            var edits = new List<TextEdit>();
            foreach (ProxyHeaderConfig header in dropped)
            {
                if (context.Syntax.NodeAt(header.Span) is { } node) edits.Add(Edits.AddBelow(proxied.PassNode, node.Span.Text.ToString()));
            }
            sink.Report(breaks ? FindingSeverity.Error : FindingSeverity.Warning, own.Span, breaks ? "handshake" : "", new Fix(edits.ToArray()),
                TextValue.OfBytes("location", proxied.Title), TextValue.OfBytes("dropped", string.Join(", ", dropped.Select(static h => h.Name))),
                ("line", dropped[0].Span.Line.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    private static List<ProxyHeaderConfig> Dropped(ProxiedLocation proxied)
    {
        var dropped = new List<ProxyHeaderConfig>();
        if (!proxied.Location.HasOwn(Known.ProxySetHeader) || proxied.Location.Parent is not { } parent) return dropped;
        ImmutableArray<ProxyHeaderConfig> own = proxied.Location.Get(Known.ProxySetHeader);
        foreach (ProxyHeaderConfig header in parent.Get(Known.ProxySetHeader))
        {
            bool matters = Array.Exists(s_matter, name => name.Equals(header.Name, StringComparison.OrdinalIgnoreCase)) && header.Value.Source.Length > 0;
            if (matters && !own.Any(o => o.Name.Equals(header.Name, StringComparison.OrdinalIgnoreCase))) dropped.Add(header);
        }
        return dropped;
    }

    private static bool IsForHandshake(string name) =>
        name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase) || name.Equals("Connection", StringComparison.OrdinalIgnoreCase);
}
