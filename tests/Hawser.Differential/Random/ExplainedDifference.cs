namespace Hawser.Differential.Random;

/// <summary>
/// The differences from Debian's nginx that are meant: each is met only where nothing but its own lines differ, and has a name that
/// docs/nginx-compatibility.md explains.
/// </summary>
public static class ExplainedDifference
{
    private static readonly (string Name, Func<RandomCase, Comparison, bool> Applies)[] s_all =
    [
        ("Proxy-Connection is not passed on", (_, comparison) =>
            IsAllIn(comparison, Part.Backend, line => line.Contains("Proxy-Connection: ", StringComparison.Ordinal) ? null : line)),
        ("an empty Host is replaced in HTTP/1.1", (random, comparison) =>
            random.Text().Contains("proxy_set_header Host ", StringComparison.Ordinal)
            && IsAllIn(comparison, Part.Backend, line => line.Contains("Host: ", StringComparison.Ordinal) ? null : line)),
        ("the query after an internal redirect without one", (_, comparison) =>
            IsAllIn(comparison, Part.Log, line => line.Replace("\" \"\" \"", "\" \"-\" \"", StringComparison.Ordinal))),
        ("$content_length of a chunked body that nobody reads", (random, comparison) =>
            random.Text().Contains("$content_length", StringComparison.Ordinal)
            && random.Text().Contains("Transfer-Encoding: chunked", StringComparison.Ordinal)
            && IsAllIn(comparison, Part.Client, line => line.EndsWith(": 0", StringComparison.Ordinal) ? null : line)),
    ];

    /// <summary>The names of all of them.</summary>
    public static IEnumerable<string> Names => s_all.Select(difference => difference.Name);

    /// <summary>The name of the difference; null when there is none for it.</summary>
    public static string? Find(RandomCase random, Comparison comparison) =>
        s_all.FirstOrDefault(difference => difference.Applies(random, comparison)).Name;

    // With the lines in question changed or left out (null) on both sides, this part is the same, and so are all others as they are.
    private static bool IsAllIn(Comparison comparison, Part part, Func<string, string?> level) => comparison.Left.Parts.All(left =>
        left.Key == part
            ? Level(left.Value, part, level).SequenceEqual(Level(comparison.Right.Parts[part], part, level))
            : left.Value.SequenceEqual(comparison.Right.Parts[left.Key]));

    // The lines of a log are in the order of their text where several connections are used, and that has changed with them.
    private static IEnumerable<string> Level(IReadOnlyList<string> lines, Part part, Func<string, string?> level)
    {
        var result = lines.Select(level).OfType<string>();
        return part == Part.Log ? result.Order(StringComparer.Ordinal) : result;
    }
}
