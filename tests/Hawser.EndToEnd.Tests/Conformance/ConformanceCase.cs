using System.Buffers.Binary;

namespace Hawser.EndToEnd.Tests.Conformance;

/// <summary>One frame, right or wrong, as the case wants it on the wire.</summary>
/// <param name="Opcode">0 to 15.</param>
/// <param name="Payload">Before masking.</param>
/// <param name="IsFinal">FIN.</param>
/// <param name="Reserved">RSV1 to RSV3 in bits 2 to 0.</param>
/// <param name="LengthBytes">Bytes of the extended length, 0, 2 or 8; -1 for as many as it needs.</param>
/// <param name="Length">The length that the header claims; null for the true one.</param>
internal sealed record WireFrame(int Opcode, byte[] Payload, bool IsFinal = true, int Reserved = 0, int LengthBytes = -1, ulong? Length = null)
{
    public byte[] Encode(bool isMasked)
    {
        ulong length = Length ?? (ulong)Payload.Length;
        int lengthBytes = LengthBytes >= 0 ? LengthBytes : length < 126 ? 0 : length <= ushort.MaxValue ? 2 : 8;
        var bytes = new List<byte> { (byte)((IsFinal ? 0x80 : 0) | (Reserved << 4) | Opcode) };
        int mask = isMasked ? 0x80 : 0;
        bytes.Add((byte)(mask | (lengthBytes switch { 2 => 126, 8 => 127, _ => (int)length })));
        Span<byte> extended = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(extended, length);
        bytes.AddRange(extended[(8 - lengthBytes)..]);
        if (!isMasked)
            return [.. bytes, .. Payload];
        byte[] key = [0x1F, 0xA2, 0x03, 0x7C];
        bytes.AddRange(key);
        return [.. bytes, .. Payload.Select((value, i) => (byte)(value ^ key[i & 3]))];
    }
}

/// <summary>What one side sends, in the spirit of the public WebSocket test suites: an area, a situation, the frames, how they are cut.</summary>
/// <param name="Name">Area and situation.</param>
/// <param name="Frames">In the order they are sent.</param>
/// <param name="PieceSize">Bytes of each segment; 0 sends all at once.</param>
internal sealed record ConformanceCase(string Name, IReadOnlyList<WireFrame> Frames, int PieceSize = 0)
{
    /// <summary>Whether the frames end with a close frame of their own.</summary>
    public bool Closes => Frames.Any(frame => frame.Opcode == 8);

    public byte[] Encode(bool isMasked) => [.. Frames.SelectMany(frame => frame.Encode(isMasked))];

    public override string ToString() => Name;
}
