using Hawser.Configuration.Diagnostics;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>A wrong number of words, or a word that nginx refuses.</summary>
internal sealed class Hw007WrongArguments : Rule
{
    public override string Id => "HW007";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (Diagnostic diagnostic in context.Inspection.Diagnostics)
        {
            if (!diagnostic.IsWrongArguments() || diagnostic.Span is not { } span) continue;
            // A full-width mark is another rule's.
            if (!System.Text.Ascii.IsValid(span.Text)) continue;
            // One line of a template may become many, or none.
            int line = span.Line;
            if (context.IsHidden(span) || context.HiddenIn(span.File).Any(r => span.File.GetLine(r.Start) == line)) continue;
            if (context.IsControlled(span.File)) continue;
            if (context.IsTemplate && diagnostic.Message.StartsWith("duplicate", StringComparison.Ordinal)) continue;
            sink.Report(FindingSeverity.Error, span, "", null, TextValue.OfBytes("nginx", diagnostic.Message));
        }
    }
}
