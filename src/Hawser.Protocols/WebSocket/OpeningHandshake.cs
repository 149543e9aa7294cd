using System.Buffers;
using System.Buffers.Text;
using Hawser.Protocols.Http1;

namespace Hawser.Protocols.WebSocket;

/// <summary>
/// The opening handshake of RFC 6455 as a server or gateway sees it: is this request one, is it right, and what must
/// Sec-WebSocket-Accept be. Nothing here allocates.
/// </summary>
public readonly record struct OpeningHandshake
{
    /// <summary>Length of a Sec-WebSocket-Key: 16 bytes in base64.</summary>
    public const int KeyLength = 24;

    /// <summary>Length of a Sec-WebSocket-Accept: a SHA-1 digest in base64.</summary>
    public const int AcceptLength = 28;

    private static readonly SearchValues<byte> Base64Bytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    /// <summary>Appended to the key before it is hashed (RFC 6455 §1.3).</summary>
    private static ReadOnlySpan<byte> AcceptSuffix => "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8;

    public HandshakeVerdict Verdict { get; private init; }

    /// <summary>The key's bytes in the message; meaningful if the verdict is Valid.</summary>
    public ByteRange Key { get; private init; }

    /// <summary>
    /// The request is no handshake, but it carries both Sec-WebSocket-Key and Sec-WebSocket-Version: almost certainly one
    /// whose Upgrade field a proxy in front has removed as hop-by-hop. It has to be served as the plain request it now is;
    /// worth a line in the log.
    /// </summary>
    public bool LooksStripped { get; private init; }

    /// <summary>Examines a complete request head.</summary>
    /// <param name="head">The parser, after <see cref="HeadStatus.Complete"/>.</param>
    /// <param name="message">The span it was fed with.</param>
    public static OpeningHandshake Examine(RequestHeadParser head, ReadOnlySpan<byte> message)
    {
        if (!head.Has(KnownHeader.Upgrade) || !AnyListContains(head, message, KnownHeader.Upgrade, "websocket"u8))
        {
            return new OpeningHandshake
            {
                LooksStripped = head.Has(KnownHeader.SecWebSocketKey) && head.Has(KnownHeader.SecWebSocketVersion),
            };
        }

        var versions = Find(head, KnownHeader.SecWebSocketVersion, out var version);
        var keys = Find(head, KnownHeader.SecWebSocketKey, out var key);

        // What the request is comes first, then what an intermediary may have removed, then what only the client can mend.
        var verdict =
            head.Method != RequestMethod.Get ? HandshakeVerdict.BadMethod
            : !head.IsHttp11 ? HandshakeVerdict.BadHttpVersion
            : !AnyListContains(head, message, KnownHeader.Connection, "upgrade"u8) ? HandshakeVerdict.MissingConnectionUpgrade
            : versions == 0 ? HandshakeVerdict.MissingVersion
            : versions > 1 ? HandshakeVerdict.DuplicateVersion
            : !version.Of(message).SequenceEqual("13"u8) ? HandshakeVerdict.UnsupportedVersion
            : keys == 0 ? HandshakeVerdict.MissingKey
            : keys > 1 ? HandshakeVerdict.DuplicateKey
            : !IsValidKey(key.Of(message)) ? HandshakeVerdict.BadKey
            : HandshakeVerdict.Valid;

        return new OpeningHandshake { Verdict = verdict, Key = key };
    }

    /// <summary>Whether <paramref name="key"/> is base64 of exactly 16 bytes.</summary>
    public static bool IsValidKey(ReadOnlySpan<byte> key)
        => key.Length == KeyLength && key.EndsWith("=="u8) && !key[..^2].ContainsAnyExcept(Base64Bytes);

    /// <summary>
    /// Writes the Sec-WebSocket-Accept that belongs to <paramref name="key"/>: base64(SHA-1(key + GUID)), RFC 6455 §4.2.2.
    /// </summary>
    /// <param name="key">The key as sent, <see cref="KeyLength"/> bytes.</param>
    /// <param name="destination">At least <see cref="AcceptLength"/> bytes.</param>
    /// <returns><see cref="AcceptLength"/>.</returns>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public static int WriteAccept(ReadOnlySpan<byte> key, Span<byte> destination)
    {
        if (key.Length != KeyLength)
            throw new ArgumentException("A Sec-WebSocket-Key has 24 bytes.", nameof(key));

        Span<byte> input = stackalloc byte[KeyLength + 36];
        key.CopyTo(input);
        AcceptSuffix.CopyTo(input[KeyLength..]);

        Span<byte> digest = stackalloc byte[HandshakeDigest.Length];
        HandshakeDigest.Compute(input, digest);
        _ = Base64.EncodeToUtf8(digest, destination, out _, out var written);
        return written;
    }

    /// <summary>Whether an upstream's Sec-WebSocket-Accept answers <paramref name="key"/>.</summary>
    public static bool AcceptMatches(ReadOnlySpan<byte> key, ReadOnlySpan<byte> accept)
    {
        if (key.Length != KeyLength)
            return false;

        Span<byte> expected = stackalloc byte[AcceptLength];
        WriteAccept(key, expected);
        return accept.SequenceEqual(expected);
    }

    /// <summary>A list may be spread over several fields of the same name (RFC 9110 §5.3).</summary>
    private static bool AnyListContains(
        RequestHeadParser head, ReadOnlySpan<byte> message, KnownHeader header, ReadOnlySpan<byte> token)
    {
        foreach (ref readonly var field in head.Headers)
        {
            if (field.Known == header && TokenList.Contains(field.Value.Of(message), token))
                return true;
        }

        return false;
    }

    private static int Find(RequestHeadParser head, KnownHeader header, out ByteRange value)
    {
        value = default;
        var count = 0;
        foreach (ref readonly var field in head.Headers)
        {
            if (field.Known != header)
                continue;

            if (count++ == 0)
                value = field.Value;
        }

        return count;
    }
}
