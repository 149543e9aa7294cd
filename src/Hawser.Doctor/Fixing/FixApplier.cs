using System.Text;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;

namespace Hawser.Doctor.Fixing;

/// <summary>Applies the edits of several fixes to the texts of a configuration.</summary>
internal static class FixApplier
{
    /// <summary>More rounds than any configuration needs.</summary>
    public const int MostRounds = 20;

    /// <summary>Applies every fix that does not touch what an earlier one of this round changed.</summary>
    /// <param name="originals">The files of the configuration; nothing else is touched.</param>
    /// <param name="texts">The texts changed so far, which the findings speak of; receives the new ones.</param>
    /// <returns>How many fixes were applied.</returns>
    public static int Apply(IReadOnlyList<Finding> findings, IReadOnlyList<SourceFile> originals, Dictionary<string, string> texts)
    {
        ApplyAll(Accept(findings, originals, out int count), originals, texts);
        return count;
    }

    /// <summary>The edits of every finding's fix that does not touch what an earlier one changes.</summary>
    /// <param name="count">How many fixes they are.</param>
    public static List<TextEdit> Accept(IReadOnlyList<Finding> findings, IReadOnlyList<SourceFile> originals, out int count)
    {
        var accepted = new List<TextEdit>();
        count = 0;
        foreach (Finding finding in findings)
        {
            TextEdit[] edits = [.. finding.Fix!.Edits.Where(e => !accepted.Contains(e))];
            if (edits.Length == 0 || edits.Any(e => accepted.Exists(a => Overlaps(a, e))) || edits.Any(e => originals.All(o => o.Path != e.Path))) continue;
            accepted.AddRange(edits);
            count++;
        }
        return accepted;
    }

    /// <summary>Applies accepted edits to the texts.</summary>
    public static void ApplyAll(List<TextEdit> accepted, IReadOnlyList<SourceFile> originals, Dictionary<string, string> texts)
    {
        foreach (IGrouping<string, TextEdit> file in accepted.GroupBy(static e => e.Path))
        {
            string text = texts.GetValueOrDefault(file.Key) ?? originals.First(o => o.Path == file.Key).Text;
            texts[file.Key] = Apply(text, file);
        }
    }

    /// <summary>Where a place of the edited text was before the edits.</summary>
    public static SourceSpan Before(List<TextEdit> edits, SourceFile file, SourceSpan place)
    {
        int start = Before(edits, file.Path, place.Start);
        return new SourceSpan(file, start, Math.Max(0, Before(edits, file.Path, place.End) - start));
    }

    private static int Before(List<TextEdit> edits, string path, int offset)
    {
        int shift = 0;
        foreach (TextEdit edit in edits.Where(e => e.Path == path).OrderBy(static e => e.Start))
        {
            int at = edit.Start + shift;
            if (offset < at) break;
            if (offset < at + edit.Text.Length) return edit.Start;
            shift += edit.Text.Length - edit.Length;
        }
        return offset - shift;
    }

    /// <summary>Applies edits that do not overlap; those that insert at one place in the order given.</summary>
    public static string Apply(string text, IEnumerable<TextEdit> edits)
    {
        var result = new StringBuilder(text.Length + 256);
        int at = 0;
        foreach (TextEdit edit in edits.Select(static (e, i) => (Edit: e, Index: i)).OrderBy(static p => p.Edit.Start).ThenBy(static p => p.Index).Select(static p => p.Edit))
        {
            result.Append(text, at, edit.Start - at).Append(edit.Text);
            at = edit.End;
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    private static bool Overlaps(TextEdit first, TextEdit second) =>
        first.Path == second.Path && first.Start < second.End && second.Start < first.End;
}
