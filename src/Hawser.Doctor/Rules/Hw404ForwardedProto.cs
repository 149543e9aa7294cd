using Hawser.Configuration.Model;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>The backend is not told that the client speaks TLS, and builds <c>ws://</c> links.</summary>
internal sealed class Hw404ForwardedProto : Rule
{
    public override string Id => "HW404";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (ProxiedLocation proxied in context.WebSocketLocations)
        {
            if (context.IsUncertain(proxied, "proxy_set_header")) continue;
            ProxyHeaderConfig? proto = proxied.Header("X-Forwarded-Proto") ?? proxied.Header("X-Forwarded-Scheme") ?? proxied.Header("X-Scheme") ?? proxied.Header("Forwarded");
            if (proto is { Value: { IsConstant: true, Source: "http" } })
                sink.Report(FindingSeverity.Warning, proto.Span, "literal", Replace(context, proto), TextValue.OfBytes("location", proxied.Title));
            else if (proto is null && context.IsTls(proxied.Server) && proxied.MissingHeaders is null && !Hw206HeadersDropped.Drops(proxied, "X-Forwarded-Proto"))
                sink.Report(FindingSeverity.Hint, proxied.PassNode.Span, "", AddIfOwn(proxied), TextValue.OfBytes("location", proxied.Title));
        }
    }

    private static Fix? Replace(DoctorContext context, ProxyHeaderConfig proto) =>
        context.Syntax.NodeAt(proto.Span)?.Arguments is [_, var value] ? new Fix(TextEdit.Replace(value.Span, "$scheme")) : null;

    // A first line of its own would displace what the location inherits.
    private static Fix? AddIfOwn(ProxiedLocation proxied) => ReferenceEquals(proxied.HeaderScope, proxied.Location)
        ? new Fix(ProxyHeaderEdits.Add(proxied, "X-Forwarded-Proto", "$scheme"))
        : null;
}
