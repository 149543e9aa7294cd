using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Directives;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>A directive that nginx does not know: misspelt, or of a module from elsewhere.</summary>
internal sealed class Hw005UnknownDirective : Rule
{
    public override string Id => "HW005";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (Diagnostic diagnostic in context.Inspection.Diagnostics)
        {
            if (!diagnostic.IsUnknownDirective() || diagnostic.Span is not { } span || context.IsHidden(span)) continue;
            string name = span.Text.ToString();
            // Full-width marks have a rule of their own, and a swallowed line too.
            if (!System.Text.Ascii.IsValid(name) || name.Length == 0) continue;
            if (diagnostic.Hint is { } hint && hint.StartsWith("nginx dropped it", StringComparison.Ordinal))
                sink.Report(FindingSeverity.Warning, span, "removed", null, ("name", name), ("meant", hint[(hint.IndexOf(';') + 1)..].Trim()));
            else if (Spelling.Suggest(name, Names()) is { } meant && Spelling.Distance(name, meant) <= 2)
                sink.Report(FindingSeverity.Error, span, "", new Fix(TextEdit.Replace(span, meant)), ("name", name), ("meant", meant));
            else if (!context.IsTemplate)
                sink.Report(FindingSeverity.Hint, span, "module", null, ("name", name), ("meant", ""));
        }
    }

    private static IEnumerable<string> Names()
    {
        foreach (Directive directive in DirectiveTable.All) yield return directive.Name;
    }
}
