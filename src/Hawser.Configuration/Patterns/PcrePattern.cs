using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Hawser.Configuration.Model;

namespace Hawser.Configuration.Patterns;

/// <summary>
/// A regular expression of PCRE, translated for .NET. Subjects are byte strings: every char is a byte, and letters, digits and spaces are those of
/// ASCII, as in nginx, which does not use PCRE's UTF mode.
/// </summary>
/// <remarks>docs/decisions/0013 says what is translated and what is refused.</remarks>
public sealed class PcrePattern
{
    private PcrePattern(string netPattern, ImmutableArray<NamedCapture> captureNames, int captureCount)
    {
        NetPattern = netPattern;
        CaptureNames = captureNames;
        CaptureCount = captureCount;
    }

    /// <summary>How long one match may take before <see cref="RegexMatchTimeoutException"/> is thrown, so that no expression can hang an event loop.</summary>
    public static TimeSpan MatchTimeout { get; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The expression in .NET's syntax. All its groups are numbered as PCRE numbers them, named ones included, and have no names.
    /// </summary>
    public string NetPattern { get; }

    /// <summary>The named groups with their numbers.</summary>
    public ImmutableArray<NamedCapture> CaptureNames { get; }

    /// <summary>How many groups there are, without group 0.</summary>
    public int CaptureCount { get; }

    /// <summary>Translates an expression.</summary>
    /// <param name="pattern">In PCRE's syntax, a byte string.</param>
    /// <param name="ignoreCase">Whether case is ignored; that of ASCII letters only.</param>
    /// <param name="result">The translation; null on failure.</param>
    /// <param name="error">What PCRE would find wrong, or what has no counterpart in .NET; null on success.</param>
    public static bool TryTranslate(
        string pattern, bool ignoreCase, [NotNullWhen(true)] out PcrePattern? result, [NotNullWhen(false)] out RegexError? error)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var translator = new PcreTranslator(pattern, ignoreCase);
        try
        {
            string net = translator.Translate();
            result = new PcrePattern(net, translator.CaptureNames, translator.CaptureCount);
            error = null;
            return true;
        }
        catch (PcreSyntaxException e)
        {
            result = null;
            error = new RegexError(e.Message, e.Offset);
            return false;
        }
    }

    /// <summary>Builds the .NET expression, with <see cref="MatchTimeout"/>.</summary>
    /// <param name="options">Further options, such as <see cref="RegexOptions.Compiled"/>.</param>
    public Regex ToRegex(RegexOptions options = RegexOptions.None) => new(NetPattern, options | RegexOptions.CultureInvariant, MatchTimeout);
}

/// <summary>Ends a translation.</summary>
internal sealed class PcreSyntaxException(string message, int offset) : Exception(message)
{
    public int Offset { get; } = offset;
}
