using Hawser.Configuration.Model;

namespace Hawser.Configuration;

/// <summary>
/// Says whether a regular expression is one. The configuration keeps expressions as text; who runs them knows what is valid.
/// </summary>
public interface IRegexValidator
{
    /// <summary>Checks an expression.</summary>
    /// <param name="pattern">The expression in PCRE's syntax, a byte string.</param>
    /// <param name="ignoreCase">Whether case is ignored.</param>
    /// <param name="captures">
    /// The named groups, which nginx turns into variables. For an invalid expression it may be empty.
    /// </param>
    /// <returns>Null if the expression is valid, else what is wrong and where.</returns>
    RegexError? Validate(string pattern, bool ignoreCase, out IReadOnlyList<NamedCapture> captures);
}

/// <summary>What is wrong with an expression.</summary>
/// <param name="Message">In plain words.</param>
/// <param name="Offset">Where in the expression, from 0; its length for the end.</param>
public sealed record RegexError(string Message, int Offset);
