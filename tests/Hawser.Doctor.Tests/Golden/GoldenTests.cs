using System.Globalization;
using System.Text;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Texts;

namespace Hawser.Doctor.Tests.Golden;

/// <summary>
/// Every file below Cases is a test: a first line with arguments, a configuration, <c>----</c>, and the findings with their places. Further
/// files of the configuration stand behind <c>---- file NAME</c>. HAWSER_BLESS=1 writes what comes out into the files, to be read over.
/// </summary>
public sealed class GoldenTests
{
    private static readonly string s_folder = Repository.Path("tests/Hawser.Doctor.Tests/Cases");

    public static TheoryData<string> Cases => [.. Names()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_Examined_GivesTheFindings(string name)
    {
        string path = Path.Combine(s_folder, name);
        string text = File.ReadAllText(path);
        int end = text.IndexOf("\n----\n", StringComparison.Ordinal) + 1;
        Assert.True(end > 0, $"{name} has no line ---- before its findings");
        string head = text[..end];
        int body = head.IndexOf('\n') + 1;
        string[] parts = head[body..].Split("---- file ");
        var others = parts.Skip(1).ToDictionary(static p => p[..p.IndexOf('\n')], static p => p[(p.IndexOf('\n') + 1)..]);
        string actual = Describe(Examine.Text(parts[0], head[..body].Trim().TrimStart('#'), others));
        if (Environment.GetEnvironmentVariable("HAWSER_BLESS") == "1")
            File.WriteAllText(path, head + "----\n" + actual);
        else
            Assert.Equal(text[(end + 5)..], actual);
    }

    [Fact]
    public void Cases_OfEveryRule_AreThere()
    {
        Assert.All(Rules.RuleCatalog.All, rule => Assert.Contains(Names(), name => name.StartsWith(rule.Id, StringComparison.Ordinal)));
        Assert.True(Names().Count() >= 90);
    }

    private static string Describe(Examination examination)
    {
        TextCatalog texts = TextCatalog.For(Language.English);
        var lines = new StringBuilder();
        foreach (Finding finding in examination.Findings)
        {
            string place = finding.Span is { } span ? string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(span.File.Path)}:{span.Line}:{span.Column}+{span.Length}") : "-";
            lines.Append(CultureInfo.InvariantCulture, $"{finding.RuleId} {(finding.IsUnknown ? "unknown" : finding.Severity.ToString().ToLowerInvariant())} {place}{(finding.Fix is null ? "" : " fix")}\n");
            lines.Append("  ").Append(texts.Consequence(finding)).Append('\n');
        }
        return lines.ToString();
    }

    private static IEnumerable<string> Names() => Directory.EnumerateFiles(s_folder, "*.case").Select(static p => Path.GetFileName(p)).Order(StringComparer.Ordinal);
}
