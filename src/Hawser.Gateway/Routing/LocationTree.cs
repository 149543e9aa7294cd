using Hawser.Configuration.Routing;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Routing;

/// <summary>The compiled locations of a block. The search itself is the doctor's too: <see cref="LocationSearch{TLocation, TRegex}"/>.</summary>
public sealed class LocationTree
{
    private readonly LocationSearch<LocationModel, RegexModel> _search;

    internal LocationTree(LocationSearch<LocationModel, RegexModel> search) => _search = search;

    /// <summary>A block without locations.</summary>
    public static LocationTree Empty { get; } = new(new LocationSearch<LocationModel, RegexModel>());

    internal LocationSearch<LocationModel, RegexModel> Search => _search;

    /// <summary>The location for the exchange's path. Matching expressions set the exchange's captures.</summary>
    public LocationMatch<LocationModel> Find(HttpExchange exchange) => Find(exchange, null);

    /// <inheritdoc cref="Find(HttpExchange)"/>
    /// <param name="steps">Receives every location that was considered, in order; null when nobody asks.</param>
    public LocationMatch<LocationModel> Find(HttpExchange exchange, ICollection<LocationStep<LocationModel>>? steps)
    {
        var matcher = new ExchangeMatcher(exchange);
        return _search.Find(ref matcher, exchange.Uri.Span, steps);
    }

    /// <summary>The location <c>@name</c> of this server, or null. <paramref name="name"/> includes the <c>@</c>.</summary>
    public LocationModel? FindNamed(ByteSlice name) => _search.FindNamed(name.Span);
}
