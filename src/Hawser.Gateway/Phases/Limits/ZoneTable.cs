namespace Hawser.Gateway.Phases.Limits;

/// <summary>
/// The entries of a zone by their keys, within the memory that the configuration grants, in the order of their last use. Not for several
/// threads at once: a zone has a lock around it.
/// </summary>
/// <typeparam name="T">What is kept for a key.</typeparam>
public sealed class ZoneTable<T> where T : struct
{
    private const int None = -1;
    private const int FirstCapacity = 16;

    // nginx's slab allocator hands out powers of two; its first pages describe the others. So a zone of 1m holds about as many keys here.
    private const int SmallestChunk = 8;
    private const int PageSize = 4096;
    private const int BytesPerPageForNginx = 24;

    private readonly int _entryOverhead;
    private readonly long _budget;
    private Entry[] _entries = new Entry[FirstCapacity];
    private int[] _buckets = NewBuckets(FirstCapacity);
    private long _used;
    private int _count;
    private int _free = None;
    private int _unused; // entries from here on have never been used
    private int _newest = None;
    private int _oldest = None;

    private struct Entry
    {
        public byte[] Key;
        public int Hash;
        public int Next;
        public int Newer;
        public int Older;
        public T Value;
    }

    /// <param name="size">Bytes, as in <c>zone=name:1m</c>.</param>
    /// <param name="entryOverhead">Bytes that nginx spends on an entry beside its key.</param>
    public ZoneTable(long size, int entryOverhead)
    {
        _entryOverhead = entryOverhead;
        _budget = size / (PageSize + BytesPerPageForNginx) * PageSize;
    }

    public int Count => _count;

    /// <summary>The entry used longest ago; -1 when there is none.</summary>
    public int Oldest => _oldest;

    public ref T this[int entry] => ref _entries[entry].Value;

    /// <summary>The key of an entry.</summary>
    public byte[] KeyOf(int entry) => _entries[entry].Key;

    /// <summary>The entry of a key; -1 when there is none.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        int hash = HashOf(key);
        for (int i = _buckets[hash & (_buckets.Length - 1)]; i != None; i = _entries[i].Next)
        {
            if (_entries[i].Hash == hash && key.SequenceEqual(_entries[i].Key)) return i;
        }
        return None;
    }

    /// <summary>Makes an entry, the newest; -1 when the zone is full.</summary>
    public int Add(ReadOnlySpan<byte> key)
    {
        long cost = CostOf(key.Length);
        if (_used + cost > _budget) return None;
        if (_free == None && _unused == _entries.Length) Grow();
        int index = _free;
        if (index != None) _free = _entries[index].Next;
        else index = _unused++;
        _used += cost;
        _count++;
        ref Entry entry = ref _entries[index];
        entry.Key = key.ToArray();
        entry.Hash = HashOf(key);
        entry.Value = default;
        Chain(index);
        LinkNewest(index);
        return index;
    }

    /// <summary>The entry has been used now.</summary>
    public void Touch(int index)
    {
        if (index == _newest) return;
        Unlink(index);
        LinkNewest(index);
    }

    public void Remove(int index)
    {
        ref Entry entry = ref _entries[index];
        ref int link = ref _buckets[entry.Hash & (_buckets.Length - 1)];
        while (link != index) link = ref _entries[link].Next;
        link = entry.Next;
        Unlink(index);
        _used -= CostOf(entry.Key.Length);
        _count--;
        entry.Key = [];
        entry.Next = _free;
        _free = index;
    }

    private static int HashOf(ReadOnlySpan<byte> key)
    {
        // Seeded for each process: nobody outside can choose keys that fall into one chain.
        var hash = new HashCode();
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    private static int[] NewBuckets(int count)
    {
        int[] buckets = new int[count];
        Array.Fill(buckets, None);
        return buckets;
    }

    private long CostOf(int keyLength)
    {
        int size = _entryOverhead + keyLength;
        if (size > PageSize / 2) return (size + PageSize - 1) / PageSize * PageSize;
        return Math.Max(SmallestChunk, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)size));
    }

    private void Grow()
    {
        Array.Resize(ref _entries, _entries.Length * 2);
        _buckets = NewBuckets(_entries.Length);
        for (int i = _newest; i != None; i = _entries[i].Older) Chain(i);
    }

    private void Chain(int index)
    {
        ref int bucket = ref _buckets[_entries[index].Hash & (_buckets.Length - 1)];
        _entries[index].Next = bucket;
        bucket = index;
    }

    private void LinkNewest(int index)
    {
        ref Entry entry = ref _entries[index];
        entry.Newer = None;
        entry.Older = _newest;
        if (_newest != None) _entries[_newest].Newer = index;
        else _oldest = index;
        _newest = index;
    }

    private void Unlink(int index)
    {
        ref Entry entry = ref _entries[index];
        if (entry.Newer != None) _entries[entry.Newer].Older = entry.Older;
        else _newest = entry.Older;
        if (entry.Older != None) _entries[entry.Older].Newer = entry.Newer;
        else _oldest = entry.Newer;
    }
}
