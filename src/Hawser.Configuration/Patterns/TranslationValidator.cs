using Hawser.Configuration.Model;

namespace Hawser.Configuration.Patterns;

/// <summary>Takes an expression for valid if it can be translated for .NET. Compiles nothing, so that checking a configuration stays fast.</summary>
internal sealed class TranslationValidator : IRegexValidator
{
    public static readonly TranslationValidator Instance = new();

    public RegexError? Validate(string pattern, bool ignoreCase, out IReadOnlyList<NamedCapture> captures)
    {
        if (PcrePattern.TryTranslate(pattern, ignoreCase, out PcrePattern? translated, out RegexError? error))
        {
            captures = translated.CaptureNames;
            return null;
        }
        captures = [];
        return error;
    }
}
