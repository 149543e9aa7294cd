using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary>The Location field of redirects that the gateway itself makes.</summary>
public static class RedirectLocation
{
    private static readonly ByteSlice s_name = ByteSlice.FromLatin1("Location");

    /// <summary>Sets the field, in place of one that stands there.</summary>
    /// <param name="value">A path, escaped already, or a URL, which is sent as it is.</param>
    public static void Set(HttpExchange exchange, ByteSlice value)
    {
        ResponseHead head = exchange.Response.Head;
        head.Headers.RemoveAll(KnownHeader.Location);
        head.Headers.Add(s_name, value, KnownHeader.Location);
        head.IsOwnRedirect = true;
    }

    /// <summary>
    /// Puts scheme, host and port in front of a path, as <c>absolute_redirect</c>, <c>server_name_in_redirect</c> and
    /// <c>port_in_redirect</c> of the location that answers say.
    /// </summary>
    internal static void Complete(HttpExchange exchange)
    {
        ResponseHead head = exchange.Response.Head;
        if (!head.IsOwnRedirect || !exchange.Location.Core.AbsoluteRedirect) return;
        for (int i = 0; i < head.Headers.Count; i++)
        {
            ref readonly Header field = ref head.Headers.Fields[i];
            if (field.Known != KnownHeader.Location) continue;
            if (IsPath(field.Value))
            {
                head.Headers.SetValue(i, MakeAbsolute(exchange, field.Value));
                head.IsLocationCompleted = true;
            }
            return;
        }
    }

    private static bool IsPath(ByteSlice value) => value.Length > 0 && value[0] == '/';

    private static ByteSlice MakeAbsolute(HttpExchange exchange, ByteSlice path)
    {
        CoreModel core = exchange.Location.Core;
        ByteSlice host = core.ServerNameInRedirect ? exchange.Server.Name
            : !exchange.Host.IsEmpty ? exchange.Host
            : ByteSlice.FromLatin1(HostOf(exchange.Connection.LocalEndpoint));
        int port = exchange.Connection.LocalEndpoint.Port;
        bool encrypted = exchange.Connection.IsEncrypted;
        ReadOnlySpan<byte> scheme = encrypted ? "https://"u8 : "http://"u8;
        bool showPort = core.PortInRedirect && port != 0 && port != (encrypted ? 443 : 80);
        Span<byte> digits = stackalloc byte[6];
        int digitCount = 0;
        if (showPort)
        {
            digits[0] = (byte)':';
            System.Buffers.Text.Utf8Formatter.TryFormat(port, digits[1..], out digitCount);
            digitCount++;
        }
        Span<byte> room = exchange.Arena.Allocate(scheme.Length + host.Length + digitCount + path.Length, out ByteSlice result);
        scheme.CopyTo(room);
        room = room[scheme.Length..];
        host.Span.CopyTo(room);
        room = room[host.Length..];
        digits[..digitCount].CopyTo(room);
        path.Span.CopyTo(room[digitCount..]);
        return result;
    }

    private static string HostOf(IO.Sockets.SocketEndpoint local) => local.IsIPv6 ? $"[{local.AddressText}]" : local.AddressText;
}
