using System.Numerics;
using System.Runtime.InteropServices;

namespace Hawser.Protocols.WebSocket;

/// <summary>Masks and unmasks payloads (RFC 6455 §5.3): byte i is combined with byte i mod 4 of the key by exclusive or.</summary>
public static class FrameMask
{
    /// <summary>Applies the key in place; doing it twice gives the original.</summary>
    /// <param name="payload">The next part of a frame's payload.</param>
    /// <param name="key">The key, first byte in the lowest bits (<see cref="FrameHeader.MaskingKey"/>).</param>
    /// <returns>The key for the part that follows in the same frame.</returns>
    public static uint Apply(Span<byte> payload, uint key)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated && payload.Length >= Vector<byte>.Count)
        {
            // Every vector length is a multiple of 4, so the key stays in step. (Linux on little-endian machines only.)
            var keys = Vector.AsVectorByte(new Vector<uint>(key));
            var vectors = MemoryMarshal.Cast<byte, Vector<byte>>(payload);
            foreach (ref var vector in vectors)
                vector ^= keys;

            i = vectors.Length * Vector<byte>.Count;
        }

        for (; i < payload.Length; i++)
            payload[i] ^= (byte)(key >> ((i & 3) * 8));

        return BitOperations.RotateRight(key, (payload.Length & 3) * 8);
    }
}
