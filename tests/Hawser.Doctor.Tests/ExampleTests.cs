using Hawser.Doctor.Findings;
using Hawser.Doctor.Pages;
using Hawser.Doctor.Rules;
using Hawser.Doctor.Texts;

namespace Hawser.Doctor.Tests;

/// <summary>The examples of the rules' pages do what the pages say.</summary>
public sealed class ExampleTests
{
    public static TheoryData<string> Rules => [.. RuleCatalog.All.Select(static r => r.Id)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Example_BeforeTheChange_IsFound(string id)
    {
        TextResource texts = TextCatalog.For(Language.English).Of(id);
        Examination examination = Examine.Text(texts["before"], texts.Find("args") ?? "");
        Assert.Contains(examination.Findings, f => f.RuleId == id);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Example_AfterTheChange_IsNotFound(string id)
    {
        TextResource texts = TextCatalog.For(Language.English).Of(id);
        Examination examination = Examine.Text(texts["after"], texts.Find("args") ?? "");
        Assert.DoesNotContain(examination.Findings, f => f.RuleId == id);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Example_WithItsFix_IsCuredAndStaysSo(string id)
    {
        TextResource texts = TextCatalog.For(Language.English).Of(id);
        Examination examination = Examine.Text(texts["before"], texts.Find("args") ?? "");
        if (!examination.Findings.Any(f => f.RuleId == id && f.Fix is not null)) return; // some mistakes have no safe change
        Repair repair = examination.Fix();
        Assert.DoesNotContain(repair.Remaining, f => f.RuleId == id && f.Severity == FindingSeverity.Error);
        Assert.DoesNotContain(repair.Remaining, static f => f.Fix is not null);
    }

    [Fact]
    public void Pages_AreWhatTheTextsSay()
    {
        string folder = Repository.Path("docs/doctor");
        SortedDictionary<string, string> pages = RulePages.Write();
        if (Environment.GetEnvironmentVariable("HAWSER_UPDATE_DOCS") == "1")
        {
            foreach ((string name, string text) in pages)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
                File.WriteAllText(Path.Combine(folder, name), text);
            }
        }
        foreach ((string name, string text) in pages)
        {
            string file = Path.Combine(folder, name);
            Assert.True(File.Exists(file) && File.ReadAllText(file) == text, $"docs/doctor/{name} differs from the texts. Write it anew: ./test --docs");
        }
    }
}
