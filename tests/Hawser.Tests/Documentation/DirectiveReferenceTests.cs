namespace Hawser.Tests.Documentation;

public sealed class DirectiveReferenceTests
{
    private const string UpdateVariable = "HAWSER_UPDATE_DOCS";

    [Fact]
    public void Page_IsWhatTheTableOfDirectivesSays()
    {
        var path = Repository.Path("docs/directives.md");
        var expected = DirectiveReference.Write();
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
            File.WriteAllText(path, expected);

        Assert.True(
            File.Exists(path) && File.ReadAllText(path) == expected,
            $"docs/directives.md differs from the table of directives. Write it anew: {UpdateVariable}=1 dotnet test tests/Hawser.Tests");
    }
}
