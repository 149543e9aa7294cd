using System.Runtime.InteropServices;

namespace Hawser.Protocols.Http1;

/// <summary>Recognizes header names by length and content, whatever their case, and spells them.</summary>
public static class KnownHeaders
{
    /// <summary>
    /// The header called <paramref name="name"/>, in any case; <see cref="KnownHeader.Unknown"/> if it is none of them.
    /// </summary>
    /// <param name="name">A header name without control characters (a parser has refused those already).</param>
    public static KnownHeader Find(ReadOnlySpan<byte> name)
    {
        // Within a length the names seen most often come first; a wrong candidate costs one 8-byte comparison.
        switch (name.Length)
        {
            case 2:
                return Same(name, "te"u8) ? KnownHeader.TE
                    : KnownHeader.Unknown;
            case 3:
                return Same(name, "via"u8) ? KnownHeader.Via
                    : Same(name, "age"u8) ? KnownHeader.Age
                    : KnownHeader.Unknown;
            case 4:
                return Same(name, "host"u8) ? KnownHeader.Host
                    : Same(name, "date"u8) ? KnownHeader.Date
                    : Same(name, "etag"u8) ? KnownHeader.ETag
                    : Same(name, "vary"u8) ? KnownHeader.Vary
                    : Same(name, "link"u8) ? KnownHeader.Link
                    : KnownHeader.Unknown;
            case 5:
                return Same(name, "range"u8) ? KnownHeader.Range
                    : Same(name, "x-pad"u8) ? KnownHeader.XPad
                    : Same(name, "allow"u8) ? KnownHeader.Allow
                    : Same(name, "depth"u8) ? KnownHeader.Depth
                    : KnownHeader.Unknown;
            case 6:
                return Same(name, "expect"u8) ? KnownHeader.Expect
                    : Same(name, "cookie"u8) ? KnownHeader.Cookie
                    : Same(name, "origin"u8) ? KnownHeader.Origin
                    : Same(name, "accept"u8) ? KnownHeader.Accept
                    : Same(name, "server"u8) ? KnownHeader.Server
                    : Same(name, "pragma"u8) ? KnownHeader.Pragma
                    : Same(name, "status"u8) ? KnownHeader.Status
                    : KnownHeader.Unknown;
            case 7:
                return Same(name, "upgrade"u8) ? KnownHeader.Upgrade
                    : Same(name, "referer"u8) ? KnownHeader.Referer
                    : Same(name, "trailer"u8) ? KnownHeader.Trailer
                    : Same(name, "refresh"u8) ? KnownHeader.Refresh
                    : Same(name, "expires"u8) ? KnownHeader.Expires
                    : Same(name, "alt-svc"u8) ? KnownHeader.AltSvc
                    : KnownHeader.Unknown;
            case 8:
                return Same(name, "if-range"u8) ? KnownHeader.IfRange
                    : Same(name, "if-match"u8) ? KnownHeader.IfMatch
                    : Same(name, "location"u8) ? KnownHeader.Location
                    : KnownHeader.Unknown;
            case 9:
                return Same(name, "forwarded"u8) ? KnownHeader.Forwarded
                    : Same(name, "x-real-ip"u8) ? KnownHeader.XRealIp
                    : Same(name, "overwrite"u8) ? KnownHeader.Overwrite
                    : KnownHeader.Unknown;
            case 10:
                return Same(name, "connection"u8) ? KnownHeader.Connection
                    : Same(name, "user-agent"u8) ? KnownHeader.UserAgent
                    : Same(name, "keep-alive"u8) ? KnownHeader.KeepAlive
                    : Same(name, "set-cookie"u8) ? KnownHeader.SetCookie
                    : Same(name, "early-data"u8) ? KnownHeader.EarlyData
                    : KnownHeader.Unknown;
            case 11:
                return Same(name, "retry-after"u8) ? KnownHeader.RetryAfter
                    : Same(name, "destination"u8) ? KnownHeader.Destination
                    : KnownHeader.Unknown;
            case 12:
                return Same(name, "x-request-id"u8) ? KnownHeader.XRequestId
                    : Same(name, "content-type"u8) ? KnownHeader.ContentType
                    : Same(name, "x-powered-by"u8) ? KnownHeader.XPoweredBy
                    : Same(name, "max-forwards"u8) ? KnownHeader.MaxForwards
                    : KnownHeader.Unknown;
            case 13:
                return Same(name, "if-none-match"u8) ? KnownHeader.IfNoneMatch
                    : Same(name, "authorization"u8) ? KnownHeader.Authorization
                    : Same(name, "accept-ranges"u8) ? KnownHeader.AcceptRanges
                    : Same(name, "content-range"u8) ? KnownHeader.ContentRange
                    : Same(name, "last-modified"u8) ? KnownHeader.LastModified
                    : Same(name, "cache-control"u8) ? KnownHeader.CacheControl
                    : KnownHeader.Unknown;
            case 14:
                return Same(name, "content-length"u8) ? KnownHeader.ContentLength
                    : Same(name, "accept-charset"u8) ? KnownHeader.AcceptCharset
                    : Same(name, "http2-settings"u8) ? KnownHeader.Http2Settings
                    : KnownHeader.Unknown;
            case 15:
                return Same(name, "accept-encoding"u8) ? KnownHeader.AcceptEncoding
                    : Same(name, "accept-language"u8) ? KnownHeader.AcceptLanguage
                    : Same(name, "x-forwarded-for"u8) ? KnownHeader.XForwardedFor
                    : Same(name, "x-accel-expires"u8) ? KnownHeader.XAccelExpires
                    : Same(name, "x-accel-charset"u8) ? KnownHeader.XAccelCharset
                    : KnownHeader.Unknown;
            case 16:
                return Same(name, "x-forwarded-host"u8) ? KnownHeader.XForwardedHost
                    : Same(name, "x-forwarded-port"u8) ? KnownHeader.XForwardedPort
                    : Same(name, "proxy-connection"u8) ? KnownHeader.ProxyConnection
                    : Same(name, "content-encoding"u8) ? KnownHeader.ContentEncoding
                    : Same(name, "content-language"u8) ? KnownHeader.ContentLanguage
                    : Same(name, "content-location"u8) ? KnownHeader.ContentLocation
                    : Same(name, "x-accel-redirect"u8) ? KnownHeader.XAccelRedirect
                    : Same(name, "www-authenticate"u8) ? KnownHeader.WwwAuthenticate
                    : KnownHeader.Unknown;
            case 17:
                return Same(name, "transfer-encoding"u8) ? KnownHeader.TransferEncoding
                    : Same(name, "if-modified-since"u8) ? KnownHeader.IfModifiedSince
                    : Same(name, "x-forwarded-proto"u8) ? KnownHeader.XForwardedProto
                    : Same(name, "sec-websocket-key"u8) ? KnownHeader.SecWebSocketKey
                    : Same(name, "x-accel-buffering"u8) ? KnownHeader.XAccelBuffering
                    : KnownHeader.Unknown;
            case 18:
                return Same(name, "proxy-authenticate"u8) ? KnownHeader.ProxyAuthenticate
                    : Same(name, "x-accel-limit-rate"u8) ? KnownHeader.XAccelLimitRate
                    : KnownHeader.Unknown;
            case 19:
                return Same(name, "if-unmodified-since"u8) ? KnownHeader.IfUnmodifiedSince
                    : Same(name, "proxy-authorization"u8) ? KnownHeader.ProxyAuthorization
                    : Same(name, "content-disposition"u8) ? KnownHeader.ContentDisposition
                    : KnownHeader.Unknown;
            case 20:
                return Same(name, "sec-websocket-accept"u8) ? KnownHeader.SecWebSocketAccept
                    : KnownHeader.Unknown;
            case 21:
                return Same(name, "sec-websocket-version"u8) ? KnownHeader.SecWebSocketVersion
                    : KnownHeader.Unknown;
            case 22:
                return Same(name, "sec-websocket-protocol"u8) ? KnownHeader.SecWebSocketProtocol
                    : KnownHeader.Unknown;
            case 24:
                return Same(name, "sec-websocket-extensions"u8) ? KnownHeader.SecWebSocketExtensions
                    : KnownHeader.Unknown;
            case 25:
                return Same(name, "strict-transport-security"u8) ? KnownHeader.StrictTransportSecurity
                    : KnownHeader.Unknown;
            default:
                return KnownHeader.Unknown;
        }
    }

