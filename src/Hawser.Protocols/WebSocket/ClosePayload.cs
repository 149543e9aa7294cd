using System.Buffers.Binary;
using System.Text.Unicode;

namespace Hawser.Protocols.WebSocket;

/// <summary>The payload of a close frame (RFC 6455 §5.5.1): nothing, or a code and a reason in UTF-8.</summary>
/// <param name="Code">The status code; <see cref="NoStatus"/> if the payload is empty.</param>
/// <param name="ReasonLength">Bytes of the reason, which begins at offset 2; at most <see cref="MaxReasonLength"/>.</param>
public readonly record struct ClosePayload(ushort Code, int ReasonLength)
{
    public const ushort Normal = 1000;
    public const ushort GoingAway = 1001;
    public const ushort ProtocolError = 1002;

    /// <summary>Never sent: stands for a close frame without a code (§7.1.5).</summary>
    public const ushort NoStatus = 1005;

    /// <summary>Never sent: stands for a connection that ended without a close frame (§7.1.5).</summary>
    public const ushort Abnormal = 1006;

    public const ushort InvalidPayload = 1007;
    public const ushort PolicyViolation = 1008;
    public const ushort MessageTooBig = 1009;
    public const ushort InternalError = 1011;
    public const ushort ServiceRestart = 1012;

    /// <summary>IANA's registry: a gateway got no valid answer from its upstream, the 502 of WebSockets.</summary>
    public const ushort BadGateway = 1014;

    /// <summary>The longest reason, bytes.</summary>
    public const int MaxReasonLength = FrameHeader.MaxControlPayload - 2;

    /// <summary>Reads an unmasked payload.</summary>
    /// <returns>False: one byte only, a code that may not be sent, or a reason that is not UTF-8 (close with 1002 or 1007).</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ClosePayload close)
    {
        close = new ClosePayload(NoStatus, 0);
        if (payload.IsEmpty)
            return true;

        if (payload.Length < 2)
            return false;

        var code = BinaryPrimitives.ReadUInt16BigEndian(payload);
        if (!MayBeSent(code) || !Utf8.IsValid(payload[2..]))
            return false;

        close = new ClosePayload(code, payload.Length - 2);
        return true;
    }

    /// <summary>Writes code and reason.</summary>
    /// <param name="destination">At least 2 bytes and the reason.</param>
    /// <param name="code">A code that may be sent.</param>
    /// <param name="reason">UTF-8, at most <see cref="MaxReasonLength"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The code may not be sent, or the reason is too long.</exception>
    public static int Write(Span<byte> destination, ushort code, ReadOnlySpan<byte> reason)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(MayBeSent(code), false, nameof(code));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(reason.Length, MaxReasonLength, nameof(reason));
        BinaryPrimitives.WriteUInt16BigEndian(destination, code);
        reason.CopyTo(destination[2..]);
        return reason.Length + 2;
    }

    /// <summary>
    /// The codes of RFC 6455 §7.4 and of the IANA registry (up to 1014) except those that only stand for something (1004,
    /// 1005, 1006), and the ranges for libraries (3000) and applications (4000).
    /// </summary>
    public static bool MayBeSent(ushort code) => code is (>= 1000 and <= 1014 and not (1004 or 1005 or 1006)) or (>= 3000 and <= 4999);
}
