using Hawser.Gateway.Tunnels.HandOver;

namespace Hawser.Gateway.Phases.Limits;

/// <summary>A zone of <c>limit_conn</c>: how many requests and tunnels each key has now. Shared by all loops, kept over a reload.</summary>
public sealed class ConnectionZoneState
{
    // What nginx keeps for a key: a tree node and four bytes.
    private const int EntryOverhead = 36;

    // Held for some tens of nanoseconds. nginx's zones have one mutex each as well.
    private readonly Lock _lock = new();
    private readonly ZoneTable<int> _table;

    /// <param name="size">Bytes.</param>
    public ConnectionZoneState(long size) => _table = new ZoneTable<int>(size, EntryOverhead);

    /// <summary>What the configuration calls it: another process finds its own zone by this and by <see cref="KeyText"/>.</summary>
    public string Name { get; init; } = "";

    /// <summary>What its keys are made of, as written in the configuration.</summary>
    public string KeyText { get; init; } = "";

    /// <summary>Keys with at least one connection.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _table.Count;
        }
    }

    /// <summary>Takes a place for a key. Any thread.</summary>
    /// <param name="limit">How many there may be.</param>
    /// <param name="entry">For <see cref="Leave"/>.</param>
    /// <param name="isFull">It was refused because the zone has no memory for another key.</param>
    public bool TryEnter(ReadOnlySpan<byte> key, int limit, out int entry, out bool isFull)
    {
        isFull = false;
        lock (_lock)
        {
            entry = _table.Find(key);
            if (entry < 0)
            {
                entry = _table.Add(key);
                isFull = entry < 0;
                if (isFull) return false;
            }
            else if (_table[entry] >= limit) return false;
            _table[entry]++;
            return true;
        }
    }

    /// <summary>The key of an entry that has places taken. Any thread.</summary>
    public byte[] KeyOf(int entry)
    {
        lock (_lock) return _table.KeyOf(entry);
    }

    /// <summary>Gives a place back. Any thread.</summary>
    public void Leave(int entry)
    {
        lock (_lock)
        {
            if (--_table[entry] == 0) _table.Remove(entry);
        }
    }
}

/// <summary>The places that an exchange or a tunnel takes in zones of <c>limit_conn</c>.</summary>
public sealed class ConnectionLeases
{
    private readonly List<(ConnectionZoneState Zone, int Entry)> _leases = [];

    public void Add(ConnectionZoneState zone, int entry) => _leases.Add((zone, entry));

    /// <summary>Gives all of them back.</summary>
    public void Release()
    {
        foreach ((ConnectionZoneState zone, int entry) in _leases) zone.Leave(entry);
        _leases.Clear();
    }

    /// <summary>Writes them for another process.</summary>
    internal static void Export(ConnectionLeases? leases, BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(leases?._leases.Count ?? 0);
        if (leases is null) return;
        foreach ((ConnectionZoneState zone, int entry) in leases._leases)
        {
            writer.Write(zone.Name);
            writer.Write(zone.KeyText);
            writer.WriteBytes(zone.KeyOf(entry));
        }
    }

    /// <summary>
    /// Takes the places that <see cref="Export"/> wrote, however many there are already: who has a place keeps it. Where this process has no such
    /// zone, or no memory left in it, there is nothing to be counted in.
    /// </summary>
    internal static ConnectionLeases? Import(BinaryReader reader, ZoneRegistry zones)
    {
        var places = new (ConnectionZoneState? Zone, byte[] Key)[reader.Read7BitEncodedInt()];
        foreach (ref var place in places.AsSpan()) place = (zones.FindConnections(reader.ReadString(), reader.ReadString()), HandOverFormat.ReadBytes(reader));
        var leases = new ConnectionLeases();
        foreach ((ConnectionZoneState? zone, byte[] key) in places)
        {
            if (zone is not null && zone.TryEnter(key, int.MaxValue, out int entry, out _)) leases.Add(zone, entry);
        }
        return leases._leases.Count > 0 ? leases : null;
    }

    /// <summary>Hands them to an owner that lives longer; null when there are none.</summary>
    public ConnectionLeases? Take()
    {
        if (_leases.Count == 0) return null;
        var taken = new ConnectionLeases();
        taken._leases.AddRange(_leases);
        _leases.Clear();
        return taken;
    }
}