    /// <summary>The usual spelling of a known name, as sent on the wire; empty for <see cref="KnownHeader.Unknown"/>.</summary>
    public static ReadOnlySpan<byte> NameOf(KnownHeader header) => header switch
    {
        KnownHeader.Host => "Host"u8,
        KnownHeader.Connection => "Connection"u8,
        KnownHeader.ContentLength => "Content-Length"u8,
        KnownHeader.TransferEncoding => "Transfer-Encoding"u8,
        KnownHeader.Upgrade => "Upgrade"u8,
        KnownHeader.Expect => "Expect"u8,
        KnownHeader.Range => "Range"u8,
        KnownHeader.IfRange => "If-Range"u8,
        KnownHeader.IfMatch => "If-Match"u8,
        KnownHeader.IfNoneMatch => "If-None-Match"u8,
        KnownHeader.IfModifiedSince => "If-Modified-Since"u8,
        KnownHeader.IfUnmodifiedSince => "If-Unmodified-Since"u8,
        KnownHeader.Authorization => "Authorization"u8,
        KnownHeader.Cookie => "Cookie"u8,
        KnownHeader.UserAgent => "User-Agent"u8,
        KnownHeader.Referer => "Referer"u8,
        KnownHeader.Origin => "Origin"u8,
        KnownHeader.Accept => "Accept"u8,
        KnownHeader.AcceptEncoding => "Accept-Encoding"u8,
        KnownHeader.AcceptLanguage => "Accept-Language"u8,
        KnownHeader.AcceptCharset => "Accept-Charset"u8,
        KnownHeader.AcceptRanges => "Accept-Ranges"u8,
        KnownHeader.Via => "Via"u8,
        KnownHeader.Forwarded => "Forwarded"u8,
        KnownHeader.XForwardedFor => "X-Forwarded-For"u8,
        KnownHeader.XForwardedProto => "X-Forwarded-Proto"u8,
        KnownHeader.XForwardedHost => "X-Forwarded-Host"u8,
        KnownHeader.XForwardedPort => "X-Forwarded-Port"u8,
        KnownHeader.XRealIp => "X-Real-IP"u8,
        KnownHeader.XRequestId => "X-Request-ID"u8,
        KnownHeader.KeepAlive => "Keep-Alive"u8,
        KnownHeader.TE => "TE"u8,
        KnownHeader.Trailer => "Trailer"u8,
        KnownHeader.ProxyAuthorization => "Proxy-Authorization"u8,
        KnownHeader.ProxyAuthenticate => "Proxy-Authenticate"u8,
        KnownHeader.ProxyConnection => "Proxy-Connection"u8,
        KnownHeader.SecWebSocketKey => "Sec-WebSocket-Key"u8,
        KnownHeader.SecWebSocketVersion => "Sec-WebSocket-Version"u8,
        KnownHeader.SecWebSocketProtocol => "Sec-WebSocket-Protocol"u8,
        KnownHeader.SecWebSocketExtensions => "Sec-WebSocket-Extensions"u8,
        KnownHeader.SecWebSocketAccept => "Sec-WebSocket-Accept"u8,
        KnownHeader.Date => "Date"u8,
        KnownHeader.Server => "Server"u8,
        KnownHeader.Location => "Location"u8,
        KnownHeader.ContentType => "Content-Type"u8,
        KnownHeader.ContentEncoding => "Content-Encoding"u8,
        KnownHeader.ContentRange => "Content-Range"u8,
        KnownHeader.ContentDisposition => "Content-Disposition"u8,
        KnownHeader.ContentLanguage => "Content-Language"u8,
        KnownHeader.ContentLocation => "Content-Location"u8,
        KnownHeader.LastModified => "Last-Modified"u8,
        KnownHeader.ETag => "ETag"u8,
        KnownHeader.SetCookie => "Set-Cookie"u8,
        KnownHeader.Refresh => "Refresh"u8,
        KnownHeader.XAccelExpires => "X-Accel-Expires"u8,
        KnownHeader.XAccelRedirect => "X-Accel-Redirect"u8,
        KnownHeader.XAccelLimitRate => "X-Accel-Limit-Rate"u8,
        KnownHeader.XAccelBuffering => "X-Accel-Buffering"u8,
        KnownHeader.XAccelCharset => "X-Accel-Charset"u8,
        KnownHeader.XPoweredBy => "X-Powered-By"u8,
        KnownHeader.XPad => "X-Pad"u8,
        KnownHeader.CacheControl => "Cache-Control"u8,
        KnownHeader.Pragma => "Pragma"u8,
        KnownHeader.Expires => "Expires"u8,
        KnownHeader.Vary => "Vary"u8,
        KnownHeader.Age => "Age"u8,
        KnownHeader.WwwAuthenticate => "WWW-Authenticate"u8,
        KnownHeader.Status => "Status"u8,
        KnownHeader.Link => "Link"u8,
        KnownHeader.Allow => "Allow"u8,
        KnownHeader.RetryAfter => "Retry-After"u8,
        KnownHeader.AltSvc => "Alt-Svc"u8,
        KnownHeader.StrictTransportSecurity => "Strict-Transport-Security"u8,
        KnownHeader.Http2Settings => "HTTP2-Settings"u8,
        KnownHeader.MaxForwards => "Max-Forwards"u8,
        KnownHeader.EarlyData => "Early-Data"u8,
        KnownHeader.Depth => "Depth"u8,
        KnownHeader.Destination => "Destination"u8,
        KnownHeader.Overwrite => "Overwrite"u8,
        _ => default,
    };

    /// <summary>
    /// Compares <paramref name="name"/> with a lower-case name of the same length. Setting bit 0x20 folds letters and
    /// leaves digits and '-' as they are; it would also fold CR into '-', which no header name contains.
    /// </summary>
    private static bool Same(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lower)
    {
        const ulong Fold = 0x2020202020202020;

        if (name.Length < sizeof(ulong))
        {
            for (var i = 0; i < lower.Length; i++)
            {
                if ((name[i] | 0x20) != lower[i])
                    return false;
            }

            return true;
        }

        for (var i = 0; i <= lower.Length - sizeof(ulong); i += sizeof(ulong))
        {
            if ((MemoryMarshal.Read<ulong>(name[i..]) | Fold) != MemoryMarshal.Read<ulong>(lower[i..]))
                return false;
        }

        // The last eight bytes may overlap the ones before: cheaper than a loop over the rest.
        return (MemoryMarshal.Read<ulong>(name[^sizeof(ulong)..]) | Fold) == MemoryMarshal.Read<ulong>(lower[^sizeof(ulong)..]);
    }
}
