using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases.Access;

/// <summary>The user name and password of <c>Authorization: Basic …</c> (RFC 7617).</summary>
internal static class BasicCredentials
{
    /// <summary>Reads them into the exchange's memory. The name ends at the first colon; without one there are no credentials.</summary>
    public static bool TryRead(HttpExchange exchange, out ByteSlice user, out ByteSlice password)
    {
        user = password = default;
        if (!exchange.RequestHeaders.TryGet(KnownHeader.Authorization, out ByteSlice field)) return false;
        ReadOnlySpan<byte> credentials = field.Span;
        if (credentials.Length < 6 || !Ascii.EqualsIgnoreCase(credentials[..6], "basic "u8)) return false;
        credentials = credentials[6..].TrimStart((byte)' ');
        if (credentials.IsEmpty) return false;
        Span<byte> room = exchange.Arena.Allocate(Base64.GetMaxDecodedFromUtf8Length(credentials.Length) + 3, out ByteSlice decoded);
        int length = DecodeBase64(credentials, room);
        int colon = length < 0 ? -1 : decoded.Span[..length].IndexOf((byte)':');
        if (colon <= 0) return false;
        user = decoded.Slice(0, colon);
        password = decoded.Slice(colon + 1, length - colon - 1);
        return true;
    }

    // nginx takes it with and without padding, and stops at the first '='.
    private static int DecodeBase64(ReadOnlySpan<byte> text, Span<byte> room)
    {
        int padding = text.IndexOf((byte)'=');
        if (padding >= 0) text = text[..padding];
        int whole = text.Length / 4 * 4;
        if (text.Length - whole == 1) return -1;
        if (Base64.DecodeFromUtf8(text[..whole], room, out _, out int length) != OperationStatus.Done) return -1;
        if (text.Length == whole) return length;
        Span<byte> padded = [(byte)'=', (byte)'=', (byte)'=', (byte)'='];
        text[whole..].CopyTo(padded);
        return Base64.DecodeFromUtf8(padded, room[length..], out _, out int rest) == OperationStatus.Done ? length + rest : -1;
    }
}
