using System.Collections.Immutable;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>Takes what one rule finds. A place is reported once, however many blocks inherit it.</summary>
internal sealed class FindingSink(Rule rule, DoctorContext context, List<Finding> findings)
{
    private readonly HashSet<(string? Path, int Start, string Variant)> _seen = [];

    /// <summary>Reports a mistake.</summary>
    /// <param name="span">What to underline, as the parser sees it.</param>
    /// <param name="variant">Which of the rule's texts says it.</param>
    /// <param name="fix">A safe change; null for none.</param>
    public void Report(FindingSeverity severity, SourceSpan? span, string variant, Fix? fix, params ReadOnlySpan<TextValue> values) =>
        Add(new Finding(rule.Id, severity, Original(span), variant, ImmutableArray.Create(values), fix));

    /// <summary>Says that the truth is not known here.</summary>
    public void ReportUnknown(SourceSpan? span, string variant, params ReadOnlySpan<TextValue> values) =>
        Add(new Finding(rule.Id, FindingSeverity.Hint, Original(span), variant, ImmutableArray.Create(values), null) { IsUnknown = true });

    private void Add(Finding finding)
    {
        if (_seen.Add((finding.Span?.File.Path, finding.Span?.Start ?? 0, finding.Variant))) findings.Add(finding);
    }

    private SourceSpan? Original(SourceSpan? span) => span is { } inFile ? context.Original(inFile) : null;
}
