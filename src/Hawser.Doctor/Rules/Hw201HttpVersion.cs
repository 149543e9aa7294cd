using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>HTTP/1.0 to the backend, which knows no Upgrade. Before 1.29.7 that is what nginx speaks unless told otherwise.</summary>
internal sealed class Hw201HttpVersion : Rule
{
    public override string Id => "HW201";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        if (context.Options.Target.IsHawser) return; // it forwards a handshake as one in any case
        foreach (ProxiedLocation proxied in context.WebSocketLocations)
        {
            Setting<ProxyHttpVersion> version = proxied.Location.Find(Known.ProxyHttpVersion);
            DirectiveNode? written = context.Syntax.FindInherited(proxied.Block, "proxy_http_version");
            if (written is not null && (context.IsHidden(written.Span) || written.Arguments is not [{ Value: "1.0" }])) continue;
            if (written is not null && version.Value == ProxyHttpVersion.Http10)
            {
                sink.Report(FindingSeverity.Error, written.Span, "explicit", new Fix(Edits.SetValue(written, "1.1")), TextValue.OfBytes("location", proxied.Title));
                continue;
            }
            if (context.Options.Target.SpeaksHttp11ByDefault) continue;
            if (proxied.MissingSettings is { } include)
            {
                sink.ReportUnknown(proxied.PassNode.Span, "unknown", TextValue.OfBytes("location", proxied.Title), TextValue.OfBytes("include", include.Arguments[0].Value));
                continue;
            }
            string variant = context.Options.Target.Version is null ? "" : "version";
            sink.Report(FindingSeverity.Error, proxied.PassNode.Span, variant, new Fix(Edits.AddBelow(proxied.PassNode, "proxy_http_version 1.1;")),
                TextValue.OfBytes("location", proxied.Title), ("version", context.Options.Target.ToString()));
        }
    }
}
