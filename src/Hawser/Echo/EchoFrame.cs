using System.Buffers.Binary;

namespace Hawser.Echo;

/// <summary>Opcodes of RFC 6455 §5.2.</summary>
public enum EchoOpcode : byte
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// <summary>
/// A frame header (RFC 6455 §5.2):
/// <code>
///  F R R R opcode  M length(7)   [16 or 64 bits of length]   [32 bits of mask]
/// </code>
/// </summary>
public readonly record struct EchoFrame(bool Final, EchoOpcode Opcode, long Length, uint Mask)
{
    /// <summary>The longest header: two bytes, a 64-bit length and a mask.</summary>
    public const int MaxHeaderLength = 14;

    /// <summary>What a control frame may carry at most (RFC 6455 §5.5).</summary>
    public const int MaxControlLength = 125;

    /// <summary>Close, ping or pong.</summary>
    public bool IsControl => Opcode >= EchoOpcode.Close;

    /// <summary>Reads a client's header.</summary>
    /// <returns>Its length in bytes; 0 when <paramref name="bytes"/> holds only a part of it.</returns>
    /// <exception cref="EchoProtocolException">The header breaks RFC 6455.</exception>
    public static int Read(ReadOnlySpan<byte> bytes, out EchoFrame frame)
    {
        frame = default;
        if (bytes.Length < 2)
            return 0;

        if ((bytes[0] & 0x70) != 0)
            throw new EchoProtocolException("a reserved bit is set");
        if ((bytes[1] & 0x80) == 0)
            throw new EchoProtocolException("a frame of a client must be masked");

        var opcode = (EchoOpcode)(bytes[0] & 0x0f);
        if (!Enum.IsDefined(opcode))
            throw new EchoProtocolException("unknown opcode");

        var shortLength = bytes[1] & 0x7f;
        var lengthBytes = shortLength switch { 126 => 2, 127 => 8, _ => 0 };
        var headerLength = 2 + lengthBytes + 4;
        if (bytes.Length < headerLength)
            return 0;

        var length = lengthBytes switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            8 => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
            _ => shortLength,
        };
        if (length < 0)
            throw new EchoProtocolException("a length of 2^63 or more");

        frame = new EchoFrame((bytes[0] & 0x80) != 0, opcode, length, BinaryPrimitives.ReadUInt32LittleEndian(bytes[(headerLength - 4)..]));
        if (frame.IsControl && (!frame.Final || length > MaxControlLength))
            throw new EchoProtocolException("a control frame is fragmented or longer than 125 bytes");

        return headerLength;
    }

    /// <summary>Writes this frame's header as a server does, without a mask.</summary>
    /// <returns>Its length in bytes, at most 10.</returns>
    public int Write(Span<byte> target)
    {
        target[0] = (byte)((Final ? 0x80 : 0) | (int)Opcode);
        switch (Length)
        {
            case < 126:
                target[1] = (byte)Length;
                return 2;
            case <= ushort.MaxValue:
                target[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)Length);
                return 4;
            default:
                target[1] = 127;
                BinaryPrimitives.WriteInt64BigEndian(target[2..], Length);
                return 10;
        }
    }

    /// <summary>Removes the mask from a part of the payload that starts <paramref name="offset"/> bytes into it.</summary>
    public static void Unmask(Span<byte> payload, uint mask, long offset)
    {
        Span<byte> key = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(key, mask);
        for (var i = 0; i < payload.Length; i++)
            payload[i] ^= key[(int)(offset + i & 3)];
    }
}

/// <summary>The client broke the protocol; <see cref="CloseCode"/> goes into the close frame.</summary>
public sealed class EchoProtocolException(string message, ushort closeCode = 1002) : Exception(message)
{
    /// <summary>1002 (protocol error) or 1007 (text that is not UTF-8).</summary>
    public ushort CloseCode { get; } = closeCode;
}
