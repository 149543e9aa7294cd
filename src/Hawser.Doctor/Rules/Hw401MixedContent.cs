using Hawser.Configuration.Model;
using Hawser.Configuration.Routing;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>A page served over TLS may open <c>wss://</c> only, and the WebSocket is there over plain HTTP only.</summary>
internal sealed class Hw401MixedContent : Rule
{
    public override string Id => "HW401";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        CheckPage(context, sink);
        if (context.Http is not { } http || context.IsTemplate) return;
        bool anyTls = http.Servers.Any(context.IsTls);
        foreach (ProxiedLocation proxied in context.LikelyWebSocketLocations)
        {
            if (context.Syntax.NodeOf(proxied.Server) is null || !context.IsPlain(proxied.Server) || context.IsTls(proxied.Server)) continue;
            if (!anyTls) ReportPlain(context, sink, proxied);
            else if (proxied.IsWebSocket && TlsTwin(context, proxied) is { } twin && !Serves(context, twin, proxied))
                sink.Report(FindingSeverity.Error, (proxied.Block ?? proxied.PassNode).Span, "", FixFor(context, proxied, twin), Values(proxied, twin));
        }
    }

    private static void CheckPage(DoctorContext context, FindingSink sink)
    {
        if (context.Options is { Page.Scheme: "https", Url.Scheme: "ws" } options)
            sink.Report(FindingSeverity.Error, null, "page", null, ("page", options.Page.OriginalString), ("url", options.Url.OriginalString), ("location", ""), ("server", ""), ("line", ""));
    }

    // Behind a load balancer that ends TLS this is in order, so it is a hint.
    private static void ReportPlain(DoctorContext context, FindingSink sink, ProxiedLocation proxied)
    {
        DirectiveNode server = context.Syntax.NodeOf(proxied.Server)!;
        bool trusts = context.Syntax.All.Any(static n => n.Arguments.Any(static a => a.Value.Contains("$http_x_forwarded_proto", StringComparison.OrdinalIgnoreCase)));
        if (context.Inspection.Shape == ConfigurationShape.Server || trusts || context.MissingIncludes.Count > 0 || IsLocal(proxied.Server)) return;
        sink.Report(FindingSeverity.Hint, (context.Syntax.Find(server, "listen") ?? server).Span, "plain", null, Values(proxied, proxied.Server));
    }

    /// <summary>The same location at the end of the TLS server.</summary>
    private static Fix? FixFor(DoctorContext context, ProxiedLocation proxied, ServerConfig twin)
    {
        if (proxied.Block is not { CloseBrace: { } end } block || proxied.Location.IsNameless || context.Syntax.NodeOf(twin)?.CloseBrace is not { } close) return null;
        string indent = Edits.IndentOf(block);
        string copy = block.Span.File.Text[block.Span.Start..end.End];
        int at = close.File.GetLineStart(close.Line);
        // A brace that shares its line stays where it is.
        bool alone = close.File.Text.AsSpan(at, close.Start - at).Trim().IsEmpty;
        return new Fix(TextEdit.Insert(close.File, alone ? at : close.Start, $"{(alone ? "" : "\n")}{indent}{copy}\n"));
    }

    private static bool IsLocal(ServerConfig server) => server.Listens.All(static l => l.Address is { } address && System.Net.IPAddress.IsLoopback(address));

    /// <summary>The server that speaks TLS for the same names; for a server without a name the only one there is.</summary>
    private static ServerConfig? TlsTwin(DoctorContext context, ProxiedLocation proxied)
    {
        ServerConfig[] candidates = [.. context.Http!.Servers.Where(context.IsTls)];
        return candidates.FirstOrDefault(s => s.Names.Any(n => proxied.Server.Names.Any(m => m.Text == n.Text)));
    }

    private static bool Serves(DoctorContext context, ServerConfig twin, ProxiedLocation proxied)
    {
        if (context.Syntax.NodeOf(twin) is { } block && context.MissingIncludeIn(block) is not null) return true;
        string path = proxied.Named.Regex is null ? proxied.Named.Pattern : SamplePaths.For(proxied.Named.Pattern).FirstOrDefault("/");
        LocationMatch<LocationConfig> match = context.Router.FindLocation(twin, path);
        return context.Proxied.Any(p => ReferenceEquals(p.Named, match.Location));
    }

    private static ReadOnlySpan<TextValue> Values(ProxiedLocation proxied, ServerConfig server) => (TextValue[])
    [
        TextValue.OfBytes("location", proxied.Title), TextValue.OfBytes("server", server.PrimaryName.Length > 0 ? server.PrimaryName : "_"),
        ("line", (server.Span?.Line ?? 0).ToString(System.Globalization.CultureInfo.InvariantCulture)), ("page", ""), ("url", ""),
    ];
}
