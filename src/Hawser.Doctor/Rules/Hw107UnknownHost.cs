using System.Collections.Immutable;
using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Model;
using Hawser.Doctor.Explain;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>No <c>server_name</c> matches the host of the URL: the default server answers.</summary>
internal sealed class Hw107UnknownHost : Rule
{
    public override string Id => "HW107";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        if (context.Options.Url is not { } url || context.Http is not { } http || ExplainRequest.Parse(url.OriginalString, []) is not { } request) return;
        if (context.IsTemplate || context.Router.Explain(request).Steps.FirstOrDefault(static s => s.Key == "server.default") is not { } step) return;
        ServerConfig server = context.Router.FindServer(request)!;
        string[] names = [.. NamesOf(http.Listeners, request.Port)];
        string? near = Spelling.Suggest(request.Host, names);
        // A server of many names, or of none, is meant to answer everything.
        bool isCatchAll = server.Names.All(static n => n.Text is "" or "_" or "localhost");
        if (isCatchAll && near is null) return;
        sink.Report(near is null ? FindingSeverity.Warning : FindingSeverity.Error, server.Span, near is null ? "" : "near", null, TextValue.OfBytes("host", request.Host),
            TextValue.OfBytes("server", server.PrimaryName), TextValue.OfBytes("near", near ?? ""));
        _ = step;
    }

    private static IEnumerable<string> NamesOf(ImmutableArray<ListenerConfig> listeners, int port)
    {
        foreach (ListenerConfig listener in listeners)
        {
            if (listener.Listen.Port != port) continue;
            foreach (ServerConfig server in listener.Servers)
            {
                foreach (ServerNameConfig name in server.Names)
                {
                    if (name.Kind == ServerNameKind.Exact && name.Text.Length > 1) yield return name.Text;
                }
            }
        }
    }
}
