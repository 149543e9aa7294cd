using Hawser.Configuration.Routing;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;

namespace Hawser.Gateway.Routing;

/// <summary>Tries expressions for an exchange: the groups of one that matches become its captures, the named ones its variables.</summary>
internal readonly struct ExchangeMatcher(HttpExchange exchange) : IRegexMatcher<RegexModel>
{
    public bool Matches(RegexModel regex, ReadOnlySpan<byte> subject) => regex.Matches(exchange, subject);
}
