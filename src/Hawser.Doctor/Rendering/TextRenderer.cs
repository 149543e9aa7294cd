using System.Globalization;
using System.Text;
using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Fixing;
using Hawser.Doctor.Rules;
using Hawser.Doctor.Texts;

namespace Hawser.Doctor.Rendering;

/// <summary>Writes findings for people: the line with the place underlined, what will happen, and the change that helps.</summary>
/// <param name="texts">The reader's language.</param>
/// <param name="colour">Whether the output may hold escape sequences.</param>
public sealed class TextRenderer(TextCatalog texts, bool colour)
{
    private readonly Style _style = new(colour);

    /// <summary>The folder of the rules' pages in the documentation.</summary>
    public const string Pages = "docs/doctor/";

    /// <summary>All findings with a summary.</summary>
    public string Render(Examination examination, string file)
    {
        ArgumentNullException.ThrowIfNull(examination);
        var output = new StringBuilder();
        if (examination.Findings.IsEmpty) return _style.Good(texts.Get("doctor", "clean", ("file", file))) + "\n";
        // The cause first; within a severity as the file goes.
        foreach (Finding finding in examination.Findings.OrderByDescending(RuleCatalog.IsAboutSyntax).ThenByDescending(static f => f.Severity)) output.Append(Render(finding, examination)).Append('\n');
        output.Append(Summary(examination, file));
        return output.ToString();
    }

    /// <summary>One finding.</summary>
    public string Render(Finding finding, Examination examination)
    {
        ArgumentNullException.ThrowIfNull(finding);
        ArgumentNullException.ThrowIfNull(examination);
        var output = new StringBuilder();
        string severity = texts.Get("doctor", finding.IsUnknown ? "severity.Unknown" : "severity." + finding.Severity);
        output.Append(_style.OfSeverity(finding, $"{severity} {finding.RuleId}")).Append("  ").Append(_style.Bold(texts.Title(finding))).Append('\n');
        if (finding.Span is { } span) AppendPlace(output, span, finding);
        Label(output, "label.why", texts.Consequence(finding));
        Label(output, "label.fix", texts.Advice(finding));
        if (finding.Fix is { } fix) AppendFix(output, fix, examination);
        Label(output, "label.page", PageOf(finding.RuleId, texts.Language));
        return output.ToString();
    }

    /// <summary>The page of a rule, relative to the repository.</summary>
    public static string PageOf(string ruleId, Language language) => $"{Pages}{(language == Language.Chinese ? "zh/" : "")}{ruleId}.md";

    private string Summary(Examination examination, string file)
    {
        string summary = texts.Get(
            "doctor", "summary", Count("errors", FindingSeverity.Error), Count("warnings", FindingSeverity.Warning), Count("hints", FindingSeverity.Hint),
            ("files", examination.Files.Length.ToString(CultureInfo.InvariantCulture)));
        int fixable = examination.Findings.Count(static f => f.Fix is not null);
        if (fixable > 0) summary += "\n" + texts.Get("doctor", "fixable", ("count", fixable.ToString(CultureInfo.InvariantCulture)), ("file", file));
        return summary + "\n";

        TextValue Count(string name, FindingSeverity severity) =>
            (name, examination.Findings.Count(f => f.Severity == severity).ToString(CultureInfo.InvariantCulture));
    }

    private void AppendPlace(StringBuilder output, SourceSpan span, Finding finding)
    {
        output.Append("  ").Append(_style.Dim(ByteText.ToDisplay(span.ToString()))).Append('\n');
        int line = span.Line;
        string number = line.ToString(CultureInfo.InvariantCulture).PadLeft(6);
        SourceExcerpt excerpt = SourceExcerpt.Of(span, line);
        output.Append(_style.Dim(number + " | ")).Append(excerpt.Text).Append('\n');
        output.Append(_style.Dim(new string(' ', number.Length) + " | ")).Append(' ', excerpt.Offset)
            .Append(_style.OfSeverity(finding, new string('^', excerpt.Length))).Append('\n');
    }

    private void AppendFix(StringBuilder output, Fix fix, Examination examination)
    {
        foreach (IGrouping<string, TextEdit> file in fix.Edits.GroupBy(static e => e.Path))
        {
            if (examination.Files.FirstOrDefault(f => f.Path == file.Key) is not { } source) continue;
            foreach (string line in UnifiedDiff.ChangedLines(source, file))
            {
                string shown = Printable(line);
                output.Append("      ").Append(line[0] == '+' ? _style.Added(shown) : _style.Removed(shown)).Append('\n');
            }
        }
    }

    private void Label(StringBuilder output, string label, string text) =>
        output.Append("  ").Append(_style.Bold(texts.Get("doctor", label) + ":")).Append(' ').Append(Clean(text)).Append('\n');

    // What a configuration holds must not steer a terminal.
    private static string Printable(string byteString) => Clean(ByteText.ToDisplay(byteString).Replace("\t", "    ", StringComparison.Ordinal));

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) clean.Append(Rune.IsControl(rune) && rune.Value != '\n' ? "?" : rune.ToString());
        return clean.ToString();
    }
}
