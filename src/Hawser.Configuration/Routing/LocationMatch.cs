namespace Hawser.Configuration.Routing;

/// <summary>What a location search found.</summary>
/// <param name="Location">The location that serves the path; null when none matches and the server's own settings hold.</param>
/// <param name="AutoRedirect">
/// The path lacks the slash of the proxied location <c>/path/</c>: the client is sent there with 301. <paramref name="Location"/> is that
/// location.
/// </param>
public readonly record struct LocationMatch<TLocation>(TLocation? Location, bool AutoRedirect)
    where TLocation : class;

/// <summary>Why a location was looked at.</summary>
public enum LocationStepKind : byte
{
    /// <summary>An <c>=</c> location equals the path: the search ends.</summary>
    Exact,

    /// <summary>The longest prefix among its siblings; the locations inside it are searched next.</summary>
    LongestPrefix,

    /// <summary>The path is the location's without its last slash, and the location is proxied: the search ends with a redirect.</summary>
    AutoRedirect,

    /// <summary>A regular expression that matches: the locations inside it are searched, and the search ends.</summary>
    RegexMatched,

    /// <summary>A regular expression that was tried and does not match.</summary>
    RegexFailed,

    /// <summary>A regular expression not tried, because the longest prefix among its siblings is a <c>^~</c> location.</summary>
    RegexSkipped,
}

/// <summary>One step of a location search, for explanations.</summary>
public readonly record struct LocationStep<TLocation>(LocationStepKind Kind, TLocation Location)
    where TLocation : class;
