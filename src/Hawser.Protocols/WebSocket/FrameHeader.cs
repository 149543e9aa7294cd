using System.Buffers.Binary;

namespace Hawser.Protocols.WebSocket;

/// <summary>Why a frame header is not one.</summary>
public enum FrameError : byte
{
    None,

    /// <summary>An opcode that RFC 6455 leaves reserved.</summary>
    ReservedOpcode,

    /// <summary>A close, ping or pong without FIN.</summary>
    FragmentedControl,

    /// <summary>A close, ping or pong with more than 125 bytes of payload.</summary>
    OversizedControl,

    /// <summary>A length in more bytes than it needs.</summary>
    NonMinimalLength,

    /// <summary>A 64-bit length with its highest bit set.</summary>
    LengthOutOfRange,

    // From here on: what a header alone does not show. FrameTracker judges it.

    /// <summary>A reserved bit that no negotiated extension gives a meaning to.</summary>
    ReservedBits,

    /// <summary>A frame of a client that is not masked (§5.1).</summary>
    MissingMask,

    /// <summary>A frame of a server that is masked (§5.1).</summary>
    UnexpectedMask,

    /// <summary>A continuation frame while no message is under way.</summary>
    UnexpectedContinuation,

    /// <summary>A text or binary frame in the middle of another message's fragments.</summary>
    InterleavedMessage,
}

/// <summary>What a <see cref="FrameError"/> is called in a log.</summary>
public static class FrameErrors
{
    public static string LogText(this FrameError error) => error switch
    {
        FrameError.ReservedOpcode => "a reserved opcode",
        FrameError.FragmentedControl => "a fragmented control frame",
        FrameError.OversizedControl => "a control frame with more than 125 bytes",
        FrameError.NonMinimalLength => "a length in more bytes than it needs",
        FrameError.LengthOutOfRange => "a length with its highest bit set",
        FrameError.ReservedBits => "a reserved bit that no negotiated extension uses",
        FrameError.MissingMask => "a frame without a mask",
        FrameError.UnexpectedMask => "a masked frame",
        FrameError.UnexpectedContinuation => "a continuation frame without a message to continue",
        FrameError.InterleavedMessage => "a new message within a fragmented one",
        _ => "no error",
    };
}

