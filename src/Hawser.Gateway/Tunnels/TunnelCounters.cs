namespace Hawser.Gateway.Tunnels;

/// <summary>
/// What the tunnels of one worker add up to since the start. Written by the worker's loop alone; any thread may read single numbers, each of
/// which is exact, if not of the same moment as the others.
/// </summary>
public sealed class TunnelCounters
{
    /// <summary>Upper bounds of <see cref="PingRoundTrips"/>' buckets in milliseconds; the last bucket has none.</summary>
    public static ReadOnlySpan<int> RoundTripBounds => [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

    private readonly long[] _ended = new long[TunnelEnds.Count];
    private readonly long[] _handshakes = new long[HandshakeOutcomes.Count];
    private readonly long[] _refusals = new long[RefusalStatuses.Count];
    private readonly long[] _roundTrips = new long[RoundTripBounds.Length + 1];

    internal long OpenedCount;
    internal long ClientBytes;
    internal long UpstreamBytes;
    internal long ClientMessages;
    internal long UpstreamMessages;
    internal long PingCount;
    internal long FramingErrorCount;
    internal long HeartbeatCount;
    private long _endedCount;
    private long _roundTripSum;

    /// <summary>Tunnels begun, on this loop or taken over from another process.</summary>
    public long Opened => Volatile.Read(ref OpenedCount);

    /// <summary>Tunnels ended, whatever the reason.</summary>
    public long Closed => Volatile.Read(ref _endedCount);

    /// <summary>Tunnels that are open.</summary>
    public long Open
    {
        get
        {
            long closed = Closed; // first: one that begins and ends in between must not make this less than none
            return Opened - closed;
        }
    }

    /// <summary>Bytes read from clients after their handshakes, and from upstreams.</summary>
    public long BytesFromClients => Volatile.Read(ref ClientBytes);

    /// <inheritdoc cref="BytesFromClients"/>
    public long BytesFromUpstreams => Volatile.Read(ref UpstreamBytes);

    /// <summary>Messages of WebSockets whose frames are followed.</summary>
    public long MessagesFromClients => Volatile.Read(ref ClientMessages);

    /// <inheritdoc cref="MessagesFromClients"/>
    public long MessagesFromUpstreams => Volatile.Read(ref UpstreamMessages);

    /// <summary>Pings the gateway has sent of its own.</summary>
    public long PingsSent => Volatile.Read(ref PingCount);

    /// <summary>WebSockets that became plain tunnels because of a framing error.</summary>
    public long FramingErrors => Volatile.Read(ref FramingErrorCount);

    /// <summary>Heartbeats of applications that the gateway answered (<c>websocket_heartbeat</c>).</summary>
    public long HeartbeatsAnswered => Volatile.Read(ref HeartbeatCount);

    /// <summary>Answered pings by round-trip time, not cumulated: one bucket for each of <see cref="RoundTripBounds"/> and one for the rest.</summary>
    public ReadOnlySpan<long> PingRoundTrips => _roundTrips;

    /// <summary>The sum of all round-trip times, milliseconds.</summary>
    public long PingRoundTripMilliseconds => Volatile.Read(ref _roundTripSum);

    /// <summary>Tunnels that ended for a reason.</summary>
    public long EndedFor(TunnelEnd reason) => Volatile.Read(ref _ended[(int)reason]);

    /// <summary>Handshakes that ended in a way. Only those the gateway knows for handshakes (<c>websocket auto</c> and <c>off</c>).</summary>
    public long Handshakes(HandshakeOutcome outcome) => Volatile.Read(ref _handshakes[(int)outcome]);

    /// <summary>The ones among them that the upstream refused, by its status: at an index of <see cref="RefusalStatuses"/>.</summary>
    public long Refusals(int index) => Volatile.Read(ref _refusals[index]);

    internal void Ended(TunnelEnd reason)
    {
        _ended[(int)reason]++;
        _endedCount++;
    }

    internal void Handshake(HandshakeOutcome outcome) => _handshakes[(int)outcome]++;

    internal void RefusedHandshake(int upstreamStatus)
    {
        _handshakes[(int)HandshakeOutcome.UpstreamRefused]++;
        _refusals[RefusalStatuses.IndexOf(upstreamStatus)]++;
    }

    internal void RoundTrip(long milliseconds)
    {
        int bucket = 0;
        while (bucket < RoundTripBounds.Length && milliseconds > RoundTripBounds[bucket]) bucket++;
        _roundTrips[bucket]++;
        _roundTripSum += milliseconds;
    }
}
