namespace Hawser.Gateway.Upstreams.Balancing;

/// <summary>
/// <c>least_time</c>: the server that is expected to be done first, by its average time of answering and the number of requests it has; for its
/// weight, and in turn among equals.
/// </summary>
/// <param name="untilHeader">Times to the head of the answer count, not those to its end.</param>
/// <param name="inFlight">Requests that have no answer yet count too: a server that hangs is avoided before they fail.</param>
public sealed class LeastTime(PeerModel[] peers, bool untilHeader, bool inFlight) : RoundRobin(peers)
{
    // Beyond it all are equally bad, and the fewest connections decide.
    private const long Slowest = 5000;

    // Closer than this, servers take turns.
    private const long Resolution = 20;

    private readonly long[] _expected = new long[peers.Length];

    protected override PeerModel? Choose(PickState state, long now)
    {
        int best = -1;
        bool isTied = false;
        for (int i = 0; i < Peers.Length; i++)
        {
            _expected[i] = long.MaxValue;
            if (!IsCandidate(state, Peers[i], now)) continue;
            _expected[i] = Expect(Peers[i], now);
            long order = best < 0 ? -1 : _expected[i] * Peers[best].Weight - _expected[best] * Peers[i].Weight;
            if (order < 0)
            {
                best = i;
                isTied = false;
            }
            else if (order == 0) isTied = true;
        }
        if (best < 0) return null;
        return isTied ? ChooseInTurn(state, now, IsAsFast, (this, best)) : Peers[best];
    }

    protected override void OnPicked(PickState state, PeerModel peer, long now)
    {
        if (!inFlight) return;
        peer.State.Times.Depart(now);
        state.IsInFlight = true;
    }

    public override void OnHeader(PickState state, PeerModel peer, long time, long now)
    {
        if (!inFlight || !untilHeader) return;
        peer.State.Times.AddHeader(time);
        Arrive(state, peer, time, now);
    }

    public override void OnLeft(PickState state, PeerModel peer, bool succeeded, long headerTime, long time, long now)
    {
        Arrive(state, peer, time, now);
        if (!succeeded || headerTime < 0) return; // who fails fast is not preferred for it
        peer.State.Times.AddLastByte(time);
        if (!inFlight || !untilHeader) peer.State.Times.AddHeader(headerTime);
    }

    private static void Arrive(PickState state, PeerModel peer, long time, long now)
    {
        if (!state.IsInFlight) return;
        state.IsInFlight = false;
        peer.State.Times.Arrived(time, now);
    }

    private long Expect(PeerModel peer, long now)
    {
        // Once in fail_timeout the average of a server nobody has asked is halved.
        long idle = (now - peer.State.CheckedAt) / 1000;
        long pause = peer.FailTimeout / 1000;
        int halvings = idle > pause ? (int)Math.Min(62, idle / (pause + 1)) : 0;
        long time = peer.State.Times.Average(untilHeader, halvings, now);
        time = time > Slowest ? Slowest : time + Resolution - time % Resolution;
        return time * (1 + peer.State.Active);
    }

    private static bool IsAsFast(PeerModel peer, (LeastTime Balancer, int Best) argument)
    {
        LeastTime balancer = argument.Balancer;
        int index = Array.IndexOf(balancer.Peers, peer);
        return balancer._expected[index] * balancer.Peers[argument.Best].Weight == balancer._expected[argument.Best] * peer.Weight;
    }
}
