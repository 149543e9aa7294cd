using System.Collections.Immutable;

namespace Hawser.Configuration.Templates;

/// <summary>What a template is for, where it matters to its grammar.</summary>
[Flags]
public enum TemplateOptions
{
    /// <summary>An ordinary value.</summary>
    None = 0,

    /// <summary><c>$1</c> to <c>$9</c> are variables by that name, as in <c>log_format</c>, and not captures.</summary>
    NoCaptures = 1,

    /// <summary>The first <c>?</c> starts the query string, as in a <c>rewrite</c> that stays on the server.</summary>
    SplitArguments = 2,
}

/// <summary>Parses values with variables by nginx's rules: <c>$name</c>, <c>${name}</c>, <c>$1</c>.</summary>
public static class TemplateParser
{
    /// <summary>Parses a value.</summary>
    /// <param name="source">A byte string.</param>
    /// <param name="options">What the value is for.</param>
    /// <param name="error">What is wrong, in nginx's words; null if nothing is.</param>
    /// <returns>The template; <see cref="Template.Empty"/> on an error.</returns>
    public static Template Parse(string source, TemplateOptions options, out string? error)
    {
        ArgumentNullException.ThrowIfNull(source);
        error = null;
        bool splitArguments = options.HasFlag(TemplateOptions.SplitArguments);
        if (!source.Contains('$') && !splitArguments)
            return Template.Constant(source);

        var parts = ImmutableArray.CreateBuilder<TemplatePart>();
        int at = 0;
        while (at < source.Length)
        {
            if (source[at] == '$')
            {
                if (ReadVariable(source, ref at, options, out error) is not { } part)
                    return Template.Empty;
                parts.Add(part);
            }
            else if (source[at] == '?' && splitArguments)
            {
                splitArguments = false;
                parts.Add(new ArgumentsPart());
                at++;
            }
            else
            {
                int end = splitArguments ? source.AsSpan(at).IndexOfAny('$', '?') : source.AsSpan(at).IndexOf('$');
                end = end < 0 ? source.Length : at + end;
                parts.Add(new LiteralPart(source[at..end]));
                at = end;
            }
        }
        return new Template(source, parts.DrainToImmutable());
    }

    private static TemplatePart? ReadVariable(string source, ref int at, TemplateOptions options, out string? error)
    {
        error = null;
        at++;
        if (at < source.Length && source[at] is >= '1' and <= '9' && !options.HasFlag(TemplateOptions.NoCaptures))
            return new CapturePart(source[at++] - '0');

        bool inBraces = at < source.Length && source[at] == '{';
        if (inBraces)
            at++;
        int start = at;
        while (at < source.Length && (char.IsAsciiLetterOrDigit(source[at]) || source[at] == '_'))
            at++;
        string name = source[start..at];
        if (inBraces)
        {
            if (start == source.Length)
            {
                error = InvalidName(source, start - 2, options);
                return null;
            }
            if (at == source.Length || source[at] != '}')
            {
                error = $"the closing bracket in \"{name}\" variable is missing";
                return null;
            }
            at++;
        }
        if (name.Length != 0)
            return new VariablePart(name.ToLowerInvariant());
        error = InvalidName(source, start - (inBraces ? 2 : 1), options);
        return null;
    }

    // log_format has words of its own for this.
    private static string InvalidName(string source, int dollar, TemplateOptions options) =>
        options.HasFlag(TemplateOptions.NoCaptures) ? $"invalid parameter \"{source[dollar..]}\"" : "invalid variable name";
}
