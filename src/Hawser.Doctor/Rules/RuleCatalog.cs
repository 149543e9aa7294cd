using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>All rules, in the order of their ids.</summary>
internal static class RuleCatalog
{
    public static IReadOnlyList<Rule> All { get; } =
    [
        new Hw001MissingSemicolon(), new Hw002FullWidthPunctuation(), new Hw003ByteOrderMark(), new Hw004Unbalanced(), new Hw005UnknownDirective(),
        new Hw006WrongContext(), new Hw007WrongArguments(), new Hw008MissingInclude(), new Hw009TemplatePlaceholder(),
        new Hw101NoProxyPass(), new Hw102SlashMismatch(), new Hw103SlashRedirect(), new Hw104RegexFirst(), new Hw105DynamicTarget(), new Hw106ProxyLoop(),
        new Hw107UnknownHost(), new Hw108Hijacked(),
        new Hw201HttpVersion(), new Hw202UpgradeMissing(), new Hw203ConnectionMissing(), new Hw204ConnectionLiteral(), new Hw205MapVariable(),
        new Hw206HeadersDropped(), new Hw207ConnectionTwice(), new Hw208UpgradeLiteral(), new Hw209AnyUpgrade(),
        new Hw301ReadTimeout(), new Hw302OddTimeout(), new Hw303ReloadPolicy(),
        new Hw401MixedContent(), new Hw402NoRedirect(), new Hw403OldTls(), new Hw404ForwardedProto(), new Hw405Certificate(),
        new Hw501Host(), new Hw502ForwardedFor(), new Hw503Origin(),
        new Hw601Connections(), new Hw602KeepAlive(), new Hw603PerAddressLimit(),
    ];

    /// <summary>What all rules find, by file and position.</summary>
    public static List<Finding> Check(DoctorContext context)
    {
        var findings = new List<Finding>();
        foreach (Rule rule in All) rule.Check(context, new FindingSink(rule, context, findings));
        RemoveConsequences(context, findings);
        return Sort(context, findings);
    }

    /// <summary>Findings by file and position.</summary>
    public static List<Finding> Sort(DoctorContext context, List<Finding> findings)
    {
        var files = new Dictionary<string, int>();
        foreach (Configuration.Syntax.SourceFile file in context.Inspection.Files) files.TryAdd(file.Path, files.Count);
        return [.. findings.OrderBy(f => f.Span is { } span ? files.GetValueOrDefault(span.File.Path) : -1)
            .ThenBy(static f => f.Span?.Start ?? -1).ThenBy(static f => f.RuleId, StringComparer.Ordinal)];
    }

    /// <summary>Findings about the text itself: as long as there is one in a block, what the block does is not what was written.</summary>
    public static bool IsAboutSyntax(Finding finding) =>
        finding.Severity == FindingSeverity.Error && finding.RuleId is "HW001" or "HW002" or "HW003" or "HW004" or "HW005" or "HW007";

    // A swallowed line would be reported again as a header that is missing, and "fixed" a second time.
    private static void RemoveConsequences(DoctorContext context, List<Finding> findings)
    {
        foreach (Finding broken in findings.Where(IsAboutSyntax).ToArray())
        {
            if (broken.Span is not { } place || context.Syntax.BlockAround(place) is not { } block) continue;
            int end = block.CloseBrace?.Start ?? block.Span.File.Text.Length;
            findings.RemoveAll(f => !IsAboutSyntax(f) && string.CompareOrdinal(f.RuleId, "HW2") > 0 && f.Span is { } span
                && span.File.Path == block.Span.File.Path && span.Start >= block.Span.Start && span.Start < end);
        }
    }
}
