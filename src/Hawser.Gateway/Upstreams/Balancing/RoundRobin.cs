namespace Hawser.Gateway.Upstreams.Balancing;

/// <summary>
/// Smooth weighted round robin: each pick adds every server's weight to its credit, takes the one with most and charges it the sum.
/// The credits belong to one loop; failures and connection counts are shared. It is the default, and what the other methods fall back on.
/// </summary>
public class RoundRobin
{
    private readonly int[] _credit;
    private readonly int[] _effective;

    public RoundRobin(PeerModel[] peers)
    {
        Peers = peers;
        _credit = new int[peers.Length];
        _effective = new int[peers.Length];
        for (int i = 0; i < peers.Length; i++) _effective[i] = peers[i].Weight;
    }

    protected PeerModel[] Peers { get; }

    /// <summary>The next server that is available and has not been tried, or null. It counts as tried from now on.</summary>
    /// <param name="now">Milliseconds since 1970.</param>
    public PeerModel? Pick(PickState state, long now)
    {
        PeerModel? picked = Choose(state, now);
        if (picked is null) return null;
        state.Tried(picked);
        OnPicked(state, picked, now);
        picked.State.Probe(now, picked.FailTimeout);
        return picked;
    }

    /// <summary>Takes over what an earlier balancer knew of servers that are still there.</summary>
    public RoundRobin Inherit(RoundRobin earlier)
    {
        for (int i = 0; i < Peers.Length; i++)
        {
            int index = Array.IndexOf(earlier.Peers, Peers[i]);
            if (index >= 0) (_credit[i], _effective[i]) = (earlier._credit[index], earlier._effective[index]);
        }
        return this;
    }

    /// <summary>A failed server gets less until it has proved itself again.</summary>
    public void Penalize(PeerModel peer)
    {
        int index = Array.IndexOf(Peers, peer);
        if (index < 0 || peer.MaxFails == 0) return;
        _effective[index] = Math.Max(0, _effective[index] - peer.Weight / peer.MaxFails);
    }

    /// <summary>The head of an answer has come after <paramref name="time"/> milliseconds.</summary>
    public virtual void OnHeader(PickState state, PeerModel peer, long time, long now)
    {
    }

    /// <summary>An attempt is over.</summary>
    /// <param name="succeeded">It did not fail in a way that <c>proxy_next_upstream</c> names.</param>
    /// <param name="headerTime">Milliseconds until the head of the answer; -1 without one.</param>
    /// <param name="time">Milliseconds in all.</param>
    public virtual void OnLeft(PickState state, PeerModel peer, bool succeeded, long headerTime, long time, long now)
    {
    }

    /// <summary>A request is about to be sent to the server.</summary>
    protected virtual void OnPicked(PickState state, PeerModel peer, long now)
    {
    }

    protected virtual PeerModel? Choose(PickState state, long now) => ChooseInTurn(state, now, static (_, _) => true, 0);

    protected static bool IsCandidate(PickState state, PeerModel peer, long now) => !state.WasTried(peer) && peer.IsAvailable(now);

    /// <summary>The round robin among the candidates that <paramref name="accepts"/> lets through.</summary>
    protected PeerModel? ChooseInTurn<T>(PickState state, long now, Func<PeerModel, T, bool> accepts, T argument)
    {
        int best = -1;
        int total = 0;
        for (int i = 0; i < Peers.Length; i++)
        {
            if (!IsCandidate(state, Peers[i], now) || !accepts(Peers[i], argument)) continue;
            _credit[i] += _effective[i];
            total += _effective[i];
            if (_effective[i] < Peers[i].Weight) _effective[i]++;
            if (best < 0 || _credit[i] > _credit[best]) best = i;
        }
        if (best < 0) return null;
        _credit[best] -= total;
        return Peers[best];
    }
}
