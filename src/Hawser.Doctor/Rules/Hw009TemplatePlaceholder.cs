using System.Globalization;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>The file is a template: what its placeholders become is not known.</summary>
internal sealed class Hw009TemplatePlaceholder : Rule
{
    public override string Id => "HW009";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (SourceFile file in context.Inspection.Files)
        {
            IReadOnlyList<TemplateMask.Range> hidden = context.HiddenIn(file);
            if (hidden.Count == 0) continue;
            var first = new SourceSpan(file, hidden[0].Start, hidden[0].Length);
            SourceSpan original = context.Original(first);
            int end = original.Text.IndexOf('\n');
            string text = (end < 0 ? original.Text : original.Text[..end]).ToString();
            sink.ReportUnknown(first, "", ("count", hidden.Count.ToString(CultureInfo.InvariantCulture)), Findings.TextValue.OfBytes("first", text));
        }
    }
}
