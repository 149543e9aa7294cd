using System.Text;
using Hawser.Testing;

namespace Hawser.Configuration.Tests.Golden;

/// <summary>
/// A case file: remarks, then sections. <c>---- PATH</c> starts a file of the configuration (the first is nginx.conf), <c>---- globals</c> the
/// text of <c>-g</c>, and <c>==== diagnostics</c>, <c>==== headlines</c> or <c>==== dump</c> what is expected.
/// </summary>
internal sealed class GoldenCase
{
    public static readonly string Folder = Repository.Path("tests/Hawser.Configuration.Tests/Golden/Cases");

    private GoldenCase(string path, string text)
    {
        Path = path;
        var remarks = new StringBuilder();
        StringBuilder current = remarks;
        // A case ends with a line feed that is not part of its last section.
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("---- ", StringComparison.Ordinal))
                Sections.Add((line[5..], current = new StringBuilder()));
            else if (line.StartsWith("==== ", StringComparison.Ordinal))
                (Kind, current) = (line[5..], new StringBuilder());
            else
                current.Append(line).Append('\n');
        }
        Remarks = remarks.ToString();
        Expected = Kind is null ? "" : current.ToString();
    }

    public string Path { get; }

    public string Remarks { get; }

    /// <summary>diagnostics, headlines or dump.</summary>
    public string? Kind { get; }

    public string Expected { get; }

    private List<(string Name, StringBuilder Text)> Sections { get; } = [];

    public IEnumerable<(string Name, string Content)> Files =>
        Sections.Where(section => section.Name != "globals").Select(section => (section.Name, Content(section.Text)));

    public string? Globals => Sections.Where(section => section.Name == "globals").Select(section => Content(section.Text).Trim()).FirstOrDefault();

    /// <summary>
    /// True unless a remark says <c>nginx: differs</c>: then nginx's first error is compared too. Cases that load are not, since nginx would open
    /// sockets and logs.
    /// </summary>
    public bool AgreesWithNginx => Kind is "diagnostics" or "headlines" && Expected.StartsWith("[emerg]", StringComparison.Ordinal)
        && !Remarks.Contains("nginx: differs", StringComparison.Ordinal);

    /// <summary>True if nginx words it so only since some version between Debian's 1.22 and 1.31.</summary>
    public bool NeedsNewNginx => Remarks.Contains("nginx 1.22: differs", StringComparison.Ordinal);

    public static IEnumerable<string> Names() => Directory.EnumerateFiles(Folder, "*.txt", SearchOption.AllDirectories)
        .Select(path => System.IO.Path.GetRelativePath(Folder, path)).Order(StringComparer.Ordinal);

    public static GoldenCase Read(string name)
    {
        string path = System.IO.Path.Combine(Folder, name);
        return new GoldenCase(path, Encoding.Latin1.GetString(File.ReadAllBytes(path)));
    }

    public ConfigurationResult Load()
    {
        var files = new MemoryFiles();
        foreach ((string name, string content) in Files)
            files.Add(name, content);
        return Tests.Load.Files(files, Globals);
    }

    /// <summary>Writes what came out into the case file.</summary>
    public void Bless(string actual)
    {
        string text = Encoding.Latin1.GetString(File.ReadAllBytes(Path));
        string head = text[..(text.IndexOf("\n==== ", StringComparison.Ordinal) + 1)];
        File.WriteAllBytes(Path, Encoding.Latin1.GetBytes($"{head}==== {Kind}\n{actual}"));
    }

    // "\n\" at the end of a section stands for: no line feed at the end. "<NN>" stands for a byte.
    private static string Content(StringBuilder section)
    {
        string text = section.ToString();
        if (text.EndsWith("\\\n", StringComparison.Ordinal))
            text = text[..^2];
        return text.Replace("<09>", "\t", StringComparison.Ordinal).Replace("<0d>", "\r", StringComparison.Ordinal);
    }
}
