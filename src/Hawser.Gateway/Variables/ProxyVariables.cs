using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Variables;

/// <summary>The proxy module's own: where the request goes, and what it carries there.</summary>
internal static class ProxyVariables
{
    private static readonly ByteSlice s_chunked = new("chunked"u8.ToArray());

    public static void AddTo(VariableFamily family)
    {
        family.AddVolatile("proxy_host", static e => ValueText.Present(e.Upstream.ProxyHost));
        family.AddVolatile("proxy_port", static e => e.Upstream.ProxyHost.IsEmpty ? VariableValue.NotFound : e.Upstream.ProxyPort);
        family.Add("proxy_add_x_forwarded_for", AddXForwardedFor);
        family.AddVolatile("proxy_internal_body_length", static e => e.Upstream.RequestBodyLength is { } length and >= 0
            ? ValueText.Number(e, length)
            : VariableValue.NotFound);
        family.AddVolatile("proxy_internal_chunked", static e => e.Upstream.RequestBodyLength == -1 ? s_chunked : VariableValue.NotFound);
    }

    private static VariableValue AddXForwardedFor(HttpExchange exchange)
    {
        ByteSlice client = exchange.RemoteAddress;
        VariableValue already = HeaderReader.Find(exchange.RequestHeaders, KnownHeader.XForwardedFor, exchange.Arena);
        if (!already.Found) return client;
        ByteSlice list = already.Value;
        Span<byte> room = exchange.Arena.Allocate(list.Length + 2 + client.Length, out ByteSlice all);
        list.Span.CopyTo(room);
        ", "u8.CopyTo(room[list.Length..]);
        client.Span.CopyTo(room[(list.Length + 2)..]);
        return all;
    }
}
