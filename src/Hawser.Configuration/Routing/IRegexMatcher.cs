namespace Hawser.Configuration.Routing;

/// <summary>
/// Tries compiled expressions for a search. The gateway's matcher sets the captures of its exchange, the doctor's those of the request it
/// imagines. Implemented by structs, so that a search is compiled for each and calls nothing through an interface.
/// </summary>
/// <typeparam name="TRegex">The compiled form of an expression.</typeparam>
public interface IRegexMatcher<in TRegex>
{
    /// <summary>Whether the expression matches; if it does, its groups become the captures.</summary>
    bool Matches(TRegex regex, ReadOnlySpan<byte> subject);
}
