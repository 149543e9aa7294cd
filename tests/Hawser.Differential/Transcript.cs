namespace Hawser.Differential;

/// <summary>Everything one gateway did in one case, as normalised lines.</summary>
/// <param name="Gateway">The gateway's name.</param>
/// <param name="Parts">The lines of each part.</param>
/// <param name="ErrorLog">The error log, for a person's eye only.</param>
public sealed record Transcript(string Gateway, IReadOnlyDictionary<Part, IReadOnlyList<string>> Parts, string ErrorLog)
{
    /// <summary>All lines with a heading for each part that has any.</summary>
    public string Text => string.Join('\n', Parts
        .Where(part => part.Value.Count > 0)
        .Select(part => $"[{Title(part.Key)}]\n{string.Join('\n', part.Value)}\n"));

    /// <summary>What a part is called where people read it.</summary>
    public static string Title(Part part) => part switch
    {
        Part.Client => "client received",
        Part.Backend => "backend received",
        Part.Log => "access log",
        _ => "configuration test",
    };
}
