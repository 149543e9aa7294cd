using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary>Turns a status into an answer: through <c>error_page</c>, or with a built-in page.</summary>
public static class ErrorResponder
{
    private static readonly ByteSlice s_html = ByteSlice.FromLatin1("text/html");
    private static readonly ByteSlice s_get = ByteSlice.FromLatin1("GET");

    /// <summary>
    /// Answers with <paramref name="status"/>, an error or a redirect whose Location is set already.
    /// </summary>
    /// <returns>
    /// Finished: the answer is sent. Redirect or NamedLocation: an error page makes the answer, with what
    /// <see cref="HttpExchange.ErrorStatus"/> says as its status. Status (408, 444, 499 only): nothing is sent and the connection is closed.
    /// </returns>
    public static Outcome ResolveStatus(HttpExchange exchange, int status)
    {
        HttpResponse response = exchange.Response;
        if (response.IsStarted)
        {
            if (!response.IsComplete) response.Truncate();
            return Outcome.Finished;
        }
        if (status is 408 or 444 or 499)
        {
            exchange.KeepAlive = false;
            response.Head.Status = status;
            return Outcome.Status(status);
        }
        // After these the rest of the request cannot be trusted, or has not been read.
        if (status is 400 or 413 or 414 or 495 or 496 or 497 or 500 or 501) exchange.KeepAlive = false;
        exchange.ErrorStatus = status;
        response.Head.ContentType = default;

        ErrorPagesModel pages = exchange.Location.ErrorPages;
        // At the limit of redirects an error page would only be the next one.
        if (!exchange.IsErrorPage && !pages.IsEmpty && exchange.UriChangesLeft != 0)
        {
            exchange.IsErrorPage = !pages.IsRecursive;
            if (pages.Find(status) is { } page) return Apply(exchange, page);
        }
        if (status is >= 494 and <= 497) exchange.ErrorStatus = 400;
        SendBuiltIn(exchange, status);
        return Outcome.Finished;
    }

    /// <summary>
    /// Sends the client to the path with a slash, where the location search asks for it
    /// (<see cref="Hawser.Configuration.Routing.LocationMatch{TLocation}.AutoRedirect"/>).
    /// </summary>
    public static Outcome RedirectWithSlash(HttpExchange exchange, LocationModel location)
    {
        ByteSlice path = UriParts.Escape(exchange.Arena, location.Prefix);
        RedirectLocation.Set(exchange, UriParts.Join(exchange.Arena, path, exchange.Args));
        return Outcome.Status(301);
    }

    private static Outcome Apply(HttpExchange exchange, ErrorPage page)
    {
        if (page.Overwrite >= 0) exchange.ErrorStatus = page.Overwrite;
        ByteSlice target = page.Target.Evaluate(exchange);
        switch (target.IsEmpty ? (byte)0 : target[0])
        {
            case (byte)'/':
                ByteSlice args = page.Args;
                if (!page.Target.IsConstant) UriParts.Split(target, out target, out args);
                if (exchange.Method != RequestMethod.Head)
                {
                    exchange.Method = RequestMethod.Get;
                    exchange.MethodName = s_get;
                }
                return Outcome.Redirect(target, args);
            case (byte)'@':
                Outcome named = InternalRedirect.ToNamed(exchange, target);
                return named.Kind == OutcomeKind.Status ? ResolveStatus(exchange, named.StatusCode) : named;
            default:
                if (page.Overwrite is not (301 or 302 or 303 or 307 or 308)) exchange.ErrorStatus = 302;
                RedirectLocation.Set(exchange, target);
                SendBuiltIn(exchange, exchange.ErrorStatus);
                return Outcome.Finished;
        }
    }

    private static void SendBuiltIn(HttpExchange exchange, int status)
    {
        ResponseHead head = exchange.Response.Head;
        ReadOnlySpan<byte> page = ErrorPageText.For(status, exchange.Location.Core.ServerTokens);
        head.Status = exchange.ErrorStatus;
        head.StatusLine = default;
        head.ContentType = page.IsEmpty ? default : s_html;
        head.AllowRanges = false;
        head.LastModified = -1;
        head.ETag = default;
        head.Headers.RemoveAll(KnownHeader.ContentLength);
        head.Headers.RemoveAll(KnownHeader.AcceptRanges);
        head.Headers.RemoveAll(KnownHeader.LastModified);
        head.Headers.RemoveAll(KnownHeader.ETag);
        if (status >= 400 && !page.IsEmpty && exchange.Location.ErrorPages.PadsForOldBrowsers && WantsPadding(exchange))
        {
            page = exchange.Arena.Concat(page, ErrorPageText.Padding).Span;
        }
        exchange.Response.SendWhole(page);
    }

    private static bool WantsPadding(HttpExchange exchange) =>
        exchange.Version >= 10 && exchange.RequestHeaders.TryGet(KnownHeader.UserAgent, out ByteSlice agent)
        && OldBrowsers.HidesErrorPages(agent.Span);
}
