using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>An include whose file is not there: what it holds is not known.</summary>
internal sealed class Hw008MissingInclude : Rule
{
    public override string Id => "HW008";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        var seen = new HashSet<string>();
        foreach (DirectiveNode node in context.MissingIncludes.OrderByDescending(n => Matters(context, n)))
        {
            string path = node.Arguments[0].Value;
            bool matters = Matters(context, node);
            // One report for each file, at the place where it matters most.
            if (!seen.Add(path)) continue;
            // A pattern that matches nothing is in order.
            if (path.AsSpan().ContainsAny('*', '?', '[') && !matters) continue;
            sink.ReportUnknown(node.Arguments[0].Span, matters ? "matters" : "", TextValue.OfBytes("path", path));
        }
    }

    private static bool Matters(DoctorContext context, DirectiveNode node) =>
        context.Proxied.Any(p => p.Intent != WebSocketIntent.None && (ReferenceEquals(p.MissingHeaders, node) || ReferenceEquals(p.MissingSettings, node)));
}
