using System.Text;

namespace Hawser.Differential;

/// <summary>Two transcripts side by side, judged by what the case expects.</summary>
public sealed class Comparison
{
    private const int ColumnWidth = 86;

    private readonly DifferentialCase _case;
    private readonly List<string> _complaints = [];

    /// <summary>Compares two transcripts.</summary>
    public Comparison(DifferentialCase differentialCase, Transcript left, Transcript right)
    {
        _case = differentialCase;
        Left = left;
        Right = right;
        foreach (var part in left.Parts.Keys)
            Judge(part);
        foreach (var transcript in new[] { left, right })
            JudgeTexts(transcript);
    }

    /// <summary>The first gateway's transcript.</summary>
    public Transcript Left { get; }

    /// <summary>The second gateway's transcript.</summary>
    public Transcript Right { get; }

    /// <summary>What is wrong, in short sentences; empty when all is as expected.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>The complaints and both transcripts in two columns, with a mark where lines differ.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append("case ").AppendLine(_case.Name);
        foreach (var complaint in _complaints)
            text.Append("  * ").AppendLine(complaint);
        foreach (var part in Left.Parts.Keys.Where(part => Left.Parts[part].Count + Right.Parts[part].Count > 0))
        {
            text.AppendLine().Append("--- ").Append(Transcript.Title(part)).Append(": ")
                .Append(Left.Gateway).Append(" | ").AppendLine(Right.Gateway);
            AppendColumns(text, Left.Parts[part], Right.Parts[part]);
        }

        foreach (var transcript in new[] { Left, Right }.Where(side => side.ErrorLog.Length > 0))
            text.AppendLine().Append("--- error log of ").AppendLine(transcript.Gateway).AppendLine(transcript.ErrorLog.TrimEnd());
        return text.ToString();
    }

    private void Judge(Part part)
    {
        var same = Left.Parts[part].SequenceEqual(Right.Parts[part]);
        var sameGateway = Left.Gateway == Right.Gateway;
        if (_case.Expected.Differences.TryGetValue(part, out var reason))
        {
            if (same && !sameGateway)
                _complaints.Add($"[{Transcript.Title(part)}] is the same on both, although a difference is expected: {reason}");
        }
        else if (!same)
        {
            _complaints.Add($"[{Transcript.Title(part)}] differs");
        }
    }

    private void JudgeTexts(Transcript transcript)
    {
        var all = transcript.Text;
        foreach (var (gateway, present, text) in _case.Expected.Texts)
        {
            if ((gateway == "both" || gateway == transcript.Gateway) && all.Contains(text, StringComparison.Ordinal) != present)
                _complaints.Add($"{transcript.Gateway} {(present ? "lacks" : "has")}: {text}");
        }
    }

    private static void AppendColumns(StringBuilder text, IReadOnlyList<string> left, IReadOnlyList<string> right)
    {
        foreach (var (l, r) in Align(left, right))
        {
            var mark = l == r ? ' ' : l is null ? '>' : r is null ? '<' : '!';
            var narrow = (l ?? "").PadRight(ColumnWidth);
            // A line that does not fit its column gets a row of its own rather than being cut.
            if (narrow.Length > ColumnWidth)
                text.Append(mark).Append(' ').AppendLine(narrow).Append(mark).Append(' ').Append(' ', ColumnWidth);
            else
                text.Append(mark).Append(' ').Append(narrow);
            text.Append(" | ").AppendLine(r ?? "");
        }
    }

    // Longest common subsequence: transcripts are short.
    private static List<(string? Left, string? Right)> Align(IReadOnlyList<string> left, IReadOnlyList<string> right)
    {
        var common = new int[left.Count + 1, right.Count + 1];
        for (var l = left.Count - 1; l >= 0; l--)
        {
            for (var r = right.Count - 1; r >= 0; r--)
                common[l, r] = left[l] == right[r] ? common[l + 1, r + 1] + 1 : Math.Max(common[l + 1, r], common[l, r + 1]);
        }

        var rows = new List<(string?, string?)>();
        for (int l = 0, r = 0; l < left.Count || r < right.Count;)
        {
            if (l < left.Count && r < right.Count && left[l] == right[r])
                rows.Add((left[l++], right[r++]));
            else if (r == right.Count || (l < left.Count && common[l + 1, r] >= common[l, r + 1]))
                rows.Add((left[l++], null));
            else
                rows.Add((null, right[r++]));
        }

        return rows;
    }
}
