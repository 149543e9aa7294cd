using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>A byte order mark at the start of a file: nginx takes it for the first letters of the first directive.</summary>
internal sealed class Hw003ByteOrderMark : Rule
{
    public override string Id => "HW003";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (SourceFile file in context.Inspection.Files)
        {
            if (!DoctorFiles.HasByteOrderMark(context.Original(file))) continue;
            string first = context.Syntax.All.FirstOrDefault(n => n.Span.File == file)?.Name ?? "";
            sink.Report(FindingSeverity.Error, new SourceSpan(file, 0, 3), "", new Fix(new TextEdit(file.Path, 0, 3, "")), TextValue.OfBytes("directive", first));
        }
    }
}
