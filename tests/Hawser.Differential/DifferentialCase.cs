using Hawser.Testing;

namespace Hawser.Differential;

/// <summary>One case: a configuration, the bytes to send, the backends' answers, and what may differ.</summary>
public sealed class DifferentialCase
{
    private DifferentialCase(string name) => Name = name;

    /// <summary>The file's path below <c>cases/</c>, without its extension.</summary>
    public string Name { get; }

    /// <summary>What the case shows, in words.</summary>
    public string Note { get; private set; } = "";

    /// <summary>The whole nginx.conf, with placeholders and with lines for one gateway alone (<c>#hawser: </c>, <c>#nginx: </c>).</summary>
    public string Configuration { get; private set; } = "";

    /// <summary>Files of the prefix directory.</summary>
    public IReadOnlyList<CaseFixture> Files { get; private set; } = [];

    /// <summary>Backends by name; the one without a name is <c>""</c>.</summary>
    public IReadOnlyDictionary<string, CaseBackend> Backends { get; private set; } = new Dictionary<string, CaseBackend>();

    /// <summary>What the client does, in order.</summary>
    public IReadOnlyList<ClientStep> Client { get; private set; } = [];

    /// <summary>What is expected of the outcome.</summary>
    public Expectation Expected { get; private set; } = new();

    /// <summary>The configuration for one gateway: the lines that are for it alone uncommented.</summary>
    public string ConfigurationFor(GatewayExecutable gateway) =>
        string.Join('\n', Configuration.Split('\n').Select(line =>
        {
            var mark = $"#{gateway.Name}: ";
            var trimmed = line.TrimStart();
            return trimmed.StartsWith(mark, StringComparison.Ordinal) ? trimmed[mark.Length..] : line;
        }));

    /// <summary>Reads a case file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What to call the case; the file's name when null.</param>
    /// <exception cref="CaseException">It cannot be understood.</exception>
    public static DifferentialCase Load(string path, string? name = null) =>
        Parse(Bytes.ToText(File.ReadAllBytes(path)), name ?? Path.GetFileNameWithoutExtension(path), Path.GetDirectoryName(path)!);

    /// <summary>Reads the text of a case file, one character for each byte.</summary>
    public static DifferentialCase Parse(string text, string name, string directory)
    {
        var result = new DifferentialCase(name);
        var files = new List<CaseFixture>();
        var backends = new Dictionary<string, CaseBackend>();
        var client = new List<ClientStep>();
        var sections = CaseFile.Split(text);
        var certificates = new CaseCertificates(sections);
        foreach (var section in sections)
        {
            switch (section.Name)
            {
                case "certificate": break;
                case "note": result.Note = section.Text; break;
                case "config" or "http" or "server": result.Configure(section, directory); break;
                case "file": files.Add(CaseFixture.Read(section)); break;
                case "backend": backends.Add(section.Operand ?? "", new(ScriptReader.ReadBackend(section), certificates.BackendPeer(section))); break;
                case "request": client.AddRange(ScriptReader.ReadRequest(section, certificates)); break;
                case "expect": result.Expected = Expectation.Read(section); break;
                default: throw new CaseException(section.Line, $"unknown section \"{section.Name}\"");
            }
        }

        if (result.Configuration.Length == 0)
            throw new CaseException(1, "no configuration: one of the sections config, http or server is needed");
        if (client.Count == 0 && !result.Expected.TestsConfigurationOnly)
            throw new CaseException(1, "no request, and the section expect does not say config-test");
        if (sections.Any(section => section.Name == "server" && section.Operand == "ssl"))
            certificates.Use(CaseCertificates.Default);
        result.Files = [.. files, .. certificates.Files];
        result.Backends = backends;
        result.Client = client;
        return result;
    }

    private void Configure(CaseSection section, string directory)
    {
        if (Configuration.Length > 0)
            throw new CaseException(section.Line, "a second configuration; one of config, http and server is enough");
        var text = section.Option("from") is { } file
            ? Bytes.ToText(File.ReadAllBytes(Path.Combine(directory, file)))
            : section.Text;
        Configuration = section.Name switch
        {
            "config" => text,
            "http" => CaseTemplate.Http(text),
            _ => CaseTemplate.Server(text, section.Operand == "ssl"),
        };

        // replace=8080:%%PORT_0%%: a file that names ports of its own runs unchanged but for them.
        foreach (var pair in section.Arguments.Where(argument => argument.StartsWith("replace=", StringComparison.Ordinal)))
        {
            if (pair["replace=".Length..].Split(':', 2) is not [var from, var to])
                throw new CaseException(section.Line, $"{pair}: replace=OLD:NEW is meant");
            if (!Configuration.Contains(from, StringComparison.Ordinal))
                throw new CaseException(section.Line, $"{pair}: \"{from}\" does not occur");
            Configuration = Configuration.Replace(from, to, StringComparison.Ordinal);
        }
    }
}

/// <summary>A backend of a case.</summary>
/// <param name="Replies">Its script.</param>
/// <param name="Tls">How it speaks TLS; null when it does not.</param>
public sealed record CaseBackend(IReadOnlyList<BackendReply> Replies, TlsPeer? Tls);

/// <summary>A file of the prefix directory.</summary>
/// <param name="Path">Relative to the prefix directory; a path that ends with a slash is an empty directory.</param>
/// <param name="Content">The content, one character for each byte.</param>
/// <param name="Mode">Permissions; null for the usual ones.</param>
/// <param name="LinkTarget">What the path is a symbolic link to; null for an ordinary file.</param>
public sealed record CaseFixture(string Path, string Content, UnixFileMode? Mode, string? LinkTarget)
{
    // The same date on both sides, so that ETag and Last-Modified can be compared.
    private static readonly DateTime s_date = new(2024, 2, 29, 12, 34, 56, DateTimeKind.Utc);

    /// <summary>Reads a section <c>== file PATH [mode=OCTAL] [link=TARGET]</c>.</summary>
    public static CaseFixture Read(CaseSection section)
    {
        var path = section.Operand ?? throw new CaseException(section.Line, "a file needs a path");
        UnixFileMode? mode = section.Option("mode") is { } octal ? (UnixFileMode)Convert.ToInt32(octal, 8) : null;
        var content = ScriptReader.ReadText(section);
        return new(path, content, mode, section.Option("link"));
    }

    /// <summary>Creates the file.</summary>
    public void WriteTo(TestDirectory directory)
    {
        if (LinkTarget is not null)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(directory[Path])!);
            File.CreateSymbolicLink(directory[Path], LinkTarget);
            return;
        }

        if (Path.EndsWith('/'))
        {
            Directory.CreateDirectory(directory[Path]);
            return;
        }

        var file = directory.Write(Path, Content);
        if (Mode is { } mode)
            File.SetUnixFileMode(file, mode);
        File.SetLastWriteTimeUtc(file, s_date);
    }
}
