namespace Hawser.Protocols.WebSocket;

/// <summary>What an HTTP request is, seen as a WebSocket opening handshake (RFC 6455 §4.2.1).</summary>
public enum HandshakeVerdict : byte
{
    /// <summary>
    /// An ordinary request: its Upgrade field does not name "websocket". Whether it carries a Connection token "Upgrade", a
    /// key or a version makes no difference, because without that name nobody asked for a WebSocket.
    /// </summary>
    NotAHandshake,

    /// <summary>A handshake that every WebSocket server must accept.</summary>
    Valid,

    // From here on: Upgrade names "websocket", so a WebSocket is wanted, and this is what is wrong. The first that applies.
    BadMethod,
    BadHttpVersion,
    MissingConnectionUpgrade,
    MissingVersion,
    DuplicateVersion,
    UnsupportedVersion,
    MissingKey,
    DuplicateKey,
    BadKey,
}

/// <summary>What a <see cref="HandshakeVerdict"/> means to the client.</summary>
public static class HandshakeVerdicts
{
    /// <summary>Whether a WebSocket was asked for in the wrong way, so that the request must be refused.</summary>
    public static bool IsRefused(this HandshakeVerdict verdict) => verdict > HandshakeVerdict.Valid;

    /// <summary>
    /// The status of the answer: 101 if valid, 426 (with <c>Sec-WebSocket-Version: 13</c>, RFC 6455 §4.4) for a version that
    /// is not 13, 400 for everything else that is wrong, 0 if the request is no handshake.
    /// </summary>
    public static int StatusCode(this HandshakeVerdict verdict) => verdict switch
    {
        HandshakeVerdict.NotAHandshake => 0,
        HandshakeVerdict.Valid => 101,
        HandshakeVerdict.UnsupportedVersion => 426,
        _ => 400,
    };

    /// <summary>One sentence for the body of the answer; empty if nothing is wrong.</summary>
    public static ReadOnlySpan<byte> Explanation(this HandshakeVerdict verdict) => verdict switch
    {
        HandshakeVerdict.BadMethod =>
            "A WebSocket handshake must be a GET request (RFC 6455, section 4.2.1).\n"u8,
        HandshakeVerdict.BadHttpVersion =>
            "A WebSocket handshake needs HTTP/1.1; if a proxy stands in front, it must speak HTTP/1.1 to this server (nginx: proxy_http_version 1.1).\n"u8,
        HandshakeVerdict.MissingConnectionUpgrade =>
            "The handshake has \"Upgrade: websocket\" but no \"Connection: Upgrade\"; a proxy in front may have removed it (nginx: proxy_set_header Connection \"upgrade\").\n"u8,
        HandshakeVerdict.MissingVersion =>
            "The handshake has no Sec-WebSocket-Version header; it must be 13.\n"u8,
        HandshakeVerdict.DuplicateVersion =>
            "The handshake has more than one Sec-WebSocket-Version header.\n"u8,
        HandshakeVerdict.UnsupportedVersion =>
            "The handshake asks for a version of the WebSocket protocol other than 13 (RFC 6455).\n"u8,
        HandshakeVerdict.MissingKey =>
            "The handshake has no Sec-WebSocket-Key header.\n"u8,
        HandshakeVerdict.DuplicateKey =>
            "The handshake has more than one Sec-WebSocket-Key header.\n"u8,
        HandshakeVerdict.BadKey =>
            "The Sec-WebSocket-Key header must be 16 random bytes in base64: 22 characters and \"==\".\n"u8,
        _ => default,
    };
}
