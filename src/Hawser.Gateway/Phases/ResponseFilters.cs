using Hawser.Gateway.Exchange;
using Hawser.Gateway.Filters;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary>What happens to the head of every answer on its way out, in nginx's order of header filters.</summary>
public static class ResponseFilters
{
    /// <summary>
    /// Runs the filters that decide whether and how much of a body there is, for an answer whose head is complete. Who makes an answer
    /// that conditions or ranges of the request can change calls this before it starts.
    /// </summary>
    /// <returns>
    /// 0: start the answer; if <see cref="ResponseHead.Status"/> has become 304 there is no body, and if
    /// <see cref="ResponseHead.Ranges"/> is set only those are sent. 412 or 416: answer with that instead.
    /// </returns>
    public static int Prepare(HttpExchange exchange)
    {
        ResponseHead head = exchange.Response.Head;
        TakeErrorStatus(exchange, head);
        if (exchange.IsSubrequest) return 0; // conditions and ranges are about the client's own request
        int refusal = Preconditions.Check(exchange);
        if (refusal != 0) return refusal;
        AddFieldsAndFilters(exchange, head);
        refusal = RangePlan.Prepare(exchange);
        head.HasAddedFields = refusal == 0; // the answer that comes instead has its own
        if (refusal != 0) exchange.Response.DropFilters();
        return refusal;
    }

    /// <summary>Runs all filters that <see cref="Prepare"/> has not run.</summary>
    public static void Apply(HttpExchange exchange)
    {
        ResponseHead head = exchange.Response.Head;
        if (exchange.IsSubrequest)
        {
            TakeErrorStatus(exchange, head);
            return; // nobody sees its head
        }
        if (!head.HasAddedFields)
        {
            TakeErrorStatus(exchange, head);
            AddFieldsAndFilters(exchange, head);
        }
        RangePlan.Filter(exchange);
        // Only a chunked body has room for trailers. Ranges, which came before, needed its length.
        if (head.ExpectsTrailers) head.ContentLength = ResponseHead.UnknownLength;
        RedirectLocation.Complete(exchange);
        // Of other answers, such as an error's page, nobody may keep a copy by its date.
        if (head.Status is not (200 or 206 or 304)) head.LastModified = -1;
        if (head.Status == 204) DropContent(head);
    }

    /// <summary>Adds the fields of <c>add_trailer</c>. To be called before the last chunk of a chunked answer.</summary>
    public static void AddTrailers(HttpExchange exchange) => exchange.Location.Headers.AddTrailers(exchange);

    private static void AddFieldsAndFilters(HttpExchange exchange, ResponseHead head)
    {
        head.IsEncoded = head.Headers.Contains(KnownHeader.ContentEncoding); // one that add_header adds says nothing about the body
        exchange.Location.Headers.Apply(exchange);
        BodyFilters.Choose(exchange);
    }

    // What makes an error's page may think what it likes of its status.
    private static void TakeErrorStatus(HttpExchange exchange, ResponseHead head)
    {
        if (exchange.ErrorStatus == 0) return;
        head.Status = exchange.ErrorStatus;
        head.StatusLine = default;
    }

    private static void DropContent(ResponseHead head)
    {
        head.ContentType = default;
        head.ContentLength = ResponseHead.UnknownLength;
        head.Headers.RemoveAll(KnownHeader.ContentLength);
    }
}
