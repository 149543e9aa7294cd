namespace Hawser.Gateway.Upstreams.Balancing;

/// <summary>
/// Maps a hash to a server by weight, and moves on to another hash while the server found is unavailable. After a number of misses
/// round robin decides, as in nginx.
/// </summary>
public abstract class HashBalancer(PeerModel[] peers) : RoundRobin(peers)
{
    private const int MostMisses = 20;

    private readonly int _totalWeight = TotalWeight(peers);

    protected override PeerModel? Choose(PickState state, long now)
    {
        while (_totalWeight > 0 && state.Misses <= MostMisses && TryNextHash(state))
        {
            PeerModel peer = ByWeight((int)(state.Hash % (uint)_totalWeight));
            if (IsCandidate(state, peer, now)) return peer;
            state.Misses++;
        }
        return base.Choose(state, now);
    }

    /// <summary>Computes the request's next hash. False: there is nothing to hash.</summary>
    protected abstract bool TryNextHash(PickState state);

    private PeerModel ByWeight(int point)
    {
        foreach (PeerModel peer in Peers)
        {
            point -= peer.Weight;
            if (point < 0) return peer;
        }
        return Peers[^1];
    }

    private static int TotalWeight(PeerModel[] peers)
    {
        int total = 0;
        foreach (PeerModel peer in peers) total += peer.Weight;
        return total;
    }
}

/// <summary><c>ip_hash</c>: the client's address decides, the first three octets of IPv4 and all of IPv6.</summary>
public sealed class IpHash(PeerModel[] peers) : HashBalancer(peers)
{
    private const uint Start = 89;

    protected override bool TryNextHash(PickState state)
    {
        ReadOnlySpan<byte> address = state.Exchange.RemoteEndpoint.AddressBytes;
        if (address.Length == 4) address = address[..3];
        else if (address.IsEmpty) address = [127, 0, 0]; // a Unix socket has no address of its own
        uint hash = state.HasStarted ? state.Hash : Start;
        state.HasStarted = true;
        foreach (byte octet in address) hash = (hash * 113 + octet) % 6271;
        state.Hash = hash;
        return true;
    }
}

/// <summary><c>hash key</c></summary>
public sealed class KeyHash(PeerModel[] peers, Variables.TemplateModel key) : HashBalancer(peers)
{
    protected override bool TryNextHash(PickState state)
    {
        HashKey.Evaluate(state, key);
        if (state.Key.IsEmpty) return false;
        uint crc = Crc32.Start;
        if (state.Rounds > 0)
        {
            Span<byte> digits = stackalloc byte[10];
            System.Buffers.Text.Utf8Formatter.TryFormat(state.Rounds, digits, out int written);
            crc = Crc32.Update(crc, digits[..written]);
        }
        crc = Crc32.Finish(Crc32.Update(crc, state.Key.Span));
        state.Hash += (crc >> 16) & 0x7fff;
        state.Rounds++;
        return true;
    }
}

internal static class HashKey
{
    /// <summary>The key is evaluated once for a request, however often it is tried again.</summary>
    public static void Evaluate(PickState state, Variables.TemplateModel key)
    {
        if (state.HasStarted) return;
        state.HasStarted = true;
        state.Key = key.Evaluate(state.Exchange);
    }
}
