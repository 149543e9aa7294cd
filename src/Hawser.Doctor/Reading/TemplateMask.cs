namespace Hawser.Doctor.Reading;

/// <summary>
/// Hides the marks of template languages from the parser, byte for byte, so that every offset stays what it is: control lines and
/// placeholders that stand for whole statements become spaces, placeholders inside a word become letters. What is hidden is not known.
/// </summary>
internal static class TemplateMask
{
    private const char Filler = 'x';

    // Opening mark, closing mark, and whether what it holds is always control and never a value.
    private static readonly (string Open, string Close, bool IsControl)[] s_marks =
    [
        ("{%", "%}", true), ("{#", "#}", true), ("{{", "}}", false), ("<%=", "%>", false), ("<%", "%>", true), ("%%", "%%", false),
    ];

    /// <summary>A stretch that is a template's.</summary>
    public readonly record struct Range(int Start, int Length)
    {
        public int End => Start + Length;
    }

    /// <summary>The text as the parser may see it.</summary>
    /// <param name="text">A byte string.</param>
    /// <param name="ranges">What was hidden, in order; empty if there was nothing, and then the text is returned as it is.</param>
    public static string Apply(string text, out List<Range> ranges)
    {
        ranges = Find(text);
        if (ranges.Count == 0) return text;
        char[] masked = text.ToCharArray();
        foreach (Range range in ranges)
        {
            bool isStatement = IsStatement(text, range) || IsControl(text, range);
            for (int i = range.Start; i < range.End; i++)
            {
                if (masked[i] is not ('\n' or '\r')) masked[i] = isStatement ? ' ' : Filler;
            }
        }
        return new string(masked);
    }

    private static List<Range> Find(string text)
    {
        var ranges = new List<Range>();
        bool inComment = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\n') inComment = false;
            if (c == '#' && (i == 0 || text[i - 1] is ' ' or '\t' or '\n' or ';' or '{' or '}') && !Continues(text, i, "#}")) inComment = true;
            int length = c switch
            {
                '{' or '<' or '%' => LengthOfMark(text, i) is > 0 and var marked ? marked : inComment ? 0 : LengthOfPercent(text, i),
                '$' when !inComment => LengthOfEnvironment(text, i),
                '_' when !inComment => LengthOfUnderscored(text, i),
                _ => 0,
            };
            // A mark that begins in a comment and goes on in other lines is a template's all the same.
            if (length == 0 || (inComment && text.IndexOf('\n', i, length) < 0)) continue;
            ranges.Add(new Range(i, length));
            i += length - 1;
        }
        return ranges;
    }

    private static int LengthOfMark(string text, int at)
    {
        foreach ((string open, string close, bool isControl) in s_marks)
        {
            if (!Continues(text, at, open)) continue;
            int end = text.IndexOf(close, at + open.Length, StringComparison.Ordinal);
            if (end < 0) return 0;
            // A value stands in one line; {{ of a regular expression would not find its end there.
            if (!isControl && !(open == "{{" && text.Contains("{%", StringComparison.Ordinal)) && text.IndexOf('\n', at, end - at) >= 0) return 0;
            if (open == "%%" && !IsName(text.AsSpan(at + 2, end - at - 2))) return 0;
            return end + close.Length - at;
        }
        return 0;
    }

    // ${NAME} in capitals is envsubst's: nginx's own variables are written in small letters.
    private static int LengthOfEnvironment(string text, int at)
    {
        if (!Continues(text, at, "${")) return 0;
        int end = text.IndexOf('}', at);
        return end > at + 2 && IsName(text.AsSpan(at + 2, end - at - 2)) ? end + 1 - at : 0;
    }

    // %name%
    private static int LengthOfPercent(string text, int at)
    {
        int end = at;
        if (text[at] != '%') return 0;
        do end++;
        while (end < text.Length && (char.IsAsciiLetterLower(text[end]) || text[end] == '_'));
        return end < text.Length && text[end] == '%' && end - at > 3 ? end + 1 - at : 0;
    }

    // __NAME__
    private static int LengthOfUnderscored(string text, int at)
    {
        if (!Continues(text, at, "__") || (at > 0 && (char.IsAsciiLetterOrDigit(text[at - 1]) || text[at - 1] == '_'))) return 0;
        int end = text.IndexOf("__", at + 2, StringComparison.Ordinal);
        return end > at + 2 && IsName(text.AsSpan(at + 2, end - at - 2)) ? end + 2 - at : 0;
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || !char.IsAsciiLetterUpper(name[0])) return false;
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterUpper(c) && !char.IsAsciiDigit(c) && c is not ('_' or '-' or '.')) return false;
        }
        return true;
    }

    private static bool IsControl(string text, Range range)
    {
        ReadOnlySpan<char> mark = text.AsSpan(range.Start, range.Length);
        if (mark.StartsWith("{%") || mark.StartsWith("{#") || (mark.StartsWith("<%") && !mark.StartsWith("<%="))) return true;
        // Go templates and Handlebars have the same braces for both.
        if (!mark.StartsWith("{{")) return false;
        ReadOnlySpan<char> inside = mark[2..^2].Trim(" -~");
        foreach (string word in (ReadOnlySpan<string>)["if ", "else", "end", "range ", "with ", "template ", "define ", "block ", "#", "/"])
        {
            if (inside.StartsWith(word)) return true;
        }
        return inside.Contains(":=", StringComparison.Ordinal);
    }

    // Alone in its line and without a semicolon: it stands for whole statements.
    private static bool IsStatement(string text, Range range)
    {
        int before = range.Start - 1;
        while (before >= 0 && text[before] is ' ' or '\t') before--;
        int after = range.End;
        while (after < text.Length && text[after] is ' ' or '\t' or '\r') after++;
        return (before < 0 || text[before] is '\n' or '{' or ';' or '}') && (after == text.Length || text[after] is '\n' or '}' or '#');
    }

    private static bool Continues(string text, int at, string expected) => text.AsSpan(at).StartsWith(expected);
}
