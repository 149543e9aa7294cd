using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Upstreams.Balancing;

/// <summary>What a request remembers between its attempts: which servers it has been sent to, and how far its hash has moved on.</summary>
public sealed class PickState(HttpExchange exchange)
{
    private readonly List<PeerModel> _tried = [];

    public HttpExchange Exchange { get; } = exchange;

    /// <summary>The position on the ring, or the running hash.</summary>
    public uint Hash { get; set; }

    /// <summary>Rounds of hashing done for this request.</summary>
    public int Rounds { get; set; }

    /// <summary>Servers found unavailable on the way; past a bound, round robin decides.</summary>
    public int Misses { get; set; }

    /// <summary>The evaluated key of <c>hash</c>.</summary>
    public ByteSlice Key { get; set; }

    public bool HasStarted { get; set; }

    /// <summary><c>least_time … inflight</c>: the server picked counts this request among those without an answer.</summary>
    public bool IsInFlight { get; set; }

    public bool WasTried(PeerModel peer) => _tried.Contains(peer);

    public void Tried(PeerModel peer) => _tried.Add(peer);

    /// <summary>All servers may be asked again: what failed was a kept connection, not a server.</summary>
    public void ForgetTried() => _tried.Clear();

    public void Reset()
    {
        _tried.Clear();
        Hash = 0;
        Rounds = Misses = 0;
        Key = default;
        HasStarted = IsInFlight = false;
    }
}
