using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary>
/// The conditions of a request (If-Match, If-Modified-Since and their relatives) held against the answer that is about to be sent. The
/// first step of nginx's header filters; whoever makes an answer asks, because it must know whether to send a body. An upstream's answer
/// is not asked about: its server has looked at the conditions itself.
/// </summary>
public static class Preconditions
{
    /// <summary>Checks the head of an answer that is complete but not started.</summary>
    /// <returns>
    /// 0: send it. It has become a 304 if <see cref="ResponseHead.Status"/> says so; then the body is left out. 412: answer with that.
    /// </returns>
    public static int Check(HttpExchange exchange)
    {
        ResponseHead head = exchange.Response.Head;
        // The answer to an error page keeps the error's status, and is not what the condition is about.
        if (head.Status != 200) return 0;
        HeaderList request = exchange.RequestHeaders;
        long? lastModified = head.LastModified >= 0 ? head.LastModified : null;
        if (!AllowsSending(request, head.ETag.Span, lastModified))
        {
            head.Reset();
            return 412;
        }
        bool hasDate = request.TryGet(KnownHeader.IfModifiedSince, out ByteSlice since);
        bool hasTags = request.TryGet(KnownHeader.IfNoneMatch, out ByteSlice tags);
        if (!hasDate && !hasTags) return 0;
        if (hasDate && ConditionalRequest.IsModifiedSince(since.Span, lastModified, exchange.Location.Files.IfModifiedSince)) return 0;
        if (hasTags && !ConditionalRequest.EntityTagMatches(tags.Span, head.ETag.Span, weak: true)) return 0;
        BecomeNotModified(head);
        return 0;
    }

    private static bool AllowsSending(HeaderList request, ReadOnlySpan<byte> etag, long? lastModified)
    {
        if (request.TryGet(KnownHeader.IfUnmodifiedSince, out ByteSlice unmodified)
            && !ConditionalRequest.IsUnmodifiedSince(unmodified.Span, lastModified))
        {
            return false;
        }
        return !request.TryGet(KnownHeader.IfMatch, out ByteSlice tags)
            || ConditionalRequest.EntityTagMatches(tags.Span, etag, weak: false);
    }

    private static void BecomeNotModified(ResponseHead head)
    {
        head.Status = 304;
        head.StatusLine = default;
        head.ContentType = default;
        head.ContentLength = ResponseHead.UnknownLength;
        head.AllowRanges = false;
        head.Headers.RemoveAll(KnownHeader.ContentLength);
        head.Headers.RemoveAll(KnownHeader.AcceptRanges);
        head.Headers.RemoveAll(KnownHeader.ContentEncoding);
    }
}
