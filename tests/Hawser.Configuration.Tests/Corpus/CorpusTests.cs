using System.Text;
using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Syntax;
using Hawser.Testing;

namespace Hawser.Configuration.Tests.Corpus;

/// <summary>
/// Real configurations, collected beside the repository and not part of it. Each must load, or be refused with the reason that Expectations.tsv
/// gives: the first error without its place.
/// </summary>
public sealed class CorpusTests
{
    private static readonly string s_folder = Path.GetFullPath(Repository.Path("../shared/corpus/configs"));
    private static readonly string s_expectations = Repository.Path("tests/Hawser.Configuration.Tests/Corpus/Expectations.tsv");

    [Fact]
    public void Configuration_FromTheWild_LoadsOrIsRefusedForTheRightReason()
    {
        Assert.SkipUnless(Directory.Exists(s_folder), $"{s_folder} is absent");
        var actual = new StringBuilder();
        foreach (string path in Directory.EnumerateFiles(s_folder, "*.conf").Order(StringComparer.Ordinal))
            actual.Append(Path.GetFileName(path)).Append('\t').Append(Describe(path)).Append('\n');
        if (Environment.GetEnvironmentVariable("HAWSER_BLESS") == "1")
            File.WriteAllText(s_expectations, actual.ToString());
        Assert.Equal(File.ReadAllText(s_expectations), actual.ToString());
    }

    // Most files are made to be included somewhere. The block in which the fewest directives are out of place is taken for the one.
    private static readonly (string Name, string Main)[] s_contexts =
    [
        ("main", "include it.conf;"), ("http", "events {} http { include it.conf; }"), ("server", "events {} http { server { include it.conf; } }"),
        ("location", "events {} http { server { location / { include it.conf; } } }"),
    ];

    private static string Describe(string path)
    {
        string text = Encoding.Latin1.GetString(File.ReadAllBytes(path));
        (string name, IReadOnlyList<Diagnostic> errors) = s_contexts.Select(context => (context.Name, Errors: Load(text, context.Main)))
            .MinBy(candidate => candidate.Errors.Count(error => error.Message.Contains("not allowed here", StringComparison.Ordinal)));
        return $"{name}\t{(errors.Count == 0 ? "ok" : ByteText.ToDisplay(errors[0].Message))}";
    }

    private static List<Diagnostic> Load(string text, string main)
    {
        var files = new MemoryFiles();
        files.Add("nginx.conf", main);
        files.Add("it.conf", text);
        files.Add("fallback/mime.types", "types { }");
        ConfigurationResult result = Tests.Load.Files(
            files, change: options => options with { FallbackIncludeDirectory = MemoryFiles.Directory + "fallback" });
        return [.. result.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Emergency)];
    }
}
