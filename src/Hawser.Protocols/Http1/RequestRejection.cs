namespace Hawser.Protocols.Http1;

/// <summary>
/// Why a request was refused before it reached any location: the one list that logs, metrics and the answer share.
/// </summary>
public enum RequestRejection : byte
{
    None,

    // Request line (nginx: ngx_http_parse_request_line, ngx_http_process_request_line).
    InvalidMethod,
    InvalidRequestLine,
    UnsupportedVersion,
    InvalidSimpleRequestMethod,
    InvalidTarget,
    InvalidTargetHost,
    UriTooLong,

    // Header lines (nginx: ngx_http_parse_header_line, ngx_http_process_request_headers).
    InvalidHeaderLine,
    HeaderLineTooLong,
    TooManyHeaderLines,
    DuplicateHost,
    InvalidHost,
    DuplicateHeader,

    // The head as a whole (nginx: ngx_http_process_request_header).
    MissingHost,
    InvalidContentLength,
    TransferEncodingInHttp10,
    ContentLengthWithTransferEncoding,
    UnknownTransferEncoding,
    ConnectNotAllowed,
    TraceNotAllowed,

    // Decided by whoever reads from the connection.
    HeaderTimeout,
    PrematureClose,
    PlainHttpToTlsPort,
    Misdirected,
    InvalidChunkedBody,
    BodyTooLarge,
}

/// <summary>What a <see cref="RequestRejection"/> means to the client and to the log.</summary>
public static class RequestRejections
{
    /// <summary>
    /// nginx's status for the refusal. 494 and 497 are nginx's internal codes (<c>error_page</c> can name them): both are
    /// sent as 400 with a page of their own.
    /// </summary>
    public static int StatusCode(this RequestRejection rejection) => rejection switch
    {
        RequestRejection.None => 200,
        RequestRejection.UnsupportedVersion => 505,
        RequestRejection.UriTooLong => 414,
        RequestRejection.HeaderLineTooLong or RequestRejection.TooManyHeaderLines => 494,
        RequestRejection.UnknownTransferEncoding => 501,
        RequestRejection.ConnectNotAllowed or RequestRejection.TraceNotAllowed => 405,
        RequestRejection.HeaderTimeout => 408,
        RequestRejection.PlainHttpToTlsPort => 497,
        RequestRejection.Misdirected => 421,
        RequestRejection.BodyTooLarge => 413,
        _ => 400,
    };

    /// <summary>The phrase for the error log, in the words that tools which read nginx's log look for.</summary>
    public static string LogText(this RequestRejection rejection) => rejection switch
    {
        RequestRejection.None => "",
        RequestRejection.InvalidMethod => "client sent invalid method",
        RequestRejection.InvalidRequestLine => "client sent invalid request",
        RequestRejection.UnsupportedVersion => "client sent invalid version",
        RequestRejection.InvalidSimpleRequestMethod => "client sent invalid method in HTTP/0.9 request",
        RequestRejection.InvalidTarget => "client sent invalid request",
        RequestRejection.InvalidTargetHost => "client sent invalid host in request line",
        RequestRejection.UriTooLong => "client sent too long URI",
        RequestRejection.InvalidHeaderLine => "client sent invalid header line",
        RequestRejection.HeaderLineTooLong => "client sent too long header line",
        RequestRejection.TooManyHeaderLines => "client sent too many header lines",
        RequestRejection.DuplicateHost => "client sent duplicate host header",
        RequestRejection.InvalidHost => "client sent invalid host header",
        RequestRejection.DuplicateHeader => "client sent duplicate header line",
        RequestRejection.MissingHost => "client sent HTTP/1.1 request without \"Host\" header",
        RequestRejection.InvalidContentLength => "client sent invalid \"Content-Length\" header",
        RequestRejection.TransferEncodingInHttp10 => "client sent HTTP/1.0 request with \"Transfer-Encoding\" header",
        RequestRejection.ContentLengthWithTransferEncoding =>
            "client sent \"Content-Length\" and \"Transfer-Encoding\" headers at the same time",
        RequestRejection.UnknownTransferEncoding => "client sent unknown \"Transfer-Encoding\"",
        RequestRejection.ConnectNotAllowed => "client sent CONNECT method",
        RequestRejection.TraceNotAllowed => "client sent TRACE method",
        RequestRejection.HeaderTimeout => "client timed out",
        RequestRejection.PrematureClose => "client prematurely closed connection",
        RequestRejection.PlainHttpToTlsPort => "client sent plain HTTP request to HTTPS port",
        RequestRejection.Misdirected => "client attempted to request the server name different from the one that was negotiated",
        RequestRejection.InvalidChunkedBody => "client sent invalid chunked body",
        RequestRejection.BodyTooLarge => "client intended to send too large body",
        _ => throw new ArgumentOutOfRangeException(nameof(rejection)),
    };
}
