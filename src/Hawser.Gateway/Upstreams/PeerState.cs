using Hawser.IO.Sockets;

namespace Hawser.Gateway.Upstreams;

/// <summary>What is known about a server while it runs: shared by all loops, kept over reloads under its upstream and address.</summary>
public sealed class PeerState(SocketEndpoint endpoint)
{
    private int _active;
    private int _failures;
    private long _checkedAt;
    private long _failedAt;
    private bool _draining;

    public SocketEndpoint Endpoint { get; } = endpoint;

    /// <summary>The upstream it is a server of, and which of several with its address: what another process finds its own state by. Null for none.</summary>
    public string? Upstream { get; init; }

    /// <inheritdoc cref="Upstream"/>
    public int Occurrence { get; init; }

    /// <summary>Exchanges and tunnels on this server now.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>An administrator has asked for no more requests to this server (<c>hawser drain</c>). Stays over reloads.</summary>
    public bool IsDraining
    {
        get => Volatile.Read(ref _draining);
        set => Volatile.Write(ref _draining, value);
    }

    public void Enter() => Interlocked.Increment(ref _active);

    public void Leave() => Interlocked.Decrement(ref _active);

    /// <summary>Failures within the current <c>fail_timeout</c>.</summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <summary>When it was last given a request after a pause, or failed: milliseconds since 1970.</summary>
    public long CheckedAt => Volatile.Read(ref _checkedAt);

    public ResponseTimes Times { get; } = new();

    /// <param name="now">Milliseconds since 1970.</param>
    public void Failed(long now)
    {
        Interlocked.Increment(ref _failures);
        Volatile.Write(ref _failedAt, now);
        Volatile.Write(ref _checkedAt, now);
    }

    public void Succeeded()
    {
        if (Volatile.Read(ref _failedAt) < Volatile.Read(ref _checkedAt)) Volatile.Write(ref _failures, 0);
    }

    /// <summary>The server is being given another chance: one per <c>fail_timeout</c>.</summary>
    public void Probe(long now, long failTimeout)
    {
        if (now - Volatile.Read(ref _checkedAt) > failTimeout) Volatile.Write(ref _checkedAt, now);
    }

    /// <summary>Too many failures within <c>fail_timeout</c>, and that time has not passed.</summary>
    public bool IsSuspended(int maxFails, long failTimeout, long now) =>
        maxFails > 0 && Failures >= maxFails && now - Volatile.Read(ref _checkedAt) <= failTimeout;
}
