using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Hawser.Testing;

/// <summary>RFC 6455 opcodes.</summary>
public enum WebSocketOpcode
{
    /// <summary>A further fragment.</summary>
    Continuation = 0,

    /// <summary>UTF-8 text.</summary>
    Text = 1,

    /// <summary>Anything.</summary>
    Binary = 2,

    /// <summary>Closing handshake.</summary>
    Close = 8,

    /// <summary>Ping.</summary>
    Ping = 9,

    /// <summary>Pong.</summary>
    Pong = 10,
}

/// <summary>One frame, unmasked.</summary>
public sealed record WebSocketFrame(WebSocketOpcode Opcode, string Payload, bool IsFinal = true);

/// <summary>
/// WebSocket bytes written and read by the book (RFC 6455), for raw clients and backends. Written apart from the product's own codec,
/// so that a mistake there is not made here too.
/// </summary>
public static class WebSocketBytes
{
    /// <summary>The RFC's example key.</summary>
    public const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>A client's opening handshake.</summary>
    /// <param name="target">Request target.</param>
    /// <param name="headers">Further header lines, without line ends.</param>
    public static string Handshake(string target = "/", params IEnumerable<string> headers) =>
        $"GET {target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + $"Sec-WebSocket-Key: {Key}\r\nSec-WebSocket-Version: 13\r\n"
        + string.Concat(headers.Select(header => header + "\r\n")) + "\r\n";

    /// <summary>The server's answer to a key (section 4.2.2).</summary>
    public static string Accept(string key)
    {
#pragma warning disable CA5350 // The protocol says SHA-1; nothing is kept secret by it.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));
#pragma warning restore CA5350
    }

    /// <summary>A server's answer to a handshake with <see cref="Key"/>.</summary>
    public static string SwitchingProtocols(params IEnumerable<string> headers) =>
        $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {Accept(Key)}\r\n"
        + string.Concat(headers.Select(header => header + "\r\n")) + "\r\n";

    /// <summary>A frame on the wire.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="mask">Masking key; null for the server's side.</param>
    public static string Encode(WebSocketFrame frame, uint? mask = null)
    {
        var payload = Bytes.FromText(frame.Payload);
        var head = new List<byte> { (byte)((frame.IsFinal ? 0x80 : 0) | (int)frame.Opcode) };
        var masked = mask is null ? 0 : 0x80;
        if (payload.Length < 126)
        {
            head.Add((byte)(masked | payload.Length));
        }
        else if (payload.Length < 65536)
        {
            head.Add((byte)(masked | 126));
            head.AddRange([(byte)(payload.Length >> 8), (byte)payload.Length]);
        }
        else
        {
            head.Add((byte)(masked | 127));
            var length = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(length, payload.Length);
            head.AddRange(length);
        }

        if (mask is { } key)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, key);
            head.AddRange(bytes);
            Unmask(payload, bytes);
        }

        return Bytes.ToText([.. head]) + Bytes.ToText(payload);
    }

    /// <summary>Reads one frame from the start of a text; null while it is incomplete.</summary>
    /// <param name="text">Received bytes.</param>
    /// <param name="length">Length of the frame on the wire.</param>
    public static WebSocketFrame? Decode(string text, out int length)
    {
        length = 0;
        if (text.Length < 2)
            return null;
        var size = (long)(text[1] & 0x7F);
        var at = 2;
        var extra = size switch { 126 => 2, 127 => 8, _ => 0 };
        if (extra > 0)
        {
            if (text.Length < at + extra)
                return null;
            size = 0;
            for (var i = 0; i < extra; i++)
                size = (size << 8) | text[at + i];
            at += extra;
        }

        var isMasked = (text[1] & 0x80) != 0;
        var payloadAt = at + (isMasked ? 4 : 0);
        if (text.Length < payloadAt + size)
            return null;
        var payload = Bytes.FromText(text.Substring(payloadAt, (int)size));
        if (isMasked)
            Unmask(payload, Bytes.FromText(text.Substring(at, 4)));
        length = payloadAt + (int)size;
        return new((WebSocketOpcode)(text[0] & 0x0F), Bytes.ToText(payload), (text[0] & 0x80) != 0);
    }

    private static void Unmask(byte[] payload, byte[] key)
    {
        for (var i = 0; i < payload.Length; i++)
            payload[i] ^= key[i & 3];
    }
}
