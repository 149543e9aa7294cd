using Hawser.Gateway.Exchange;

namespace Hawser.Gateway.Phases;

/// <summary>What happens to the head of every answer on its way out, in nginx's order.</summary>
public static class ResponseFilters
{
    public static void Apply(HttpExchange exchange) => throw new NotImplementedException();
}
