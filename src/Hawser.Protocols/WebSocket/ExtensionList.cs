using Hawser.Protocols.Http1;

namespace Hawser.Protocols.WebSocket;

/// <summary>What a server's <c>Sec-WebSocket-Extensions</c> means to somebody who only follows the frames (RFC 6455 §9.1).</summary>
public static class ExtensionList
{
    /// <summary>No bits are judged: the extension is not known.</summary>
    public const byte AnyReserved = 7;

    private const byte Rsv1 = 4;

    /// <summary>The reserved bits that the extensions in a field use, for <see cref="FrameTracker"/>; 0 for an empty field.</summary>
    public static byte ReservedBits(ReadOnlySpan<byte> value)
    {
        byte bits = 0;
        while (!value.IsEmpty)
        {
            int comma = value.IndexOf((byte)',');
            ReadOnlySpan<byte> extension = comma < 0 ? value : value[..comma];
            value = comma < 0 ? default : value[(comma + 1)..];
            int semicolon = extension.IndexOf((byte)';');
            ReadOnlySpan<byte> name = (semicolon < 0 ? extension : extension[..semicolon]).Trim(" \t"u8);
            if (name.IsEmpty) continue;
            bits |= AsciiText.EqualsIgnoreCase(name, "permessage-deflate"u8) ? Rsv1 : AnyReserved;
        }
        return bits;
    }
}
