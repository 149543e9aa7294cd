using System.Net.WebSockets;

namespace Hawser.Client;

/// <summary>The heartbeat of a <see cref="HawserSocket"/>.</summary>
public sealed class HeartbeatOptions
{
    /// <summary>
    /// So long without a message from the server, and a heartbeat is sent. Default 20 s; <see cref="TimeSpan.Zero"/> for no heartbeat.
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>So long after a heartbeat without any message, and the connection counts as dead. Default 20 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Makes the message that is sent. Null, the default, for ping frames (RFC 6455 §5.5.2), which every server answers by itself:
    /// they need .NET 9; on .NET 8 the framework sends frames that keep a proxy awake but find no dead peer, so set a message there.
    /// </summary>
    public Func<Message>? Message { get; init; }

    /// <summary>
    /// Recognises the answer to <see cref="Message"/>. Such a message is not delivered, and only it ends the measurement of the round
    /// trip. Null, the default: any message counts as the answer, and every message is delivered.
    /// </summary>
    public Func<Message, bool>? IsReply { get; init; }
}

/// <summary>How a <see cref="HawserSocket"/> behaves. docs/heartbeat.md in the repository specifies it.</summary>
public sealed class HawserSocketOptions
{
    /// <summary>The heartbeat.</summary>
    public HeartbeatOptions Heartbeat { get; init; } = new();

    /// <summary>The first delay is drawn between zero and this. Default 0.5 s.</summary>
    public TimeSpan MinDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>No delay is longer. Default 30 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Each attempt in a row multiplies the range of the delay by this. Default 2; at least 1.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>
    /// The range of the delay is at least this after the close codes 1001, 1012 and 1013, when many clients lost their connection at
    /// once. Default 5 s.
    /// </summary>
    public TimeSpan RestartSpread { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A connection that was open for so long starts the count of attempts anew. Default 10 s.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>So many attempts in a row may fail; null, the default, for no limit.</summary>
    public int? MaxRetries { get; init; }

    /// <summary>An attempt that takes longer is given up, the time for the address included. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether to connect again after a close code and reason; null leaves it to the rule: not after 1000, 1008 and 4000 to 4999.
    /// </summary>
    public Func<int, string, bool?>? ShouldReconnect { get; init; }

    /// <summary>So many bytes may wait while there is no connection. Default 1 MiB.</summary>
    public int MaxQueue { get; init; } = 1 << 20;

    /// <summary>A longer message from the server closes the connection with code 1009. In bytes; default 64 MiB.</summary>
    public int MaxMessageSize { get; init; } = 64 << 20;

    /// <summary>
    /// So many received messages may wait for their reader; then the connection is not read until the reader goes on. Default 64.
    /// </summary>
    public int ReceiveCapacity { get; init; } = 64;

    /// <summary>Called with the options of each new <see cref="ClientWebSocket"/>: headers, sub-protocols, certificates, proxy.</summary>
    public Action<ClientWebSocketOptions>? Configure { get; init; }

    /// <summary>The clock. Default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The source of the jitter; null, the default, for <see cref="System.Random.Shared"/>.</summary>
    public Random? Random { get; init; }

    internal void Validate()
    {
        NotNegative(Heartbeat.Interval, nameof(Heartbeat));
        NotNegative(Heartbeat.Timeout, nameof(Heartbeat));
        NotNegative(MinDelay, nameof(MinDelay));
        NotNegative(MaxDelay, nameof(MaxDelay));
        NotNegative(RestartSpread, nameof(RestartSpread));
        NotNegative(StableAfter, nameof(StableAfter));
        ArgumentOutOfRangeException.ThrowIfLessThan(Factor, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxRetries ?? 0, nameof(MaxRetries));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxQueue);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMessageSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReceiveCapacity, 1);
    }

    private static void NotNegative(TimeSpan value, string name) => ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, name);
}
