using System.Text.RegularExpressions;
using Hawser.Testing;
using Xunit;

namespace Hawser.Architecture.Tests;

/// <summary>Rules about the files of the repository that would otherwise be prose.</summary>
public sealed partial class RepositoryTests
{
    private const int MostLines = 600;

    [Fact]
    public void SourceFile_AnyBelowSrc_HoldsOneIdea()
    {
        var sources = Sources().ToList();
        Assert.NotEmpty(sources);
        Assert.DoesNotContain(sources, file => File.ReadLines(file).Count() > MostLines);
    }

    [Fact]
    public void Project_AnyInTheTree_IsPartOfTheSolution()
    {
        var listed = ProjectPath().Matches(File.ReadAllText(Repository.Path("Hawser.slnx"))).Select(match => match.Groups[1].Value).Order();
        var present = new[] { "src", "tests", "benchmarks" }
            .Where(folder => Directory.Exists(Repository.Path(folder)))
            .SelectMany(folder => Directory.EnumerateFiles(Repository.Path(folder), "*.csproj", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file)).Order();
        Assert.Equal(present, listed);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh-CN.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("LICENSE")]
    [InlineData(".editorconfig")]
    [InlineData("docs")]
    public void Repository_AsAReaderExpectsIt_Has(string path)
    {
        Assert.True(Path.Exists(Repository.Path(path)), $"{path} is missing");
    }

    [Theory]
    [InlineData("hawser")]
    [InlineData("test")]
    [InlineData(".ci/run")]
    public void Script_InAFreshClone_IsExecutable(string path)
    {
        Assert.True(File.GetUnixFileMode(Repository.Path(path)).HasFlag(UnixFileMode.UserExecute), $"{path} is not executable");
    }

    [Fact]
    public void File_WithText_HasNoConflictMarkers()
    {
        string[] kinds = [".md", ".cs", ".tsv", ".txt", ".case", ".csproj", ".props", ".js", ".yml"];
        var files = Directory.EnumerateFiles(Repository.Root, "*", SearchOption.AllDirectories)
            .Where(file => kinds.Contains(Path.GetExtension(file)) && IsOurs(file)).ToList();
        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, file => File.ReadLines(file).Any(line => ConflictMarker().IsMatch(line)));
    }

    [Fact]
    public void Link_InAnyDocument_LeadsToAFile()
    {
        var documents = Directory.EnumerateFiles(Repository.Root, "*.md", SearchOption.AllDirectories).Where(IsOurs).ToList();
        Assert.NotEmpty(documents);
        Assert.Empty(documents.SelectMany(document => BrokenLinks(document, File.ReadAllText(document))));
    }

    [Theory]
    [InlineData("[gone](docs/no-such-file.md)")]
    [InlineData("see [gone](./nowhere/#part) here")]
    public void Link_ToNothing_IsFound(string text)
    {
        Assert.NotEmpty(BrokenLinks(Repository.Path("README.md"), text));
    }

    [Fact]
    public void BannedSymbol_Any_NamesItsReplacement()
    {
        var lines = Directory.EnumerateFiles(Repository.Root, "BannedSymbols*.txt").SelectMany(File.ReadLines).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Matches("^[A-Z]:[^;]+;.{20,}$", line));
    }

    private static IEnumerable<string> BrokenLinks(string document, string text) => MarkdownLink().Matches(text)
        .Select(match => match.Groups[1].Value.Split('#')[0])
        .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal))
        .Where(target => !Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, Uri.UnescapeDataString(target))))
        .Select(target => $"{Path.GetRelativePath(Repository.Root, document)}: {target}");

    private static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Repository.Path("src"), "*.cs", SearchOption.AllDirectories).Where(IsOurs);

    private static bool IsOurs(string file) => !Path.GetRelativePath(Repository.Root, file).Split('/')
        .Any(part => part is "artifacts" or "node_modules" or "bin" or "obj" or ".git");

    [GeneratedRegex("^(<{7}|>{7}) ")]
    private static partial Regex ConflictMarker();

    [GeneratedRegex("<Project Path=\"([^\"]+)\"")]
    private static partial Regex ProjectPath();

    [GeneratedRegex(@"(?<!\!)\[[^\]]*\]\(([^)\s]+)[^)]*\)")]
    private static partial Regex MarkdownLink();
}
