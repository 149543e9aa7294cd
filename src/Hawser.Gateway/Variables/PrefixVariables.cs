using System.Text;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Protocols.Http1;
using Hawser.Protocols.ProxyProtocol;

namespace Hawser.Gateway.Variables;

/// <summary>The families whose names go on with the name of a field, a cookie or an argument.</summary>
internal static class PrefixVariables
{
    public static readonly (string Prefix, Func<string, VariableDefinition> Make)[] All =
    [
        ("http_", static suffix => new(RequestHeader(suffix))),
        ("sent_http_", static suffix => new(SentHeader(suffix))),
        ("sent_trailer_", static suffix => new(SentTrailer(suffix))),
        ("cookie_", static suffix => new(Cookie(suffix))),
        ("arg_", static suffix => new(Argument(suffix)) { IsVolatile = true }),
        ("upstream_http_", static suffix => new(UpstreamHeader(suffix)) { IsVolatile = true }),
        ("upstream_trailer_", static suffix => new(UpstreamTrailer(suffix)) { IsVolatile = true }),
        ("upstream_cookie_", static suffix => new(UpstreamCookie(suffix)) { IsVolatile = true }),
        ("proxy_protocol_tlv_", static suffix => new(ProxyTlv(suffix))),
    ];

    private static VariableGetter ProxyTlv(string suffix)
    {
        ProxyTlvName? name = ProxyTlvName.Parse(suffix);
        return exchange =>
        {
            if (exchange.Connection.ProxyProtocol is not { } header) return VariableValue.NotFound;
            if (name is null)
            {
                exchange.LogError(LogLevel.Error, $"unknown PROXY protocol TLV \"{suffix}\"");
                return VariableValue.NotFound;
            }
            TlvLookup found = name.Find(header, out ReadOnlySpan<byte> value);
            if (found == TlvLookup.Broken) exchange.LogError(LogLevel.Error, "broken PROXY protocol TLV");
            return found == TlvLookup.Found ? exchange.Arena.Copy(value) : VariableValue.NotFound;
        };
    }

    private static VariableGetter RequestHeader(string suffix)
    {
        byte[] name = Encoding.Latin1.GetBytes(suffix);
        byte separator = suffix == "cookie" ? (byte)';' : (byte)',';
        return exchange => HeaderReader.Find(exchange.RequestHeaders, name, exchange.Arena, separator);
    }

    private static VariableGetter SentHeader(string suffix)
    {
        byte[] name = Encoding.Latin1.GetBytes(suffix);
        return exchange => HeaderReader.Find(exchange.Response.Head.Headers, name, exchange.Arena);
    }

    private static VariableGetter SentTrailer(string suffix)
    {
        byte[] name = Encoding.Latin1.GetBytes(suffix);
        return exchange => HeaderReader.Find(exchange.Response.Head.Trailers, name, exchange.Arena);
    }

    private static VariableGetter UpstreamHeader(string suffix)
    {
        byte[] name = Encoding.Latin1.GetBytes(suffix);
        return exchange => HeaderReader.Find(exchange.Upstream.ResponseHeaders, name, exchange.Arena);
    }

    private static VariableGetter UpstreamTrailer(string suffix)
    {
        byte[] name = Encoding.Latin1.GetBytes(suffix);
        return exchange => HeaderReader.Find(exchange.Upstream.ResponseTrailers, name, exchange.Arena);
    }

    private static VariableGetter Argument(string suffix)
    {
        byte[] name = Encoding.Latin1.GetBytes(suffix);
        return exchange => QueryReader.TryFind(exchange.Args.Span, name, out ByteRange range)
            ? exchange.Args.Slice(range.Start, range.Length)
            : VariableValue.NotFound;
    }

    private static VariableGetter Cookie(string suffix)
    {
        byte[] name = Encoding.Latin1.GetBytes(suffix);
        return exchange =>
        {
            foreach (ref readonly Header field in exchange.RequestHeaders.Fields)
            {
                if (field.Known == KnownHeader.Cookie && CookieReader.TryFind(field.Value.Span, name, out ByteRange range))
                {
                    return field.Value.Slice(range.Start, range.Length);
                }
            }
            return VariableValue.NotFound;
        };
    }

    private static VariableGetter UpstreamCookie(string suffix)
    {
        byte[] name = Encoding.Latin1.GetBytes(suffix);
        return exchange =>
        {
            foreach (ref readonly Header field in exchange.Upstream.ResponseHeaders.Fields)
            {
                if (field.Known == KnownHeader.SetCookie && CookieReader.TryFindInSetCookie(field.Value.Span, name, out ByteRange range))
                {
                    return field.Value.Slice(range.Start, range.Length);
                }
            }
            return VariableValue.NotFound;
        };
    }
}
