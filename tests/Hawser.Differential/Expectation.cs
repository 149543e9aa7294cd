namespace Hawser.Differential;

/// <summary>The parts of an outcome that are compared, each by itself.</summary>
public enum Part
{
    /// <summary>What the client received, and how its connections ended.</summary>
    Client,

    /// <summary>What the backends received.</summary>
    Backend,

    /// <summary>The lines of the access log.</summary>
    Log,

    /// <summary>The outcome of <c>-t</c>.</summary>
    Config,
}

/// <summary>What a case expects beyond "the same on both".</summary>
public sealed class Expectation
{
    private readonly List<string> _ignoredHeaders = [];
    private readonly Dictionary<Part, string> _differences = [];
    private readonly List<(string Gateway, bool Present, string Text)> _texts = [];

    /// <summary>Response headers left out of the comparison.</summary>
    public IReadOnlyList<string> IgnoredHeaders => _ignoredHeaders;

    /// <summary>Parts that must differ, with the reason.</summary>
    public IReadOnlyDictionary<Part, string> Differences => _differences;

    /// <summary>Texts that the transcript of a gateway (<c>nginx</c>, <c>hawser</c> or <c>both</c>) must or must not contain.</summary>
    public IReadOnlyList<(string Gateway, bool Present, string Text)> Texts => _texts;

    /// <summary>Whether sizes of chunks count; else only what they carry.</summary>
    public bool ComparesChunks { get; private set; }

    /// <summary>Whether it counts which backend connection carried which request; else only the requests in their order.</summary>
    public bool ComparesBackendConnections { get; private set; }

    /// <summary>Whether it counts with or without close_notify a TLS connection ends; else only that it ends.</summary>
    public bool ComparesGoodbyes { get; private set; }

    /// <summary>Whether the case asks for no more than <c>-t</c>.</summary>
    public bool TestsConfigurationOnly { get; private set; }

    /// <summary>Reads the section <c>== expect</c>.</summary>
    public static Expectation Read(CaseSection section)
    {
        var result = new Expectation();
        var number = section.Line;
        foreach (var line in section.Lines)
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
                continue;
            var (key, value) = line.Split(':', 2) is [var k, var v] ? (k.Trim(), v.Trim()) : (line.Trim(), "");
            result.Add(number, key, value);
        }

        return result;
    }

    private void Add(int line, string key, string value)
    {
        switch (key)
        {
            case "ignore-header": _ignoredHeaders.Add(value); break;
            case "chunk-sizes": ComparesChunks = true; break;
            case "backend-connections": ComparesBackendConnections = true; break;
            case "close-notify": ComparesGoodbyes = true; break;
            case "config-test": TestsConfigurationOnly = true; break;
            case "nginx" or "hawser" or "both": _texts.Add((key, true, value)); break;
            case "nginx not" or "hawser not" or "both not": _texts.Add((key.Split(' ')[0], false, value)); break;
            case var _ when key.StartsWith("expect-difference ", StringComparison.Ordinal)
                && Enum.TryParse<Part>(key.Split(' ')[1], ignoreCase: true, out var part):
                if (value.Length == 0)
                    throw new CaseException(line, "a difference needs its reason: expect-difference PART: REASON");
                _differences[part] = value;
                break;
            default: throw new CaseException(line, $"unknown expectation \"{key}\"");
        }
    }
}
