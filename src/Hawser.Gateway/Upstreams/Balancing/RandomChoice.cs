namespace Hawser.Gateway.Upstreams.Balancing;

/// <summary><c>random</c>: a server at random by weight; with <c>two</c>, the one of two that has fewer connections for its weight.</summary>
public sealed class RandomChoice(PeerModel[] peers, bool two) : RoundRobin(peers)
{
    private const int MostMisses = 20;

    private readonly int[] _ends = Ends(peers);

    protected override PeerModel? Choose(PickState state, long now)
    {
        PeerModel? first = null;
        for (int misses = 0; _ends.Length > 0 && misses <= MostMisses; misses++)
        {
            PeerModel peer = Draw();
            if (ReferenceEquals(peer, first) || !IsCandidate(state, peer, now)) continue;
            if (!two) return peer;
            if (first is null)
            {
                first = peer;
                continue;
            }
            return (long)first.State.Active * peer.Weight > (long)peer.State.Active * first.Weight ? peer : first;
        }
        return base.Choose(state, now);
    }

#pragma warning disable CA5394 // balancing needs no unpredictable numbers
    private PeerModel Draw()
    {
        int point = Random.Shared.Next(_ends[^1]);
        int index = Array.BinarySearch(_ends, point + 1);
        return Peers[index >= 0 ? index : ~index];
    }
#pragma warning restore CA5394

    private static int[] Ends(PeerModel[] peers)
    {
        int[] ends = new int[peers.Length];
        int total = 0;
        for (int i = 0; i < peers.Length; i++) ends[i] = total += peers[i].Weight;
        return ends;
    }
}
