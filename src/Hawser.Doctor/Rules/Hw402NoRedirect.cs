using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>The same site over plain HTTP, without a redirect to TLS.</summary>
internal sealed class Hw402NoRedirect : Rule
{
    public override string Id => "HW402";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        if (context.Http is not { } http || context.IsTemplate || !context.WebSocketLocations.Any()) return;
        foreach (ServerConfig server in http.Servers)
        {
            if (context.Syntax.NodeOf(server) is not { } block || !context.IsPlain(server) || context.MissingIncludeIn(block) is not null) continue;
            bool both = context.IsTls(server);
            bool hasTwin = both || http.Servers.Any(other => context.IsTls(other) && other.Names.Any(n => n.Text.Length > 0 && server.Names.Any(m => m.Text == n.Text)));
            if (!hasTwin || Redirects(context, block)) continue;
            DirectiveNode listen = context.Syntax.ChildrenOf(block).FirstOrDefault(static n => n.Name == "listen" && n.Arguments.All(static a => a.Value is not ("ssl" or "quic"))) ?? block;
            sink.Report(FindingSeverity.Hint, listen.Span, both ? "both" : "", null, TextValue.OfBytes("server", server.PrimaryName));
        }
    }

    // Any answer that names https, in the server or in its locations and conditions.
    private static bool Redirects(DoctorContext context, DirectiveNode block)
    {
        foreach (DirectiveNode node in context.Syntax.ChildrenOf(block))
        {
            if (node.Name is "return" or "rewrite" or "error_page" && node.Arguments.Any(static a => a.Value.StartsWith("https://", StringComparison.Ordinal) || a.Value.Contains("https:", StringComparison.Ordinal))) return true;
            if (node.HasBlock && Redirects(context, node)) return true;
        }
        return false;
    }
}
