using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>Checks regular expressions and declares their named groups as variables.</summary>
internal sealed class RegexRegistry(IRegexValidator validator)
{
    /// <summary>Takes in an expression.</summary>
    /// <param name="context">The directive.</param>
    /// <param name="argument">The word it is in.</param>
    /// <param name="text">The expression: the word, or what is left of it after <c>~</c>.</param>
    /// <param name="ignoreCase">Whether case is ignored.</param>
    public RegexPattern Declare(BindContext context, Argument argument, string text, bool ignoreCase)
    {
        if (validator.Validate(text, ignoreCase, out IReadOnlyList<NamedCapture> captures) is { } error)
        {
            AssumeNames(context.Session.Variables, text);
            throw context.Refuse(PlaceOf(argument, text, error.Offset), Describe(text, error));
        }
        foreach (NamedCapture capture in captures)
            context.Session.Variables.Declare(context, argument, capture.Name);
        return new RegexPattern(text, ignoreCase, [.. captures], argument.Span);
    }

    /// <summary>The names in an expression that is refused: that they are not declared is not worth further errors.</summary>
    private static void AssumeNames(VariableRegistry variables, string text)
    {
        for (int at = text.IndexOf('<'); at >= 0; at = text.IndexOf('<', at + 1))
        {
            int end = text.IndexOf('>', at);
            if (end > at)
                variables.Assume(text[(at + 1)..end]);
        }
    }

    // The words around the error are nginx's, those of the error itself are not PCRE's.
    private static string Describe(string text, RegexError error)
    {
        string what = $"pcre2_compile() failed: {error.Message} in \"{text}\"";
        return error.Offset >= text.Length ? what : $"{what} at \"{text[error.Offset..]}\"";
    }

    /// <summary>The one char at fault. Where escapes make offsets of the value and of the source differ, the whole word.</summary>
    private static SourceSpan PlaceOf(Argument argument, string text, int offset)
    {
        int at = argument.Span.Text.IndexOf(text.AsSpan(), StringComparison.Ordinal);
        if (at < 0 || text.Length == 0)
            return argument.Span;
        int clamped = Math.Min(offset, text.Length - 1);
        return argument.Span with { Start = argument.Span.Start + at + clamped, Length = 1 };
    }
}
