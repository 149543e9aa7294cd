using Hawser.Configuration.Directives;
using Hawser.Configuration.Templates;

namespace Hawser.Tests.Documentation;

public sealed class DirectiveReferenceTests
{
    private const string UpdateVariable = "HAWSER_UPDATE_DOCS";

    [Fact]
    public void Pages_AreWhatTheTablesSay()
    {
        string folder = Repository.Path("docs/directives");
        SortedDictionary<string, string> pages = DirectiveReference.Write();
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
            Update(folder, pages);

        Assert.Equal(pages.Keys, Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach ((string name, string text) in pages)
        {
            Assert.True(
                File.ReadAllText(Path.Combine(folder, name)) == text,
                $"docs/directives/{name} differs from the tables of directives and variables. Write it anew: ./test --docs");
        }
    }

    [Fact]
    public void Directive_EveryOne_IsDescribedInSentences() =>
        Assert.All(DirectiveTable.All, directive => AssertDescribes(directive.Name, directive.Summary));

    [Fact]
    public void Variable_EveryOne_IsDescribedInSentences() =>
        Assert.All(KnownVariables.All, variable => AssertDescribes(variable.Name, variable.Summary));

    [Fact]
    public void UnsupportedName_IsNotAlsoSupported()
    {
        var known = KnownVariables.All.Select(variable => variable.Name).ToHashSet();
        Assert.All(UnsupportedVariables.Modules, module => Assert.DoesNotContain(module.Names.Split(' '), known.Contains));
        Assert.All(UnsupportedDirectives.Modules, module => Assert.DoesNotContain(
            module.Names.Split(' '), name => DirectiveTable.Find(name).Any(found => found.Module == module.Module && !found.HasNoEffect)));
    }

    private static void AssertDescribes(string name, string summary) =>
        Assert.True(
            summary.Length >= 12 && summary.Contains(' ', StringComparison.Ordinal) && summary.EndsWith('.') && !char.IsWhiteSpace(summary[0]),
            $"{name} needs a description: what it does, in sentences, with units and ranges; it has \"{summary}\"");

    private static void Update(string folder, SortedDictionary<string, string> pages)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(folder))
        {
            if (!pages.ContainsKey(Path.GetFileName(file)))
                File.Delete(file);
        }
        foreach ((string name, string text) in pages)
            File.WriteAllText(Path.Combine(folder, name), text);
    }
}
