using System.Text;
using System.Text.RegularExpressions;
using Hawser.Configuration.Model;
using Hawser.Configuration.Patterns;
using Hawser.Configuration.Routing;

namespace Hawser.Doctor.Explain;

/// <summary>The expressions of a configuration, built when they are first tried. An expression that is none matches nothing.</summary>
internal sealed class RegexBook
{
    private readonly Dictionary<RegexPattern, Regex?> _built = new(ReferenceEqualityComparer.Instance);

    /// <summary>The match of an expression; null when there is none, or when the expression takes too long.</summary>
    public Match? Match(RegexPattern pattern, string subject)
    {
        if (!_built.TryGetValue(pattern, out Regex? regex))
        {
            regex = PcrePattern.TryTranslate(pattern.Text, pattern.IgnoreCase, out PcrePattern? translated, out _) ? translated.ToRegex() : null;
            _built.Add(pattern, regex);
        }
        try
        {
            return regex?.Match(subject) is { Success: true } match ? match : null;
        }
        catch (RegexMatchTimeoutException)
        {
            // The gateway gives up on it too.
            return null;
        }
    }
}

/// <summary>Tries expressions for an imagined request: the groups of one that matches become its captures.</summary>
internal readonly struct ImaginedMatcher(ImaginedRequest request) : IRegexMatcher<RegexPattern>
{
    public bool Matches(RegexPattern regex, ReadOnlySpan<byte> subject) => request.TryMatch(regex, Encoding.Latin1.GetString(subject));
}
