using System.Text;
using Hawser.Doctor.Rules;
using Hawser.Doctor.Texts;

namespace Hawser.Doctor.Pages;

/// <summary>The pages of <c>docs/doctor/</c>, one for each rule and language, made of the same texts as the findings.</summary>
public static class RulePages
{
    /// <summary>All pages by their path below <c>docs/doctor</c>.</summary>
    public static SortedDictionary<string, string> Write()
    {
        var pages = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (Language language in Languages.All)
        {
            TextCatalog texts = TextCatalog.For(language);
            foreach (Rule rule in RuleCatalog.All) pages.Add(PathOf(rule.Id, language), Page(rule.Id, texts));
            pages.Add(PathOf("README", language), Index(texts));
        }
        return pages;
    }

    private static string PathOf(string name, Language language) => (language == Language.Chinese ? "zh/" : "") + name + ".md";

    private static string Index(TextCatalog texts)
    {
        var page = new StringBuilder();
        page.Append("# ").Append(texts.Get("doctor", "index.title")).Append("\n\n");
        Note(page, texts, "README");
        page.Append(texts.Get("doctor", "index.intro")).Append("\n\n");
        page.Append($"| {texts.Get("doctor", "index.rule")} | {texts.Get("doctor", "index.finds")} |\n|---|---|\n");
        foreach (Rule rule in RuleCatalog.All) page.Append($"| [{rule.Id}]({rule.Id}.md) | {texts.Of(rule.Id)["title"]} |\n");
        return page.ToString();
    }

    private static string Page(string id, TextCatalog texts)
    {
        TextResource rule = texts.Of(id);
        var page = new StringBuilder();
        page.Append($"# {id} {rule["title"]}\n\n");
        Note(page, texts, id);
        foreach (string part in (ReadOnlySpan<string>)["what", "why", "see"])
            Part(page, texts, part, rule[part]);
        Part(page, texts, "fix", WithoutPlaceholders(rule["fix"]));
        // Configurations have no language.
        TextResource examples = TextCatalog.For(Language.English).Of(id);
        if (examples.Find("args") is { } arguments) page.Append($"{texts.Get("doctor", "page.args")} `{arguments}`.\n\n");
        Example(page, texts.Get("doctor", "page.before"), examples["before"]);
        Example(page, texts.Get("doctor", "page.after"), examples["after"]);
        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static void Part(StringBuilder page, TextCatalog texts, string part, string text)
    {
        string stop = texts.Language == Language.Chinese ? "：" : ".";
        page.Append($"**{texts.Get("doctor", "page." + part)}{stop}** {Escape(text)}\n\n");
    }

    private static void Note(StringBuilder page, TextCatalog texts, string name)
    {
        string other = texts.Language == Language.Chinese ? $"../{name}.md" : $"zh/{name}.md";
        page.Append($"<!-- {texts.Get("doctor", "generated")} -->\n[{texts.Get("doctor", "page.other")}]({other})\n\n");
    }

    private static void Example(StringBuilder page, string title, string configuration) =>
        page.Append($"**{title}**\n\n```nginx\n{configuration}\n```\n\n");

    // A finding fills in the reader's own names.
    private static string WithoutPlaceholders(string text) => text.Replace("{", "‹", StringComparison.Ordinal).Replace("}", "›", StringComparison.Ordinal);

    private static string Escape(string text) => text.Replace("<", "\\<", StringComparison.Ordinal);
}
