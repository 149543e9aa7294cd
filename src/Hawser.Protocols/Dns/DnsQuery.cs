using System.Buffers.Binary;

namespace Hawser.Protocols.Dns;

/// <summary>Writes queries: one question, recursion desired (RFC 1035 §4.1).</summary>
public static class DnsQuery
{
    internal const int HeaderLength = 12;
    internal const ushort ClassInternet = 1;

    /// <summary>The longest query <see cref="Write"/> makes.</summary>
    public const int MaxLength = HeaderLength + LongestName + 2 + 4;

    // 255 octets is the limit on the wire (RFC 1035 §2.3.4); nginx lets a name be as long as that without its length octets.
    private const int LongestName = 255;
    private const int LongestLabel = 63;
    private const ushort RecursionDesired = 0x0100;

    /// <summary>Writes a query.</summary>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="id">What the reply will carry.</param>
    /// <param name="name">A byte string without a dot at its end; written as it is.</param>
    /// <returns>The length, or 0 when the name cannot be asked for: it is empty or too long, or one of its labels is.</returns>
    //
    //   +----+-------+---------+----------------------------+------+-------+
    //   | id | flags | 1 0 0 0 | 3 w w w 7 e x a m p l e  0 | type | class |
    //   +----+-------+---------+----------------------------+------+-------+
    public static int Write(Span<byte> destination, ushort id, ReadOnlySpan<char> name, DnsRecordType type)
    {
        if (name.IsEmpty || name.Length > LongestName)
            return 0;
        destination[..HeaderLength].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(destination, id);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], RecursionDesired);
        destination[5] = 1;
        var length = HeaderLength;
        foreach (var label in name.Split('.'))
        {
            var text = name[label];
            if (text.Length is 0 or > LongestLabel)
                return 0;
            destination[length++] = (byte)text.Length;
            foreach (var c in text)
                destination[length++] = (byte)c;
        }

        destination[length++] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(destination[length..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(length + 2)..], ClassInternet);
        return length + 4;
    }
}
