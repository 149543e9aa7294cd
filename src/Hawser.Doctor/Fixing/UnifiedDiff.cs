using System.Globalization;
using System.Text;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;

namespace Hawser.Doctor.Fixing;

/// <summary>The difference of two texts in the unified format that patch(1) reads.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    // Beyond this, the changed middle of a file is shown as one block.
    private const long MostCells = 16_000_000;

    private readonly record struct Line(char Mark, string Text, int Old, int New);

    /// <summary>The diff of a file; empty if nothing changed.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="before">A byte string.</param>
    /// <param name="after">A byte string.</param>
    public static string Of(string path, string before, string after)
    {
        if (before == after) return "";
        var output = new StringBuilder();
        output.Append("--- ").Append(path).Append('\n').Append("+++ ").Append(path).Append('\n');
        List<Line> lines = Compare(Split(before), Split(after));
        for (int i = 0; i < lines.Count;)
        {
            if (lines[i].Mark == ' ')
            {
                i++;
                continue;
            }
            int start = Math.Max(0, i - Context);
            int end = EndOfHunk(lines, i);
            AppendHunk(output, lines, start, end);
            i = end;
        }
        return output.ToString();
    }

    /// <summary>The lines that edits change, with their marks, for people.</summary>
    public static IEnumerable<string> ChangedLines(SourceFile file, IEnumerable<TextEdit> edits)
    {
        TextEdit[] sorted = [.. edits.OrderBy(static e => e.Start)];
        for (int i = 0; i < sorted.Length;)
        {
            // Edits of one line, or of lines that touch, are shown together; nothing else of the file is looked at.
            int first = i;
            int start = file.GetLineStart(file.GetLine(sorted[i].Start));
            int end = EndOfLine(file.Text, sorted[i].End);
            for (i++; i < sorted.Length && sorted[i].Start <= end; i++) end = Math.Max(end, EndOfLine(file.Text, sorted[i].End));
            string before = file.Text[start..end];
            string after = FixApplier.Apply(before, sorted[first..i].Select(e => e with { Start = e.Start - start }));
            foreach (Line line in Compare(Split(before), Split(after)))
            {
                if (line.Mark != ' ') yield return $"{line.Mark} {line.Text.TrimEnd('\n', '\r')}";
            }
        }
    }

    private static int EndOfLine(string text, int offset)
    {
        int end = text.IndexOf('\n', Math.Min(offset, text.Length));
        return end < 0 ? text.Length : end + 1;
    }

    private static int EndOfHunk(List<Line> lines, int at)
    {
        int last = at;
        for (int i = at; i < lines.Count && i <= last + 2 * Context; i++)
        {
            if (lines[i].Mark != ' ') last = i;
        }
        return Math.Min(lines.Count, last + 1 + Context);
    }

    private static void AppendHunk(StringBuilder output, List<Line> lines, int start, int end)
    {
        int old = 0;
        int changed = 0;
        for (int i = start; i < end; i++)
        {
            old += lines[i].Mark != '+' ? 1 : 0;
            changed += lines[i].Mark != '-' ? 1 : 0;
        }
        output.Append(CultureInfo.InvariantCulture, $"@@ -{Place(lines[start].Old, old)} +{Place(lines[start].New, changed)} @@\n");
        for (int i = start; i < end; i++)
        {
            output.Append(lines[i].Mark).Append(lines[i].Text);
            if (!lines[i].Text.EndsWith('\n')) output.Append("\n\\ No newline at end of file\n");
        }
    }

    private static string Place(int line, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"{(count == 0 ? line - 1 : line)}{(count == 1 ? "" : "," + count.ToString(CultureInfo.InvariantCulture))}");

    private static List<string> Split(string text)
    {
        var lines = new List<string>();
        for (int at = 0; at < text.Length;)
        {
            int end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[at..end]);
            at = end;
        }
        return lines;
    }

    private static List<Line> Compare(List<string> before, List<string> after)
    {
        int head = 0;
        while (head < before.Count && head < after.Count && before[head] == after[head]) head++;
        int tail = 0;
        while (tail < before.Count - head && tail < after.Count - head && before[^(tail + 1)] == after[^(tail + 1)]) tail++;
        var lines = new List<Line>();
        for (int i = 0; i < head; i++) lines.Add(new Line(' ', before[i], i + 1, i + 1));
        AddMiddle(lines, before, after, head, before.Count - tail, after.Count - tail);
        for (int i = tail; i > 0; i--) lines.Add(new Line(' ', before[^i], before.Count - i + 1, after.Count - i + 1));
        return lines;
    }

    // The longest common subsequence by the book: changed middles are short.
    private static void AddMiddle(List<Line> lines, List<string> before, List<string> after, int start, int oldEnd, int newEnd)
    {
        int rows = oldEnd - start;
        int columns = newEnd - start;
        bool tooLarge = (long)(rows + 1) * (columns + 1) > MostCells;
        int[,] lengths = tooLarge ? new int[1, 1] : new int[rows + 1, columns + 1];
        if (!tooLarge)
        {
            for (int i = rows - 1; i >= 0; i--)
            {
                for (int j = columns - 1; j >= 0; j--)
                    lengths[i, j] = before[start + i] == after[start + j] ? lengths[i + 1, j + 1] + 1 : Math.Max(lengths[i + 1, j], lengths[i, j + 1]);
            }
        }
        int row = 0;
        int column = 0;
        while (row < rows || column < columns)
        {
            bool same = !tooLarge && row < rows && column < columns && before[start + row] == after[start + column];
            bool removes = !same && row < rows && (tooLarge || column == columns || lengths[row + 1, column] >= lengths[row, column + 1]);
            int old = start + row + 1;
            int changed = start + column + 1;
            lines.Add(same ? new Line(' ', before[start + row], old, changed)
                : removes ? new Line('-', before[start + row], old, changed)
                : new Line('+', after[start + column], old, changed));
            if (same || removes) row++;
            if (same || !removes) column++;
        }
    }
}
