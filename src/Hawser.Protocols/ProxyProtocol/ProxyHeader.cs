using System.Buffers.Binary;

namespace Hawser.Protocols.ProxyProtocol;

/// <summary>Whom a PROXY protocol header names, and what else it says. Addresses are text, as variables and logs show them.</summary>
public sealed class ProxyHeader
{
    // type and length in front of each value
    private const int TlvOverhead = 3;

    /// <summary>The client's address: <c>192.0.2.1</c>, <c>2001:db8::1</c>. Version 1: as the sender wrote it.</summary>
    public required byte[] SourceAddress { get; init; }

    public required byte[] DestinationAddress { get; init; }

    public required int SourcePort { get; init; }

    public required int DestinationPort { get; init; }

    /// <summary>Version 2: what stands behind the addresses, as it came.</summary>
    public byte[] Tlvs { get; init; } = [];

    /// <summary>Looks a value up.</summary>
    /// <param name="tlvs">A run of type (1 byte), length (2 bytes, big-endian), value.</param>
    /// <param name="type">Which one; the first of its type counts.</param>
    /// <param name="value">The value, for <see cref="TlvLookup.Found"/>.</param>
    public static TlvLookup Find(ReadOnlySpan<byte> tlvs, int type, out ReadOnlySpan<byte> value)
    {
        value = default;
        while (!tlvs.IsEmpty)
        {
            if (tlvs.Length < TlvOverhead) return TlvLookup.Broken;
            int length = BinaryPrimitives.ReadUInt16BigEndian(tlvs[1..]);
            if (tlvs.Length - TlvOverhead < length) return TlvLookup.Broken;
            if (tlvs[0] == type)
            {
                value = tlvs.Slice(TlvOverhead, length);
                return TlvLookup.Found;
            }
            tlvs = tlvs[(TlvOverhead + length)..];
        }
        return TlvLookup.Missing;
    }
}

/// <summary>What looking for a TLV came to.</summary>
public enum TlvLookup : byte
{
    Missing,
    Found,

    /// <summary>A length leads beyond the end.</summary>
    Broken,
}
