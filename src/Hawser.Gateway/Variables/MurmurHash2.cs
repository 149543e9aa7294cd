using System.Buffers.Binary;

namespace Hawser.Gateway.Variables;

/// <summary>MurmurHash2 of 32 bits with the seed 0: what nginx splits clients by, so that a client keeps its share.</summary>
internal static class MurmurHash2
{
    private const uint Multiplier = 0x5BD1E995;

    public static uint Compute(ReadOnlySpan<byte> data)
    {
        uint hash = (uint)data.Length;
        for (; data.Length >= 4; data = data[4..])
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(data) * Multiplier;
            word = (word ^ (word >> 24)) * Multiplier;
            hash = (hash * Multiplier) ^ word;
        }
        if (data.Length > 0)
        {
            uint rest = 0;
            for (int i = 0; i < data.Length; i++) rest |= (uint)data[i] << (8 * i);
            hash = (hash ^ rest) * Multiplier;
        }
        hash = (hash ^ (hash >> 13)) * Multiplier;
        return hash ^ (hash >> 15);
    }
}
