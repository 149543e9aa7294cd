namespace Hawser.Load;

/// <summary>How clients reach the gateway.</summary>
internal enum TlsUse
{
    /// <summary>Not over TLS.</summary>
    None,

    /// <summary>Every connection makes a whole handshake.</summary>
    Full,

    /// <summary>Every connection but a client's first resumes the session of the one before.</summary>
    Resumed,
}

/// <summary>Clients that all do the same.</summary>
/// <param name="Count">How many.</param>
/// <param name="Port">The gateway's port of 127.0.0.1.</param>
internal sealed record ClientGroup(int Count, int Port)
{
    /// <summary>Bytes of a message; 0 to stay silent.</summary>
    public int Size { get; init; }

    /// <summary>Messages of each client under way at once.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>
    /// Messages a second that each client sends, by the clock, whether or not those before have come back. 0: the next one goes when one comes back.
    /// </summary>
    public double Pace { get; init; }

    /// <summary>A client closes as soon as its tunnel is open, and connects again: handshakes are what is measured.</summary>
    public bool Reconnects { get; init; }

    public TlsUse Tls { get; init; }

    /// <summary>These clients are what the run is about. The others are there to be in their way.</summary>
    public bool Counts { get; init; } = true;

    /// <summary>It does something.</summary>
    public bool IsActive => Size > 0 || Reconnects;
}

/// <summary>What a run is to do.</summary>
/// <param name="Seconds">How long it talks.</param>
/// <param name="Groups">Who talks.</param>
internal sealed record LoadPlan(double Seconds, params ClientGroup[] Groups);

/// <summary>What a group has done.</summary>
internal sealed class Tally
{
    /// <summary>Times of round trips, or of handshakes.</summary>
    public Histogram Latency { get; } = new();

    /// <summary>Messages that came back, or handshakes.</summary>
    public long Operations { get; set; }
}

/// <summary>What came out.</summary>
/// <param name="Rate">Operations a second of the clients that count.</param>
/// <param name="Operations">How many there were.</param>
/// <param name="Beside">Operations a second of the clients that do not count.</param>
/// <param name="Failures">Clients that lost their tunnel or never got one.</param>
/// <param name="FirstFailure">Why the first did.</param>
/// <param name="Latency">Times of the clients that count.</param>
internal sealed record LoadResult(double Rate, long Operations, double Beside, int Failures, string? FirstFailure, Histogram Latency);
