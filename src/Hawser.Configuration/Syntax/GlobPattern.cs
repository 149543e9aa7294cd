namespace Hawser.Configuration.Syntax;

/// <summary>Matches one file name against one segment of a glob(3) pattern: <c>*</c>, <c>?</c>, <c>[abc]</c>, <c>[!a-z]</c>, <c>\</c>.</summary>
public static class GlobPattern
{
    /// <summary>Whether a path has wildcards, by nginx's test.</summary>
    public static bool HasWildcards(string path) => path.AsSpan().IndexOfAny("*?[") >= 0;

    /// <summary>Whether a name matches.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        // Where the last * was, to come back to with one char more of the name.
        int starPattern = -1;
        int starName = 0;
        int p = 0;
        int n = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                starPattern = ++p;
                starName = n;
            }
            else if (p < pattern.Length && MatchesOne(pattern, ref p, name[n]))
            {
                n++;
            }
            else if (starPattern >= 0)
            {
                p = starPattern;
                n = ++starName;
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }

    private static bool MatchesOne(ReadOnlySpan<char> pattern, ref int p, char c)
    {
        switch (pattern[p])
        {
            case '?':
                p++;
                return true;
            case '[' when FindSetEnd(pattern, p) is var end and > 0:
                bool matches = MatchesSet(pattern[(p + 1)..end], c);
                p = end + 1;
                return matches;
            case '\\' when p + 1 < pattern.Length:
                p += 2;
                return pattern[p - 1] == c;
            default:
                p++;
                return pattern[p - 1] == c;
        }
    }

    private static int FindSetEnd(ReadOnlySpan<char> pattern, int start)
    {
        int at = start + 1;
        if (at < pattern.Length && pattern[at] is '!' or '^')
            at++;
        // A ] in the first place is a member of the set.
        int end = pattern[Math.Min(at + 1, pattern.Length)..].IndexOf(']');
        return end < 0 ? -1 : at + 1 + end;
    }

    private static bool MatchesSet(ReadOnlySpan<char> set, char c)
    {
        bool negated = set[0] is '!' or '^';
        if (negated)
            set = set[1..];
        bool found = false;
        for (int i = 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                found |= c >= set[i] && c <= set[i + 2];
                i += 2;
            }
            else
            {
                found |= set[i] == c;
            }
        }
        return found != negated;
    }
}
