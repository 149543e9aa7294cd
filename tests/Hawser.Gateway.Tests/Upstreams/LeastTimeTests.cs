using System.Net;
using Hawser.Gateway.Upstreams;
using Hawser.Gateway.Upstreams.Balancing;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Tests.Upstreams;

public sealed class LeastTimeTests
{
    private const long Start = 1_700_000_000_000;

    [Fact]
    public void Pick_WithoutAnyAnswer_TakesTurns()
    {
        PeerModel[] peers = [Peer(1), Peer(2)];
        var balancer = new LeastTime(peers, untilHeader: false, inFlight: false);

        Assert.Equal([1, 2, 1, 2], Enumerable.Range(0, 4).Select(_ => Pick(balancer)));
    }

    [Fact]
    public void Pick_AmongDifferentTimes_TakesTheFaster()
    {
        PeerModel[] peers = [Peer(1), Peer(2)];
        var balancer = new LeastTime(peers, untilHeader: false, inFlight: false);
        Answer(balancer, peers[0], 500, Start);
        Answer(balancer, peers[1], 100, Start);

        Assert.Equal([2, 2, 2], Enumerable.Range(0, 3).Select(_ => Pick(balancer)));
    }

    [Fact]
    public void Pick_AmongTimesCloserThan20Milliseconds_TakesTurns()
    {
        PeerModel[] peers = [Peer(1), Peer(2)];
        var balancer = new LeastTime(peers, untilHeader: false, inFlight: false);
        Answer(balancer, peers[0], 101, Start);
        Answer(balancer, peers[1], 118, Start);

        Assert.Equal([1, 2, 1, 2], Enumerable.Range(0, 4).Select(_ => Pick(balancer)));
    }

    [Fact]
    public void Pick_OfAFasterServerThatIsBusy_CountsItsRequests()
    {
        PeerModel[] peers = [Peer(1), Peer(2)];
        var balancer = new LeastTime(peers, untilHeader: false, inFlight: false);
        Answer(balancer, peers[0], 100, Start);
        Answer(balancer, peers[1], 190, Start);
        peers[0].State.Enter(); // 120 × 2 against 200 × 1

        Assert.Equal(2, Pick(balancer));
    }

    [Fact]
    public void Pick_WithWeights_DividesTimesByThem()
    {
        PeerModel[] peers = [Peer(1, weight: 3), Peer(2)];
        var balancer = new LeastTime(peers, untilHeader: false, inFlight: false);
        Answer(balancer, peers[0], 300, Start);
        Answer(balancer, peers[1], 180, Start);

        Assert.Equal(1, Pick(balancer));
    }

    [Fact]
    public void Pick_LongAfterFailTimeout_GivesASlowServerAnotherChance()
    {
        PeerModel[] peers = [Peer(1), Peer(2)];
        var balancer = new LeastTime(peers, untilHeader: false, inFlight: false);
        Answer(balancer, peers[0], 4000, Start);
        Answer(balancer, peers[1], 100, Start);
        Assert.Equal(2, Pick(balancer, Start + 5000));

        Assert.Equal(1, Pick(balancer, Start + 120_000));
    }

    [Fact]
    public void Pick_OfAServerThatHangs_IsAvoidedOnlyWithInFlight()
    {
        foreach (bool inFlight in new[] { false, true })
        {
            PeerModel[] peers = [Peer(1, weight: 10), Peer(2)];
            var balancer = new LeastTime(peers, untilHeader: true, inFlight);
            Assert.Equal(1, Pick(balancer, Start));

            Assert.Equal(inFlight ? 2 : 1, Pick(balancer, Start + 3000));
        }
    }

    [Fact]
    public void Attempt_ThatFailedFast_DoesNotMakeAServerFaster()
    {
        PeerModel[] peers = [Peer(1), Peer(2)];
        var balancer = new LeastTime(peers, untilHeader: false, inFlight: false);
        Answer(balancer, peers[0], 500, Start);
        Answer(balancer, peers[1], 100, Start);
        for (int i = 0; i < 200; i++) balancer.OnLeft(new PickState(null!), peers[0], succeeded: false, headerTime: 1, time: 1, Start);

        Assert.Equal(2, Pick(balancer));
    }

    private static PeerModel Peer(int number, int weight = 1)
    {
        SocketEndpoint endpoint = SocketEndpoint.FromIP(IPAddress.Loopback, number);
        var state = new PeerState(endpoint);
        state.Probe(Start, 10_000); // as if it had been picked just now
        return new PeerModel(endpoint, state) { Weight = weight };
    }

    private static void Answer(LeastTime balancer, PeerModel peer, long time, long now) =>
        balancer.OnLeft(new PickState(null!), peer, succeeded: true, time, time, now);

    private static int Pick(LeastTime balancer, long now = Start) => balancer.Pick(new PickState(null!), now)!.Endpoint.Port;
}
