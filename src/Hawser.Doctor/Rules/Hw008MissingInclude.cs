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
        foreach (DirectiveNode node in context.MissingIncludes)
        {
            string path = node.Arguments[0].Value;
            bool matters = context.Proxied.Any(p => ReferenceEquals(p.MissingHeaders, node) || ReferenceEquals(p.MissingSettings, node));
            // A pattern that matches nothing is in order.
            if (path.AsSpan().ContainsAny('*', '?', '[') && !matters) continue;
            sink.ReportUnknown(node.Arguments[0].Span, matters ? "matters" : "", TextValue.OfBytes("path", path));
        }
    }
}
