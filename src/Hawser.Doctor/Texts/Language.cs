namespace Hawser.Doctor.Texts;

/// <summary>The languages that the doctor speaks.</summary>
public enum Language
{
    /// <summary>English.</summary>
    English,

    /// <summary>Chinese, in simplified characters.</summary>
    Chinese,
}

/// <summary>Finds out the reader's language.</summary>
public static class Languages
{
    /// <summary>Both.</summary>
    public static IReadOnlyList<Language> All { get; } = [Language.English, Language.Chinese];

    /// <summary>The language's code in file names and on the command line: <c>en</c>, <c>zh</c>.</summary>
    public static string Code(this Language language) => language == Language.Chinese ? "zh" : "en";

    /// <summary>Reads <c>en</c>, <c>zh</c> and their longer forms such as <c>zh_CN.UTF-8</c>; null for other languages.</summary>
    public static Language? Parse(string? text) => text switch
    {
        null => null,
        _ when text.StartsWith("zh", StringComparison.OrdinalIgnoreCase) => Language.Chinese,
        _ when text.StartsWith("en", StringComparison.OrdinalIgnoreCase) => Language.English,
        _ => null,
    };

    /// <summary>The language of the locale, as POSIX orders its variables: the first that is set decides. English for all that is not spoken here.</summary>
    /// <param name="variable">Gives an environment variable; null or empty when it is not set.</param>
    public static Language FromEnvironment(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        foreach (string name in (ReadOnlySpan<string>)["LC_ALL", "LC_MESSAGES", "LANG"])
        {
            if (variable(name) is { Length: > 0 } locale) return Parse(locale) ?? Language.English;
        }
        return Language.English;
    }
}
