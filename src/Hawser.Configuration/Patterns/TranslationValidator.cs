using Hawser.Configuration.Model;

namespace Hawser.Configuration.Patterns;

internal sealed class TranslationValidator : IRegexValidator
{
    public static readonly TranslationValidator Instance = new();

    public RegexError? Validate(string pattern, bool ignoreCase, out IReadOnlyList<NamedCapture> captures)
    {
        captures = [];
        return null;
    }
}
