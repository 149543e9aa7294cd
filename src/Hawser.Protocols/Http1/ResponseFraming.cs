namespace Hawser.Protocols.Http1;

/// <summary>
/// What the head of an upstream's response says about its body and its connection, with nginx 1.31's refusals: two or
/// unreadable lengths, a length together with a transfer coding, and any coding but chunked.
/// </summary>
/// <param name="Body">How the body ends. For 101 it is <see cref="BodyFraming.UntilClose"/>.</param>
/// <param name="ContentLength">
/// The value of Content-Length, or -1 if there is none. A response to HEAD and a 304 may have one and no body.
/// </param>
/// <param name="KeepAlive">
/// Whether the connection may be used again once the body has been read to its end: HTTP/1.1, a body that ends by itself,
/// no Connection field that contains "close", and not 101.
/// </param>
/// <param name="ConnectionClose">The upstream has announced that it will close, whatever the body is.</param>
public readonly record struct ResponseFraming(BodyFraming Body, long ContentLength, bool KeepAlive, bool ConnectionClose)
{
    /// <summary>Decides the framing of a complete head.</summary>
    /// <param name="head">The parser, after <see cref="HeadStatus.Complete"/>.</param>
    /// <param name="message">The span it was fed with.</param>
    /// <param name="requestWasHead">Whether the request was HEAD: its response has no body.</param>
    /// <param name="framing">The decision, if there is no rejection.</param>
    public static ResponseRejection Decide(
        ResponseHeadParser head, ReadOnlySpan<byte> message, bool requestWasHead, out ResponseFraming framing)
    {
        framing = default;
        var contentLength = -1L;
        var hasLength = false;
        var chunked = false;
        var close = !head.IsHttp11;

        // Early Hints are a list of links; their fields say nothing about this connection.
        if (head.StatusCode == 103)
        {
            framing = new ResponseFraming(BodyFraming.None, -1, KeepAlive: true, ConnectionClose: false);
            return ResponseRejection.None;
        }

        foreach (ref readonly var field in head.Headers)
        {
            var rejection = ResponseRejection.None;
            switch (field.Known)
            {
                case KnownHeader.ContentLength:
                    rejection = hasLength ? ResponseRejection.DuplicateContentLength
                        : chunked ? ResponseRejection.ContentLengthWithTransferEncoding
                        : !AsciiText.TryParseInt64(field.Value.Of(message), out contentLength) ? ResponseRejection.InvalidContentLength
                        : ResponseRejection.None;
                    hasLength = true;
                    break;

                case KnownHeader.TransferEncoding:
                    rejection = chunked ? ResponseRejection.DuplicateTransferEncoding
                        : hasLength ? ResponseRejection.ContentLengthWithTransferEncoding
                        : !AsciiText.EqualsIgnoreCase(field.Value.Of(message), "chunked"u8) ? ResponseRejection.UnknownTransferEncoding
                        : ResponseRejection.None;
                    chunked = true;
                    break;

                case KnownHeader.Connection:
                    close |= AsciiText.IndexOfIgnoreCase(field.Value.Of(message), "close"u8) >= 0;
                    break;
            }

            if (rejection != ResponseRejection.None)
                return rejection;
        }

        var body = head.StatusCode == 101 ? BodyFraming.UntilClose
            : requestWasHead || HasNoBody(head.StatusCode) ? BodyFraming.None
            : chunked ? BodyFraming.Chunked
            : contentLength == 0 ? BodyFraming.None
            : contentLength > 0 ? BodyFraming.Sized
            : BodyFraming.UntilClose;

        framing = new ResponseFraming(body, contentLength, !close && body != BodyFraming.UntilClose, close);
        return ResponseRejection.None;
    }

    /// <summary>Interim responses, 204 and 304 end with their head (RFC 9112 §6.3).</summary>
    private static bool HasNoBody(int status) => status is 204 or 304 or (>= 100 and <= 199);
}
