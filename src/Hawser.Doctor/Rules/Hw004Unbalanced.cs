using Hawser.Configuration.Diagnostics;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>Braces or quotes that do not pair up.</summary>
internal sealed class Hw004Unbalanced : Rule
{
    public override string Id => "HW004";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (Diagnostic diagnostic in context.Inspection.Diagnostics)
        {
            if (!diagnostic.IsUnbalanced() || diagnostic.Span is not { } span) continue;
            // Around a template's loops nothing need pair up.
            if (context.HiddenIn(span.File).Count > 0) continue;
            sink.Report(FindingSeverity.Error, span, diagnostic.Hint is null ? "" : "because", null, TextValue.OfBytes("nginx", diagnostic.Message),
                TextValue.OfBytes("why", diagnostic.Hint ?? ""));
        }
    }
}
