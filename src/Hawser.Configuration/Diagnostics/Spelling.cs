namespace Hawser.Configuration.Diagnostics;

/// <summary>Finds the word that was probably meant.</summary>
public static class Spelling
{
    private const int LongestWord = 64;

    /// <summary>
    /// The candidate nearest to a word by the Damerau-Levenshtein distance (a swap of neighbours counts one), or null if none is near: at most one
    /// edit for every three characters, and at least one.
    /// </summary>
    public static string? Suggest(string word, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(candidates);
        if (word.Length is 0 or > LongestWord)
            return null;
        string lower = word.ToLowerInvariant();
        int limit = Math.Max(1, word.Length / 3);
        string? best = null;
        int bestDistance = limit + 1;
        foreach (string candidate in candidates)
        {
            if (Math.Abs(candidate.Length - lower.Length) >= bestDistance || candidate.Length > LongestWord)
                continue;
            int distance = Distance(lower, candidate);
            if (distance >= bestDistance)
                continue;
            best = candidate;
            bestDistance = distance;
        }
        return best;
    }

    /// <summary>The least number of insertions, deletions, substitutions and swaps of neighbours (each place edited once).</summary>
    public static int Distance(ReadOnlySpan<char> from, ReadOnlySpan<char> to)
    {
        int width = to.Length + 1;
        int[] rows = new int[3 * width];
        Span<int> beforePrevious = rows.AsSpan(0, width);
        Span<int> previous = rows.AsSpan(width, width);
        Span<int> current = rows.AsSpan(2 * width, width);
        for (int j = 0; j < width; j++)
            previous[j] = j;
        for (int i = 1; i <= from.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j < width; j++)
            {
                int cost = from[i - 1] == to[j - 1] ? 0 : 1;
                int best = Math.Min(Math.Min(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + cost);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    best = Math.Min(best, beforePrevious[j - 2] + 1);
                current[j] = best;
            }
            Span<int> recycled = beforePrevious;
            beforePrevious = previous;
            previous = current;
            current = recycled;
        }
        return previous[width - 1];
    }
}
