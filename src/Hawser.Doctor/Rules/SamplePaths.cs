using System.Text;

namespace Hawser.Doctor.Rules;

/// <summary>Paths that an expression was probably written for: each alternative once, repetitions at their least, classes by one member.</summary>
internal static class SamplePaths
{
    private const int Most = 16;

    /// <summary>A few paths; what does not match after all is the caller's to drop.</summary>
    public static List<string> For(string pattern)
    {
        var samples = new List<string>();
        foreach (string path in Expand(pattern))
        {
            string sample = path.StartsWith('/') ? path : "/" + path;
            if (!samples.Contains(sample)) samples.Add(sample);
        }
        return samples;
    }

    private static List<string> Expand(string pattern)
    {
        var results = new List<string>();
        foreach (string alternative in SplitTopLevel(pattern)) results.AddRange(Sequence(alternative));
        return results.Count > Most ? results[..Most] : results;
    }

    private static List<string> Sequence(string text)
    {
        List<string> results = [""];
        for (int i = 0; i < text.Length && results.Count <= Most;)
        {
            List<string> atom = Atom(text, ref i);
            bool optional = i < text.Length && text[i] is '?' or '*';
            while (i < text.Length && text[i] is '?' or '*' or '+') i++;
            if (i < text.Length && text[i] == '{') i = Math.Max(i, text.IndexOf('}', i)) + 1;
            if (optional && atom is [var only] && only is "/" or "") continue;
            var longer = new List<string>();
            foreach (string start in results)
            {
                foreach (string end in atom) longer.Add(start + end);
            }
            results = longer;
        }
        return results;
    }

    private static List<string> Atom(string text, ref int i)
    {
        char c = text[i++];
        switch (c)
        {
            case '^' or '$':
                return [""];
            case '.':
                return ["x"];
            case '\\' when i < text.Length:
                char escaped = text[i++];
                return [escaped switch { 'd' => "1", 'w' => "x", 's' => " ", 'b' or 'A' or 'z' or 'Z' => "", _ => escaped.ToString() }];
            case '[':
                int close = text.IndexOf(']', Math.Min(i + 1, text.Length - 1));
                string set = close < 0 ? "" : text[i..close];
                i = close < 0 ? text.Length : close + 1;
                return [set.StartsWith('^') || set.Length == 0 ? "x" : set[0] == '\\' ? "x" : set[..1]];
            case '(':
                return Expand(Group(text, ref i));
            default:
                return [c.ToString()];
        }
    }

    // What is between the brackets, without ?: and names; nothing for assertions.
    private static string Group(string text, ref int i)
    {
        int depth = 1;
        int start = i;
        while (i < text.Length && depth > 0)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '(') depth++;
            else if (text[i] == ')') depth--;
            i++;
        }
        string inside = text[start..Math.Max(start, Math.Min(i, text.Length) - 1)];
        if (!inside.StartsWith('?')) return inside;
        if (inside.StartsWith("?:", StringComparison.Ordinal)) return inside[2..];
        int name = inside.IndexOf('>');
        return name > 0 && inside[1] is '<' or 'P' && inside[2] is not ('=' or '!') ? inside[(name + 1)..] : "";
    }

    private static List<string> SplitTopLevel(string pattern)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                part.Append(c).Append(pattern[++i]);
                continue;
            }
            depth += c is '(' or '[' ? 1 : c is ')' or ']' ? -1 : 0;
            if (c == '|' && depth == 0)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else part.Append(c);
        }
        parts.Add(part.ToString());
        return parts;
    }
}
