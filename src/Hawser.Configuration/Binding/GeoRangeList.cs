using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>
/// The ranges of IPv4 addresses of one <c>geo</c>. Kept sorted and apart: one inside another takes its place out of it, as in nginx, and one that
/// reaches over the edge of another is an error.
/// </summary>
internal sealed class GeoRangeList
{
    private readonly List<Entry> _entries = [];

    private readonly record struct Entry(uint First, uint Last, string Value);

    public void Add(BindContext line, Argument key, string value)
    {
        (uint first, uint last) = Read(line, key);
        int at = IndexAfter(first) - 1;
        Entry? around = at >= 0 && _entries[at].Last >= first ? _entries[at] : null;
        if (around is null && at + 1 < _entries.Count && _entries[at + 1].First <= last)
            throw Overlaps(line, key, _entries[at + 1]);
        if (around is not { } old)
        {
            _entries.Insert(at + 1, new Entry(first, last, value));
            return;
        }
        if (old.Last < last)
            throw Overlaps(line, key, old);
        if (old.First == first && old.Last == last)
            line.Warn(key, $"duplicate range \"{key}\", value: \"{value}\", old value: \"{old.Value}\"");
        _entries.RemoveAt(at);
        if (old.Last > last)
            _entries.Insert(at, old with { First = last + 1 });
        _entries.Insert(at, new Entry(first, last, value));
        if (old.First < first)
            _entries.Insert(at, old with { Last = first - 1 });
    }

    public void Delete(BindContext line, Argument key)
    {
        (uint first, uint last) = Read(line, key);
        int at = _entries.FindIndex(entry => entry.First == first && entry.Last == last);
        if (at >= 0)
            _entries.RemoveAt(at);
        else
            line.Warn(key, $"no address range \"{key}\" to delete");
    }

    public ImmutableArray<GeoRange> ToImmutable()
    {
        var ranges = ImmutableArray.CreateBuilder<GeoRange>(_entries.Count);
        foreach (Entry entry in _entries)
            ranges.Add(new GeoRange(ToAddress(entry.First), ToAddress(entry.Last), entry.Value));
        return ranges.DrainToImmutable();
    }

    // Bases come sorted, so most ranges belong behind the last; the search is for the others.
    private int IndexAfter(uint address)
    {
        int low = 0;
        int high = _entries.Count;
        if (high > 0 && _entries[high - 1].First <= address)
            return high;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_entries[middle].First <= address)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private static (uint First, uint Last) Read(BindContext line, Argument key)
    {
        int dash = key.Value.IndexOf('-');
        if (dash > 0 && AddressParser.ParseIPv4(key.Value.AsSpan(0, dash)) is { } first && AddressParser.ParseIPv4(key.Value.AsSpan(dash + 1)) is { } last
            && ToNumber(first) <= ToNumber(last))
        {
            return (ToNumber(first), ToNumber(last));
        }
        throw line.Refuse(key, $"invalid range \"{key}\"", "write it as 192.0.2.0-192.0.2.255; the first address must not be greater");
    }

    private static BindException Overlaps(BindContext line, Argument key, Entry other) =>
        line.Refuse(key, $"range \"{key}\" overlaps \"{ToAddress(other.First)}-{ToAddress(other.Last)}\"");

    private static uint ToNumber(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static IPAddress ToAddress(uint number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
