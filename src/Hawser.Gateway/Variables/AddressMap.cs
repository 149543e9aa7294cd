using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Hawser.Configuration.Model;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Variables;

/// <summary>
/// Values by address: the ranges of a <c>geo</c>, cut so that none overlap, in the order of addresses. A lookup is a binary search; a base
/// of a country's networks has some hundred thousand.
/// </summary>
internal sealed class AddressMap
{
    private readonly UInt128[] _starts;
    private readonly ByteSlice[] _values;

    private AddressMap(UInt128[] starts, ByteSlice[] values)
    {
        _starts = starts;
        _values = values;
    }

    /// <param name="ranges">Later ones count where several have an address; those of the other family are left out.</param>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <param name="otherwise">The value between them.</param>
    public static AddressMap From(IReadOnlyList<GeoRange> ranges, AddressFamily family, ByteSlice otherwise)
    {
        var edges = new List<(UInt128 At, int Range, bool Begins)>();
        for (int i = 0; i < ranges.Count; i++)
        {
            if (ranges[i].First.AddressFamily != family) continue;
            edges.Add((ToNumber(ranges[i].First), i, true));
            UInt128 last = ToNumber(ranges[i].Last);
            if (last != UInt128.MaxValue) edges.Add((last + 1, i, false));
        }
        edges.Sort(static (first, second) => first.At.CompareTo(second.At));
        return Sweep(ranges, edges, otherwise);
    }

    /// <param name="address">4 or 16 bytes.</param>
    public ByteSlice Find(ReadOnlySpan<byte> address)
    {
        UInt128 number = address.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(address) : BinaryPrimitives.ReadUInt128BigEndian(address);
        int at = Array.BinarySearch(_starts, number);
        return _values[at >= 0 ? at : ~at - 1];
    }

    // Goes along the addresses and keeps which ranges are open; the last of them has the value up to the next edge.
    private static AddressMap Sweep(IReadOnlyList<GeoRange> ranges, List<(UInt128 At, int Range, bool Begins)> edges, ByteSlice otherwise)
    {
        var values = new Dictionary<string, ByteSlice>(StringComparer.Ordinal);
        var open = new SortedSet<int>();
        var starts = new List<UInt128> { 0 };
        var found = new List<ByteSlice> { otherwise };
        for (int i = 0; i < edges.Count; i++)
        {
            if (edges[i].Begins) open.Add(edges[i].Range);
            else open.Remove(edges[i].Range);
            if (i + 1 < edges.Count && edges[i + 1].At == edges[i].At) continue;
            ByteSlice value = open.Count == 0 ? otherwise : Shared(values, ranges[open.Max].Value);
            if (edges[i].At == starts[^1]) found[^1] = value;
            else
            {
                starts.Add(edges[i].At);
                found.Add(value);
            }
        }
        return new AddressMap([.. starts], [.. found]);
    }

    private static ByteSlice Shared(Dictionary<string, ByteSlice> values, string text)
    {
        if (!values.TryGetValue(text, out ByteSlice value)) values.Add(text, value = ByteSlice.FromLatin1(text));
        return value;
    }

    private static UInt128 ToNumber(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return bytes.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
