using System.Collections.Immutable;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Fixing;
using Hawser.Doctor.Reading;
using Hawser.Doctor.Rules;

namespace Hawser.Doctor;

/// <summary>What all rules find in one configuration, and what a repair would make of it.</summary>
public sealed class Examination
{
    private readonly DoctorOptions _options;

    private Examination(DoctorOptions options, ImmutableArray<Finding> findings, ImmutableArray<SourceFile> files, string? failure)
    {
        _options = options;
        Findings = findings;
        Files = files;
        Failure = failure;
    }

    /// <summary>The findings by file and position.</summary>
    public ImmutableArray<Finding> Findings { get; }

    /// <summary>The files as they are on disk, the main file first.</summary>
    public ImmutableArray<SourceFile> Files { get; }

    /// <summary>Why the main file could not be read; null if it was.</summary>
    public string? Failure { get; }

    /// <summary>Examines a configuration.</summary>
    /// <exception cref="ArgumentException">The options name no file.</exception>
    public static Examination Of(DoctorOptions options) => Of(options, null);

    /// <summary>Applies the fixes of all findings, again and again until nothing is left to fix.</summary>
    /// <param name="ruleIds">Only findings of these rules; null for all.</param>
    public Repair Fix(IReadOnlySet<string>? ruleIds = null)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        int applied = 0;
        ImmutableArray<Finding> findings = Findings;
        // Each round may uncover what a mistake before hid; a fix that brought its finding back would go on for ever.
        for (int round = 0; round < FixApplier.MostRounds; round++)
        {
            Finding[] fixable = [.. findings.Where(f => f.Fix is not null && ruleIds?.Contains(f.RuleId) != false)];
            // The text first: what it means is known only then.
            if (fixable.Any(RuleCatalog.IsAboutSyntax)) fixable = [.. fixable.Where(RuleCatalog.IsAboutSyntax)];
            int count = FixApplier.Apply(fixable, Files, texts);
            if (count == 0) break;
            applied += count;
            findings = Of(_options, texts).Findings;
        }
        return new Repair(Files, texts.ToImmutableDictionary(StringComparer.Ordinal), applied, findings);
    }

    internal static Examination Of(DoctorOptions options, IReadOnlyDictionary<string, string>? changed)
    {
        if (options.Path is null) throw new ArgumentException("There is no configuration to examine.", nameof(options));
        DoctorContext context = DoctorContext.Read(options, changed);
        if (context.Inspection.Files.IsEmpty) return new Examination(options, [], [], context.Inspection.Diagnostics.FirstOrDefault()?.Message ?? options.Path);
        List<Finding> findings = RuleCatalog.Check(context);
        if (findings.Exists(static f => RuleCatalog.IsAboutSyntax(f) && f.Fix is not null)) findings = BehindTheSyntax(options, changed, context, findings);
        return new Examination(options, [.. findings], [.. context.Inspection.Files.Select(context.Original)], null);
    }

    /// <summary>
    /// What a text with a missing semicolon means is known only once the semicolon is there: the text is mended in memory, examined again, and
    /// what is found takes its places in the text as it is. Its fixes wait for those of the text.
    /// </summary>
    private static List<Finding> BehindTheSyntax(
        DoctorOptions options, IReadOnlyDictionary<string, string>? changed, DoctorContext context, List<Finding> findings)
    {
        SourceFile[] originals = [.. context.Inspection.Files.Select(context.Original)];
        var texts = new Dictionary<string, string>(changed ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        List<TextEdit> edits = FixApplier.Accept([.. findings.Where(static f => RuleCatalog.IsAboutSyntax(f) && f.Fix is not null)], originals, out _);
        FixApplier.ApplyAll(edits, originals, texts);
        List<Finding> all = [.. findings.Where(IsAboutText)];
        foreach (Finding finding in RuleCatalog.Check(DoctorContext.Read(options, texts)).Where(static f => !IsAboutText(f)))
        {
            SourceSpan? span = finding.Span is { } place && Array.Find(originals, o => o.Path == place.File.Path) is { } file
                ? FixApplier.Before(edits, file, place)
                : finding.Span;
            all.Add(finding with { Span = span, Fix = null });
        }
        return RuleCatalog.Sort(context, all);
    }

    private static bool IsAboutText(Finding finding) => string.CompareOrdinal(finding.RuleId, "HW1") < 0;
}

/// <summary>What fixing made of a configuration.</summary>
/// <param name="Originals">The files before.</param>
/// <param name="Texts">The new text, a byte string, of every file that changed, by full path.</param>
/// <param name="Applied">How many fixes were applied.</param>
/// <param name="Remaining">What is found in the repaired configuration.</param>
public sealed record Repair(
    ImmutableArray<SourceFile> Originals, ImmutableDictionary<string, string> Texts, int Applied, ImmutableArray<Finding> Remaining)
{
    /// <summary>All changes as a unified diff, a byte string; empty if there are none.</summary>
    public string Diff() => string.Concat(Originals.Where(f => Texts.ContainsKey(f.Path)).Select(f => UnifiedDiff.Of(f.Path, f.Text, Texts[f.Path])));

    /// <summary>Writes the changed files.</summary>
    public void Write()
    {
        foreach ((string path, string text) in Texts) File.WriteAllBytes(path, System.Text.Encoding.Latin1.GetBytes(text));
    }
}
