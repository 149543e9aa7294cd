using System.Text;
using Hawser.Doctor.Findings;

namespace Hawser.Doctor.Texts;

/// <summary>All texts in one language. A file is read when somebody wants a text of it.</summary>
public sealed class TextCatalog
{
    private readonly Dictionary<string, TextResource> _loaded = [];

    private TextCatalog(Language language) => Language = language;

    /// <summary>The language.</summary>
    public Language Language { get; }

    /// <summary>The texts in a language.</summary>
    public static TextCatalog For(Language language) => new(language);

    /// <summary>The texts of a rule, or of a part of the program: <c>doctor</c>, <c>explain</c>, <c>probe</c>.</summary>
    public TextResource Of(string name)
    {
        if (_loaded.TryGetValue(name, out TextResource? known)) return known;
        string file = $"{name}.{Language.Code()}.txt";
        using Stream stream = typeof(TextCatalog).Assembly.GetManifestResourceStream(file)
            ?? throw new KeyNotFoundException($"There are no texts {file}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return _loaded[name] = TextResource.Parse(file, reader.ReadToEnd());
    }

    /// <summary>What is wrong, in one line.</summary>
    public string Title(Finding finding) => Fill(Of(finding.RuleId)["title"], finding.Values.AsSpan());

    /// <summary>What will happen, with the reader's own names and numbers.</summary>
    public string Consequence(Finding finding) => Fill(Of(finding.RuleId)[Key("say", finding.Variant)], finding.Values.AsSpan());

    /// <summary>What to do about it: the variant's own advice, else the rule's.</summary>
    public string Advice(Finding finding)
    {
        TextResource texts = Of(finding.RuleId);
        return Fill(texts.Find(Key("fix", finding.Variant)) ?? texts["fix"], finding.Values.AsSpan());
    }

    /// <summary>A text of a part of the program.</summary>
    public string Get(string part, string key, params ReadOnlySpan<TextValue> values) => Fill(Of(part)[key], values);

    /// <summary>Puts values in place of <c>{name}</c>. A name without value stays as it is.</summary>
    public static string Fill(string text, ReadOnlySpan<TextValue> values)
    {
        if (values.IsEmpty || !text.Contains('{')) return text;
        var result = new StringBuilder(text.Length + 32);
        ReadOnlySpan<char> rest = text;
        while (true)
        {
            int open = rest.IndexOf('{');
            int close = open < 0 ? -1 : rest[open..].IndexOf('}');
            if (close < 0) return result.Append(rest).ToString();
            result.Append(rest[..open]);
            ReadOnlySpan<char> name = rest.Slice(open + 1, close - 1);
            string? value = null;
            foreach (TextValue candidate in values)
            {
                if (name.SequenceEqual(candidate.Name)) value = candidate.Value;
            }
            result.Append(value ?? rest.Slice(open, close + 1));
            rest = rest[(open + close + 1)..];
        }
    }

    private static string Key(string key, string variant) => variant.Length == 0 ? key : $"{key}.{variant}";
}
