using System.Text.RegularExpressions;
using Hawser.Doctor.Rules;
using Hawser.Doctor.Texts;

namespace Hawser.Doctor.Tests;

public sealed partial class TextTests
{
    private static readonly string[] s_pageKeys = ["title", "fix", "what", "why", "see"];

    public static TheoryData<string> Names => [.. RuleCatalog.All.Select(static r => r.Id), "doctor", "explain", "probe"];

    public static TheoryData<string> Rules => [.. RuleCatalog.All.Select(static r => r.Id)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Texts_InBothLanguages_HaveTheSamePlaceholders(string name)
    {
        TextResource english = TextCatalog.For(Language.English).Of(name);
        TextResource chinese = TextCatalog.For(Language.Chinese).Of(name);
        string[] translated = [.. english.Keys.Where(static k => k is not ("before" or "after" or "args")).Order(StringComparer.Ordinal)];
        Assert.Equal(translated, chinese.Keys.Order(StringComparer.Ordinal));
        foreach (string key in translated)
        {
            Assert.NotEmpty(english[key]);
            Assert.NotEmpty(chinese[key]);
            Assert.True(Placeholders(english[key]).SetEquals(Placeholders(chinese[key])), $"{name} {key}: the placeholders differ");
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_EveryOne_HasWhatItsPageNeeds(string id)
    {
        TextResource texts = TextCatalog.For(Language.English).Of(id);
        Assert.All(s_pageKeys, key => Assert.NotEmpty(texts[key]));
        Assert.NotEmpty(texts["before"]);
        Assert.NotEmpty(texts["after"]);
    }

    [Fact]
    public void Rule_EveryOne_IsAClassOfItsFile()
    {
        Assert.All(RuleCatalog.All, rule => Assert.StartsWith("Hw" + rule.Id[2..], rule.GetType().Name, StringComparison.Ordinal));
        Assert.Equal(RuleCatalog.All.Select(static r => r.Id), RuleCatalog.All.Select(static r => r.Id).Order(StringComparer.Ordinal).Distinct());
    }

    [Theory]
    [InlineData("zh_CN.UTF-8", null, null, Language.Chinese)]
    [InlineData("en_GB.UTF-8", "zh_CN.UTF-8", "zh_CN.UTF-8", Language.English)]
    [InlineData(null, null, "zh_TW", Language.Chinese)]
    [InlineData(null, null, "de_DE.UTF-8", Language.English)]
    [InlineData("", "", "zh_CN", Language.Chinese)]
    [InlineData(null, null, null, Language.English)]
    public void Language_OfTheLocale_IsTheFirstVariableThatIsSet(string? all, string? messages, string? lang, Language expected) =>
        Assert.Equal(expected, Languages.FromEnvironment(name => name switch { "LC_ALL" => all, "LC_MESSAGES" => messages, _ => lang }));

    private static HashSet<string> Placeholders(string text) => [.. Placeholder().Matches(text).Select(static m => m.Value)];

    [GeneratedRegex(@"\{[a-z]+\}")]
    private static partial Regex Placeholder();
}
