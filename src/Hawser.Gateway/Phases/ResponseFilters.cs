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
        RedirectLocation.Complete(exchange);
        // Of other answers, such as an error's page, nobody may keep a copy by its date.
        if (head.Status is not (200 or 206 or 304)) head.LastModified = -1;
        if (head.Status == 204) DropContent(head);
    }

    /// <summary>Adds the fields of <c>add_trailer</c>. To be called before the last chunk of a chunked answer.</summary>
    public static void AddTrailers(HttpExchange exchange) => exchange.Location.Headers.AddTrailers(exchange);

    private static void DropContent(ResponseHead head)
    {
        head.ContentType = default;
        head.ContentLength = ResponseHead.UnknownLength;
        head.Headers.RemoveAll(KnownHeader.ContentLength);
    }
}
