using System.Buffers.Text;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Variables;

/// <summary>The answer: its status, and the fields that are computed rather than kept among the others.</summary>
internal static class ResponseVariables
{
    private static readonly ByteSlice s_upgrade = new("upgrade"u8.ToArray());
    private static readonly ByteSlice s_keepAlive = new("keep-alive"u8.ToArray());
    private static readonly ByteSlice s_close = new("close"u8.ToArray());
    private static readonly ByteSlice s_chunked = new("chunked"u8.ToArray());

    public static void AddTo(VariableFamily family)
    {
        family.AddVolatile("status", Status);
        family.Add("sent_http_content_type", static e => ValueText.Present(e.Response.Head.ContentType));
        family.Add("sent_http_content_length", ContentLength);
        family.Add("sent_http_location", static e => Field(e, KnownHeader.Location));
        family.Add("sent_http_last_modified", LastModified);
        family.Add("sent_http_connection", static e => e.Response.Head.Status == 101 ? s_upgrade : e.KeepAlive ? s_keepAlive : s_close);
        family.Add("sent_http_keep_alive", KeepAlive);
        family.Add("sent_http_transfer_encoding", static e => e.Response.IsChunked ? s_chunked : VariableValue.NotFound);
        family.Add("sent_http_cache_control", static e => Field(e, KnownHeader.CacheControl));
        family.AddVolatile("gzip_ratio", GzipRatio);
        family.Add("sent_http_link", static e => Field(e, KnownHeader.Link));
    }

    // What an error page must answer with comes before what its content said; 009 is nginx's status of an HTTP/0.9 request without one.
    private static VariableValue Status(HttpExchange exchange)
    {
        int status = exchange.ErrorStatus != 0 ? exchange.ErrorStatus : exchange.Response.Head.Status;
        if (status == 0 && exchange.Version == 9) status = 9;
        Span<byte> text = exchange.Arena.Allocate(3, out ByteSlice value);
        text[0] = (byte)('0' + status / 100 % 10);
        text[1] = (byte)('0' + status / 10 % 10);
        text[2] = (byte)('0' + status % 10);
        return value;
    }

    private static VariableValue Field(HttpExchange exchange, KnownHeader known) =>
        HeaderReader.Find(exchange.Response.Head.Headers, known, exchange.Arena);

    private static VariableValue ContentLength(HttpExchange exchange)
    {
        long length = exchange.Response.Head.ContentLength;
        return length < 0 ? VariableValue.NotFound : ValueText.Number(exchange, length);
    }

    private static VariableValue LastModified(HttpExchange exchange)
    {
        if (exchange.Response.Head.Headers.TryGet(KnownHeader.LastModified, out ByteSlice field)) return field;
        long time = exchange.Response.Head.LastModified;
        if (time < 0) return VariableValue.NotFound;
        HttpDate.Format(exchange.Arena.Allocate(HttpDate.Length, out ByteSlice text), time);
        return text;
    }

    private static VariableValue GzipRatio(HttpExchange exchange)
    {
        (long from, long to) = exchange.Response.Compression;
        if (to == 0) return VariableValue.NotFound;
        long hundredths = (from * 1000 / to + 5) / 10;
        Span<byte> text = exchange.Arena.Allocate(24, out ByteSlice room);
        Utf8Formatter.TryFormat(hundredths / 100, text, out int length);
        text[length] = (byte)'.';
        Utf8Formatter.TryFormat(hundredths % 100, text[(length + 1)..], out int digits, new('D', 2));
        return room.Slice(0, length + 1 + digits);
    }

    private static VariableValue KeepAlive(HttpExchange exchange)
    {
        long seconds = exchange.Location.Core.KeepAliveHeader;
        if (!exchange.KeepAlive || seconds == 0) return VariableValue.NotFound;
        return exchange.Arena.Concat("timeout="u8, exchange.Arena.Format(seconds).Span);
    }
}
