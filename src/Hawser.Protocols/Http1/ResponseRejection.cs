namespace Hawser.Protocols.Http1;

/// <summary>Why an upstream's response was refused: the client gets 502 (or another upstream is tried).</summary>
public enum ResponseRejection : byte
{
    None,
    InvalidHeaderLine,
    EarlyHintsInHttp10,
    DuplicateContentLength,
    InvalidContentLength,
    ContentLengthWithTransferEncoding,
    DuplicateTransferEncoding,
    UnknownTransferEncoding,

    // Decided by whoever reads from the connection.
    HeadTooBig,
    InvalidChunkedBody,
    TrailersTooBig,
    InvalidTrailer,
}

/// <summary>What a <see cref="ResponseRejection"/> is called in the log.</summary>
public static class ResponseRejections
{
    /// <summary>The phrase for the error log, in the words that tools which read nginx's log look for.</summary>
    public static string LogText(this ResponseRejection rejection) => rejection switch
    {
        ResponseRejection.None => "",
        ResponseRejection.InvalidHeaderLine => "upstream sent invalid header",
        ResponseRejection.EarlyHintsInHttp10 => "upstream sent HTTP/1.0 response with early hints",
        ResponseRejection.DuplicateContentLength or ResponseRejection.DuplicateTransferEncoding =>
            "upstream sent duplicate header line",
        ResponseRejection.InvalidContentLength => "upstream sent invalid \"Content-Length\" header",
        ResponseRejection.ContentLengthWithTransferEncoding =>
            "upstream sent \"Content-Length\" and \"Transfer-Encoding\" headers at the same time",
        ResponseRejection.UnknownTransferEncoding => "upstream sent unknown \"Transfer-Encoding\"",
        ResponseRejection.HeadTooBig => "upstream sent too big header",
        ResponseRejection.InvalidChunkedBody => "upstream sent invalid chunked response",
        ResponseRejection.TrailersTooBig => "upstream sent too big trailers",
        ResponseRejection.InvalidTrailer => "upstream sent invalid trailer",
        _ => throw new ArgumentOutOfRangeException(nameof(rejection)),
    };
}
