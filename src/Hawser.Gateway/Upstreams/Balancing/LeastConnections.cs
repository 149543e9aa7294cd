namespace Hawser.Gateway.Upstreams.Balancing;

/// <summary>
/// <c>least_conn</c>: the server with the fewest exchanges and tunnels for its weight; among equals, in turn. Tunnels live for hours, so they
/// count until they end, over reloads too.
/// </summary>
public sealed class LeastConnections(PeerModel[] peers) : RoundRobin(peers)
{
    protected override PeerModel? Choose(PickState state, long now)
    {
        PeerModel? best = null;
        bool isTied = false;
        foreach (PeerModel peer in Peers)
        {
            if (!IsCandidate(state, peer, now)) continue;
            long order = best is null ? -1 : (long)peer.State.Active * best.Weight - (long)best.State.Active * peer.Weight;
            if (order < 0)
            {
                best = peer;
                isTied = false;
            }
            else if (order == 0) isTied = true;
        }
        return isTied ? ChooseInTurn(state, now, IsAsLoaded, best!) : best;
    }

    private static bool IsAsLoaded(PeerModel peer, PeerModel best) =>
        (long)peer.State.Active * best.Weight == (long)best.State.Active * peer.Weight;
}
