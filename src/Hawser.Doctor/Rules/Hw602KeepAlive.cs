using System.Globalization;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>Connections to an upstream that should be kept and are not, or more tunnels to one address than it has ports.</summary>
internal sealed class Hw602KeepAlive : Rule
{
    // Linux's ip_local_port_range, 32768 to 60999.
    private const int Ports = 28_232;

    public override string Id => "HW602";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (ProxiedLocation proxied in context.Proxied)
        {
            if (proxied.Pass.Address is not { } address || context.Http!.FindUpstream(address.Host) is not { } group) continue;
            CheckKept(context, sink, proxied, group);
            if (proxied.IsWebSocket) CheckPorts(context, sink, group);
        }
    }

    private static void CheckKept(DoctorContext context, FindingSink sink, ProxiedLocation proxied, UpstreamConfig group)
    {
        if (context.Syntax.Find(context.Syntax.NodeOf(group), "keepalive") is not { } keepalive || context.IsHidden(keepalive.Span)) return;
        if (proxied.IsWebSocket && !proxied.IsShared || context.Options.Target.SpeaksHttp11ByDefault) return;
        if (proxied.MissingHeaders is not null || proxied.MissingSettings is not null) return;
        bool isHttp10 = context.Syntax.FindInherited(proxied.Block, "proxy_http_version") is not { } version || version.Arguments is [{ Value: "1.0" }];
        ProxyHeaderConfig? connection = proxied.Header("Connection");
        bool closes = connection is null || connection.Value.Source == "close";
        if (!isHttp10 && !closes) return;
        var edits = new List<TextEdit>();
        if (isHttp10 && context.Syntax.FindInherited(proxied.Block, "proxy_http_version") is null) edits.Add(Edits.AddBelow(proxied.PassNode, "proxy_http_version 1.1;"));
        if (connection is null && (proxied.HeaderScope is null || ReferenceEquals(proxied.HeaderScope, proxied.Location))) edits.Add(ProxyHeaderEdits.Add(proxied, "Connection", "\"\""));
        sink.Report(FindingSeverity.Hint, keepalive.Span, isHttp10 ? "version" : "close", proxied.IsWebSocket || edits.Count == 0 ? null : new Fix(edits.ToArray()),
            TextValue.OfBytes("upstream", group.Name), TextValue.OfBytes("location", proxied.Title), ("line", proxied.PassNode.Span.Line.ToString(CultureInfo.InvariantCulture)), ("tunnels", ""));
    }

    private static void CheckPorts(DoctorContext context, FindingSink sink, UpstreamConfig group)
    {
        MainConfig main = context.Inspection.Config;
        Setting<int> connections = main.Events.Find(Known.WorkerConnections);
        int workers = Math.Max(1, main.Get(Known.WorkerProcesses));
        long tunnels = connections.Value / 2L * workers;
        if (!connections.IsExplicit || group.Servers.Length != 1 || group.Servers[0].Address.Kind == AddressKind.Unix || tunnels <= Ports) return;
        sink.Report(FindingSeverity.Hint, group.Servers[0].Span, "ports", null, TextValue.OfBytes("upstream", group.Name), ("location", ""), ("line", ""),
            ("tunnels", tunnels.ToString(CultureInfo.InvariantCulture)));
    }
}