/// <summary>The header of a WebSocket frame (RFC 6455 §5.2), 2 to 14 bytes.</summary>
/// <remarks>
/// <code>
///  0               1               2               3
///  7 6 5 4 3 2 1 0 7 6 5 4 3 2 1 0
/// +-+-+-+-+-------+-+-------------+-------------------------------+
/// |F|R|R|R| opcode|M| length      | extended length, if 126 or 127|
/// |I|S|S|S|  (4)  |A|     (7)     |            (16/64)            |
/// |N|V|V|V|       |S|             |                               |
/// | |1|2|3|       |K|             |                               |
/// +-+-+-+-+-------+-+-------------+-------------------------------+
/// | masking key, if MASK is set (32)                              |
/// +---------------------------------------------------------------+
/// </code>
/// </remarks>
/// <param name="Opcode">What the payload is.</param>
/// <param name="IsFinal">FIN: the last frame of a message; always set on control frames.</param>
/// <param name="Reserved">
/// RSV1 to RSV3 in bits 2 to 0 (RSV1 = 4). They have a meaning only if an extension has been agreed on (permessage-deflate
/// uses RSV1), so the caller judges them.
/// </param>
/// <param name="PayloadLength">Bytes of payload.</param>
/// <param name="IsMasked">Frames of clients are masked, those of servers are not (§5.1); the caller judges it.</param>
/// <param name="MaskingKey">The key as <see cref="FrameMask"/> takes it; 0 if not masked.</param>
public readonly record struct FrameHeader(
    FrameOpcode Opcode, bool IsFinal, byte Reserved, long PayloadLength, bool IsMasked, uint MaskingKey)
{
    /// <summary>The longest header.</summary>
    public const int MaxLength = 14;

    /// <summary>The longest payload of a control frame (§5.5).</summary>
    public const int MaxControlPayload = 125;

    private const int Length16 = 126;
    private const int Length64 = 127;

    /// <summary>An unmasked, unfragmented frame, as servers send most.</summary>
    public FrameHeader(FrameOpcode opcode, long payloadLength)
        : this(opcode, IsFinal: true, Reserved: 0, payloadLength, IsMasked: false, MaskingKey: 0)
    {
    }

    /// <summary>Close, ping or pong.</summary>
    public bool IsControl => ((byte)Opcode & 0x8) != 0;

    /// <summary>Bytes of this header on the wire, 2 to <see cref="MaxLength"/>.</summary>
    public int Length => 2 + (PayloadLength < Length16 ? 0 : PayloadLength <= ushort.MaxValue ? 2 : 8) + (IsMasked ? 4 : 0);

    /// <summary>Reads the header at the start of <paramref name="input"/>.</summary>
    /// <param name="input">Bytes from a frame boundary on.</param>
    /// <param name="header">The header, if it is complete and valid.</param>
    /// <param name="error">What is wrong with it, or <see cref="FrameError.None"/>.</param>
    /// <returns>
    /// Its length in bytes; 0 if more bytes are needed or <paramref name="error"/> is set. An error is found as soon as its
    /// bytes are there, whatever follows.
    /// </returns>
    public static int TryRead(ReadOnlySpan<byte> input, out FrameHeader header, out FrameError error)
    {
        header = default;
        error = FrameError.None;
        if (input.Length < 2)
            return 0;

        var opcode = (FrameOpcode)(input[0] & 0x0f);
        var isFinal = (input[0] & 0x80) != 0;
        var isMasked = (input[1] & 0x80) != 0;
        var length7 = input[1] & 0x7f;

        error = JudgeFirstBytes(opcode, isFinal, length7);
        if (error != FrameError.None)
            return 0;

        var lengthBytes = length7 switch { Length16 => 2, Length64 => 8, _ => 0 };
        var total = 2 + lengthBytes + (isMasked ? 4 : 0);
        if (input.Length < 2 + lengthBytes)
            return 0;

        var length = lengthBytes switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(input[2..]),
            8 => BinaryPrimitives.ReadInt64BigEndian(input[2..]),
            _ => length7,
        };
        error = length < 0 ? FrameError.LengthOutOfRange
            : (lengthBytes == 2 && length < Length16) || (lengthBytes == 8 && length <= ushort.MaxValue) ? FrameError.NonMinimalLength
            : FrameError.None;
        if (error != FrameError.None || input.Length < total)
            return 0;

        var key = isMasked ? BinaryPrimitives.ReadUInt32LittleEndian(input[(total - 4)..]) : 0;
        header = new FrameHeader(opcode, isFinal, (byte)((input[0] >> 4) & 7), length, isMasked, key);
        return total;
    }

    /// <summary>Writes the header.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    /// <returns><see cref="Length"/>.</returns>
    public int Write(Span<byte> destination)
    {
        destination[0] = (byte)((IsFinal ? 0x80 : 0) | (Reserved << 4) | (byte)Opcode);
        var mask = IsMasked ? 0x80 : 0;
        int length;
        if (PayloadLength < Length16)
        {
            destination[1] = (byte)(mask | (int)PayloadLength);
            length = 2;
        }
        else if (PayloadLength <= ushort.MaxValue)
        {
            destination[1] = (byte)(mask | Length16);
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)PayloadLength);
            length = 4;
        }
        else
        {
            destination[1] = (byte)(mask | Length64);
            BinaryPrimitives.WriteInt64BigEndian(destination[2..], PayloadLength);
            length = 10;
        }

        if (!IsMasked)
            return length;

        BinaryPrimitives.WriteUInt32LittleEndian(destination[length..], MaskingKey);
        return length + 4;
    }

    private static FrameError JudgeFirstBytes(FrameOpcode opcode, bool isFinal, int length7)
    {
        switch (opcode)
        {
            case FrameOpcode.Continuation or FrameOpcode.Text or FrameOpcode.Binary:
                return FrameError.None;

            case FrameOpcode.Close or FrameOpcode.Ping or FrameOpcode.Pong:
                return !isFinal ? FrameError.FragmentedControl
                    : length7 > MaxControlPayload ? FrameError.OversizedControl
                    : FrameError.None;

            default:
                return FrameError.ReservedOpcode;
        }
    }
}
