using Hawser.Configuration.Model;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>The proxy points at the address that it listens on itself.</summary>
internal sealed class Hw106ProxyLoop : Rule
{
    public override string Id => "HW106";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (ProxiedLocation proxied in context.Proxied)
        {
            if (proxied.Pass.Address is not { } address || context.IsHidden(proxied.PassNode.Span)) continue;
            if (context.Http!.FindUpstream(address.Host) is { } group)
            {
                foreach (UpstreamServerConfig server in group.Servers) Look(context, sink, proxied, server.Address);
            }
            else Look(context, sink, proxied, address);
        }
    }

    private static void Look(DoctorContext context, FindingSink sink, ProxiedLocation proxied, EndpointAddress address)
    {
        if (address.Kind == AddressKind.Unix || !IsThisMachine(address, proxied.Server)) return;
        foreach (ListenConfig listen in proxied.Server.Listens)
        {
            if (listen.Port != address.Port || listen.Span is null || context.IsHidden(listen.Span.Value)) continue;
            if (!listen.IsWildcard && listen.Address is { } own && address.Address is { } to && !own.Equals(to)) continue;
            // Another server may answer there, if the name that is sent says so.
            if (context.Http!.Listeners.Any(l => l.Listen.Port == address.Port && l.Servers.Length > 1)) continue;
            sink.Report(FindingSeverity.Error, proxied.PassNode.Span, "", null, TextValue.OfBytes("address", address.Text),
                ("port", listen.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                ("line", listen.Span.Value.Line.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            return;
        }
    }

    private static bool IsThisMachine(EndpointAddress address, ServerConfig server) =>
        (address.Address is { } ip && System.Net.IPAddress.IsLoopback(ip))
        || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || server.Names.Any(n => n.Kind == ServerNameKind.Exact && n.Text.Length > 0 && n.Text.Equals(address.Host, StringComparison.OrdinalIgnoreCase));
}
