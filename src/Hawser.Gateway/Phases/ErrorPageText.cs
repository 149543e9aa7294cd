using System.Text;
using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;

namespace Hawser.Gateway.Phases;

/// <summary>The built-in error pages, in nginx's form, made once.</summary>
internal static class ErrorPageText
{
    private const int First = 301;
    private const int Last = 507;

    private const int PaddingLines = 6;

    private static readonly byte[] s_padding = Encoding.ASCII.GetBytes(
        string.Concat(Enumerable.Repeat("<!-- a padding to disable MSIE and Chrome friendly error page -->\r\n", PaddingLines)));

    private static readonly byte[]?[] s_withVersion = MakeAll(ServerTokens.On);
    private static readonly byte[]?[] s_withoutVersion = MakeAll(ServerTokens.Off);

    /// <summary>The page for a status; empty for a status that has none, and is answered without a body.</summary>
    public static ReadOnlySpan<byte> For(int status, ServerTokens tokens)
    {
        byte[]?[] pages = tokens == ServerTokens.Off ? s_withoutVersion : s_withVersion;
        return status is >= First and <= Last ? pages[status - First] : default;
    }

    /// <summary>
    /// Lines behind a page of an error, over 512 bytes with it: shorter pages some browsers replace by their own (<c>msie_padding</c>).
    /// </summary>
    public static ReadOnlySpan<byte> Padding => s_padding;

    private static byte[]?[] MakeAll(ServerTokens tokens)
    {
        string product = Encoding.ASCII.GetString(ProductName.For(tokens));
        byte[]?[] pages = new byte[Last - First + 1][];
        for (int status = First; status <= Last; status++)
        {
            if (TitleOf(status) is { } title) pages[status - First] = Encoding.ASCII.GetBytes(Make(title, DetailOf(status), product));
        }
        return pages;
    }

    private static string Make(string title, string? detail, string product) =>
        $"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        + $"<center><h1>{(detail is null ? title : "400 Bad Request")}</h1></center>\r\n"
        + (detail is null ? "" : $"<center>{detail}</center>\r\n")
        + $"<hr><center>{product}</center>\r\n</body>\r\n</html>\r\n";

    private static string? TitleOf(int status) => status switch
    {
        301 => "301 Moved Permanently",
        302 => "302 Found",
        303 => "303 See Other",
        307 => "307 Temporary Redirect",
        308 => "308 Permanent Redirect",
        400 => "400 Bad Request",
        401 => "401 Authorization Required",
        402 => "402 Payment Required",
        403 => "403 Forbidden",
        404 => "404 Not Found",
        405 => "405 Not Allowed",
        406 => "406 Not Acceptable",
        407 => "407 Proxy Authentication Required",
        408 => "408 Request Time-out",
        409 => "409 Conflict",
        410 => "410 Gone",
        411 => "411 Length Required",
        412 => "412 Precondition Failed",
        413 => "413 Request Entity Too Large",
        414 => "414 Request-URI Too Large",
        415 => "415 Unsupported Media Type",
        416 => "416 Requested Range Not Satisfiable",
        421 => "421 Misdirected Request",
        429 => "429 Too Many Requests",
        494 => "400 Request Header Or Cookie Too Large",
        495 => "400 The SSL certificate error",
        496 => "400 No required SSL certificate was sent",
        497 => "400 The plain HTTP request was sent to HTTPS port",
        498 => "404 Not Found",
        500 => "500 Internal Server Error",
        501 => "501 Not Implemented",
        502 => "502 Bad Gateway",
        503 => "503 Service Temporarily Unavailable",
        504 => "504 Gateway Time-out",
        505 => "505 HTTP Version Not Supported",
        507 => "507 Insufficient Storage",
        _ => null,
    };

    // nginx's own codes are answered with 400; the page says which kind of 400 it is.
    private static string? DetailOf(int status) => status is >= 494 and <= 497 ? TitleOf(status)![4..] : null;
}
