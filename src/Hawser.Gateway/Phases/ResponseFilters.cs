using Hawser.Gateway.Exchange;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary>
/// What happens to the head of every answer on its way out, in nginx's order. The first of nginx's filters, conditions of the request, runs
/// earlier (<see cref="Preconditions"/>): it decides whether there is a body at all.
/// </summary>
public static class ResponseFilters
{
    /// <summary>Runs the header filters.</summary>
    public static void Apply(HttpExchange exchange)
    {
        ResponseHead head = exchange.Response.Head;
        if (exchange.ErrorStatus != 0)
        {
            head.Status = exchange.ErrorStatus;
            head.StatusLine = default;
        }
        exchange.Location.Headers.Apply(exchange);
        RangePlan.Filter(exchange);
        if (head.Status == 204) DropContent(head);
    }

    /// <summary>Adds the fields of <c>add_trailer</c>. To be called before the last chunk of a chunked answer.</summary>
    public static void AddTrailers(HttpExchange exchange) => exchange.Location.Headers.AddTrailers(exchange);

    private static void DropContent(ResponseHead head)
    {
        head.ContentType = default;
        head.ContentLength = ResponseHead.UnknownLength;
        head.LastModified = -1;
        head.Headers.RemoveAll(KnownHeader.ContentLength);
        head.Headers.RemoveAll(KnownHeader.LastModified);
    }
}
