namespace Hawser.Gateway.Upstreams;

/// <summary>
/// Smooth weighted round robin: each pick adds every server's weight to its credit, takes the one with most and charges it the sum.
/// The credits belong to one loop; failures and connection counts are shared.
/// </summary>
public sealed class RoundRobin
{
    private readonly PeerModel[] _peers;
    private readonly int[] _credit;
    private readonly int[] _effective;

    public RoundRobin(PeerModel[] peers)
    {
        _peers = peers;
        _credit = new int[peers.Length];
        _effective = new int[peers.Length];
        for (int i = 0; i < peers.Length; i++) _effective[i] = peers[i].Weight;
    }

    public int Count => _peers.Length;

    /// <summary>The next server that is available and has not been tried, or null.</summary>
    /// <param name="tried">Bits of the servers tried already; the one picked is added.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    public PeerModel? Pick(TriedPeers tried, long now)
    {
        int best = -1;
        int total = 0;
        for (int i = 0; i < _peers.Length; i++)
        {
            PeerModel peer = _peers[i];
            if (tried.Contains(peer) || !peer.IsAvailable(now)) continue;
            _credit[i] += _effective[i];
            total += _effective[i];
            if (_effective[i] < peer.Weight) _effective[i]++;
            if (best < 0 || _credit[i] > _credit[best]) best = i;
        }
        if (best < 0) return null;
        _credit[best] -= total;
        PeerModel picked = _peers[best];
        tried.Add(picked);
        picked.State.Probe(now, picked.FailTimeout);
        return picked;
    }

    /// <summary>A failed server gets less until it has proved itself again.</summary>
    public void Penalize(PeerModel peer)
    {
        int index = Array.IndexOf(_peers, peer);
        if (index < 0 || peer.MaxFails == 0) return;
        _effective[index] = Math.Max(0, _effective[index] - peer.Weight / peer.MaxFails);
    }
}

/// <summary>The servers a request has been sent to already.</summary>
public sealed class TriedPeers
{
    private readonly List<PeerModel> _peers = [];

    public bool Contains(PeerModel peer) => _peers.Contains(peer);

    public void Add(PeerModel peer) => _peers.Add(peer);

    public void Clear() => _peers.Clear();
}
