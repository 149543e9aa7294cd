using System.Buffers.Binary;
using System.Text;

namespace Hawser.Gateway.Upstreams.Balancing;

/// <summary>
/// <c>hash key consistent</c>: the ketama ring, point for point that of nginx (and of Cache::Memcached::Fast), so that both send a key to the
/// same server. Each server has 160 points for each unit of weight: crc32(host, NUL, port, previous point).
/// </summary>
public sealed class ConsistentHash : RoundRobin
{
    private const int PointsPerWeight = 160;
    private const int MostMisses = 20;

    private readonly Variables.TemplateModel _key;
    private readonly uint[] _points;
    private readonly string[] _servers;

    public ConsistentHash(PeerModel[] peers, Variables.TemplateModel key) : base(peers)
    {
        _key = key;
        (_points, _servers) = BuildRing(peers);
    }

    protected override PeerModel? Choose(PickState state, long now)
    {
        bool isFirst = !state.HasStarted;
        HashKey.Evaluate(state, _key);
        if (state.Key.IsEmpty || _points.Length == 0) return base.Choose(state, now);
        if (isFirst) state.Hash = FindPoint(Crc32.Finish(Crc32.Update(Crc32.Start, state.Key.Span)));
        for (; state.Misses <= MostMisses; state.Misses++, state.Hash++)
        {
            string server = _servers[state.Hash % (uint)_points.Length];
            // A server named by a host name may have several addresses: they take turns.
            if (ChooseInTurn(state, now, static (peer, name) => peer.Server == name, server) is { } peer) return peer;
        }
        return base.Choose(state, now);
    }

    /// <summary>The first point at or behind the hash; past the last one, the ring begins again.</summary>
    private uint FindPoint(uint hash)
    {
        int index = Array.BinarySearch(_points, hash);
        return (uint)(index >= 0 ? index : ~index);
    }

    private static (uint[] Points, string[] Servers) BuildRing(PeerModel[] peers)
    {
        var ring = new List<(uint Point, string Server)>();
        Span<byte> previous = stackalloc byte[4];
        foreach (PeerModel peer in peers)
        {
            uint start = HashServer(peer.Server);
            uint point = 0;
            for (int i = 0; i < peer.Weight * PointsPerWeight; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(previous, point);
                point = Crc32.Finish(Crc32.Update(start, previous));
                ring.Add((point, peer.Server));
            }
        }
        var sorted = ring.OrderBy(static p => p.Point).DistinctBy(static p => p.Point).ToArray();
        return (Array.ConvertAll(sorted, static p => p.Point), Array.ConvertAll(sorted, static p => p.Server));
    }

    /// <summary>The unfinished checksum of host, NUL and port; the port of a name without one is empty.</summary>
    private static uint HashServer(string server)
    {
        bool isUnix = server.StartsWith("unix:", StringComparison.OrdinalIgnoreCase);
        int colon = isUnix ? -1 : server.LastIndexOf(':');
        bool hasPort = colon >= 0 && server.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0;
        string host = isUnix ? server[5..] : hasPort ? server[..colon] : server;
        uint crc = Crc32.Update(Crc32.Start, Encoding.Latin1.GetBytes(host));
        crc = Crc32.Update(crc, "\0"u8);
        return Crc32.Update(crc, hasPort ? Encoding.Latin1.GetBytes(server[(colon + 1)..]) : []);
    }
}
