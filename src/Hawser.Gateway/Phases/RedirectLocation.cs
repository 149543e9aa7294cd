using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary>The Location field of redirects that the gateway itself makes.</summary>
public static class RedirectLocation
{
    private static readonly ByteSlice s_name = ByteSlice.FromLatin1("Location");

    /// <summary>
    /// Sets the field, in place of one that stands there. A path gets scheme, host and port in front of it, as <c>absolute_redirect</c>,
    /// <c>server_name_in_redirect</c> and <c>port_in_redirect</c> say.
    /// </summary>
    /// <param name="value">A path, escaped already, or a URL, which is sent as it is.</param>
    public static void Set(HttpExchange exchange, ByteSlice value)
    {
        HeaderList headers = exchange.Response.Head.Headers;
        headers.RemoveAll(KnownHeader.Location);
        headers.Add(s_name, IsPath(value) && exchange.Location.Core.AbsoluteRedirect ? MakeAbsolute(exchange, value) : value, KnownHeader.Location);
    }

    /// <summary>The value a redirect to <paramref name="path"/> has: with scheme, host and port in front where <c>absolute_redirect</c> is on.</summary>
    public static ByteSlice Absolute(HttpExchange exchange, ByteSlice path) => exchange.Location.Core.AbsoluteRedirect ? MakeAbsolute(exchange, path) : path;

    private static bool IsPath(ByteSlice value) => value.Length > 0 && value[0] == '/';

    private static ByteSlice MakeAbsolute(HttpExchange exchange, ByteSlice path)
    {
        CoreModel core = exchange.Location.Core;
        ByteSlice host = core.ServerNameInRedirect ? exchange.Server.Name
            : !exchange.Host.IsEmpty ? exchange.Host
            : ByteSlice.FromLatin1(HostOf(exchange.Connection.LocalEndpoint));
        int port = exchange.Connection.LocalEndpoint.Port;
        bool showPort = core.PortInRedirect && port != 0 && port != 80;
        Span<byte> digits = stackalloc byte[6];
        int digitCount = 0;
        if (showPort)
        {
            digits[0] = (byte)':';
            System.Buffers.Text.Utf8Formatter.TryFormat(port, digits[1..], out digitCount);
            digitCount++;
        }
        Span<byte> room = exchange.Arena.Allocate("http://"u8.Length + host.Length + digitCount + path.Length, out ByteSlice result);
        "http://"u8.CopyTo(room);
        room = room[7..];
        host.Span.CopyTo(room);
        room = room[host.Length..];
        digits[..digitCount].CopyTo(room);
        path.Span.CopyTo(room[digitCount..]);
        return result;
    }

    private static string HostOf(IO.Sockets.SocketEndpoint local) => local.IsIPv6 ? $"[{local.AddressText}]" : local.AddressText;
}
