using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>A directive in a block that cannot hold it, or a file that fits into no block.</summary>
internal sealed class Hw006WrongContext : Rule
{
    public override string Id => "HW006";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (Diagnostic diagnostic in context.Inspection.Diagnostics)
        {
            if (!diagnostic.IsWrongContext() || diagnostic.Span is not { } span || context.IsHidden(span)) continue;
            DirectiveNode? block = context.Syntax.NodeAt(span) is { } node ? context.Syntax.ParentOf(node) : Parent(context, span);
            sink.Report(FindingSeverity.Error, span, "", null, TextValue.OfBytes("directive", span.Text.ToString()), TextValue.OfBytes("block", block?.Name ?? "main"));
        }
        if (context.Inspection.Shape is not (ConfigurationShape.Mixed or ConfigurationShape.Server)) return;
        // A file for conf.d/ lands in http; what belongs in a server is refused there.
        if (context.Syntax.ChildrenOf(null).FirstOrDefault(static n => n.Name == "location") is not { } location) return;
        if (context.Inspection.Shape == ConfigurationShape.Mixed)
        {
            DirectiveNode other = context.Syntax.ChildrenOf(null).First(static n => n.Name is "upstream" or "map" or "limit_req_zone" or "limit_conn_zone" or "server" or "log_format" or "geo");
            sink.Report(FindingSeverity.Error, location.Span, "mixed", null, ("directive", "location"), TextValue.OfBytes("block", other.Name));
        }
        else if (context.Inspection.Config.Path.Contains("conf.d/", StringComparison.Ordinal))
        {
            sink.Report(FindingSeverity.Warning, location.Span, "confd", null, ("directive", "location"), ("block", "http"));
        }
    }

    private static DirectiveNode? Parent(DoctorContext context, SourceSpan span)
    {
        foreach (DirectiveNode node in context.Syntax.All)
        {
            if (node.NameArgument.Span == span) return context.Syntax.ParentOf(node);
        }
        return null;
    }
}
