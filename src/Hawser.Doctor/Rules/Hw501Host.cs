using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>The backend does not see the host that the browser asked for, and compares it with Origin.</summary>
internal sealed class Hw501Host : Rule
{
    public override string Id => "HW501";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (ProxiedLocation proxied in context.LikelyWebSocketLocations)
        {
            if (proxied.Header("Host") is { } host) CheckValue(context, sink, proxied, host);
            else if (proxied.MissingHeaders is null && !Hw206HeadersDropped.Drops(proxied, "Host"))
            {
                Fix? fix = ReferenceEquals(proxied.HeaderScope, proxied.Location) ? new Fix(ProxyHeaderEdits.Add(proxied, "Host", "$host")) : null;
                sink.Report(FindingSeverity.Warning, proxied.PassNode.Span, "", fix, TextValue.OfBytes("location", proxied.Title), TextValue.OfBytes("value", HostSeen(context, proxied)), ("name", ""));
            }
        }
    }

    private static string HostSeen(DoctorContext context, ProxiedLocation proxied) =>
        proxied.Pass.HostHeader.Length > 0 && !context.IsHidden(proxied.PassNode.Span) ? proxied.Pass.HostHeader : "$proxy_host";

    private static void CheckValue(DoctorContext context, FindingSink sink, ProxiedLocation proxied, ProxyHeaderConfig host)
    {
        if (host.Value.Parts is [VariablePart { Name: "http_host" }])
        {
            Fix? fix = context.Syntax.NodeAt(host.Span)?.Arguments is [_, var value] ? new Fix(TextEdit.Replace(value.Span, "$host")) : null;
            // $host has no port: on any port but the usual ones the fix would change what the backend sees.
            bool usual = proxied.Server.Listens.All(static l => l.Port is 80 or 443);
            sink.Report(FindingSeverity.Hint, host.Span, "client", usual ? fix : null, TextValue.OfBytes("location", proxied.Title), ("value", "$http_host"), ("name", ""));
        }
        else if (host.Value is { IsConstant: true, Source: { Length: > 0 } text })
        {
            foreach (ServerNameConfig name in proxied.Server.Names)
            {
                if (name.Kind != ServerNameKind.Exact || name.Text == text || !name.Text.Contains('.') || Spelling.Distance(name.Text, text) > 3) continue;
                Fix? fix = context.Syntax.NodeAt(host.Span)?.Arguments is [_, var value] ? new Fix(TextEdit.Replace(value.Span, name.Text)) : null;
                sink.Report(FindingSeverity.Warning, host.Span, "typo", fix, TextValue.OfBytes("location", proxied.Title), TextValue.OfBytes("value", text), TextValue.OfBytes("name", name.Text));
            }
        }
    }
}
