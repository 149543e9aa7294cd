namespace Hawser.Client;

/// <summary>What a <see cref="HawserSocket"/> is doing.</summary>
public enum ConnectionState
{
    /// <summary>The address is asked for, or the handshake is on its way.</summary>
    Connecting,

    /// <summary>Messages go and come.</summary>
    Open,

    /// <summary>A new attempt is planned.</summary>
    Waiting,

    /// <summary>The application closed; the answer of the server is awaited, for 5 s at most.</summary>
    Closing,

    /// <summary>The end.</summary>
    Closed,
}

/// <summary>Why a new attempt is needed.</summary>
public enum ReconnectReason
{
    /// <summary>The connection was closed by the server, or broke.</summary>
    Close,

    /// <summary>An attempt failed: nobody answered, the answer was no handshake, or the address could not be had.</summary>
    Failed,

    /// <summary>An attempt took longer than <see cref="HawserSocketOptions.ConnectTimeout"/>.</summary>
    Timeout,

    /// <summary>Nothing came within <see cref="HeartbeatOptions.Timeout"/> after a heartbeat.</summary>
    Heartbeat,
}

/// <summary>A change of state.</summary>
/// <param name="State">The state now.</param>
/// <param name="Previous">The state before.</param>
public readonly record struct StateChange(ConnectionState State, ConnectionState Previous);

/// <summary>How a connection ended.</summary>
/// <param name="Code">The close code (RFC 6455 §7.4); 1005 if the close frame had none, 1006 if there was no close frame.</param>
/// <param name="Reason">The text of the close frame; empty if there was none.</param>
/// <param name="WasClean">Whether both sides had said goodbye.</param>
public readonly record struct CloseInfo(int Code, string Reason, bool WasClean);

/// <summary>A planned attempt.</summary>
/// <param name="Attempt">Its number; 1 is the first one after a stable connection.</param>
/// <param name="Delay">The time until it.</param>
/// <param name="Reason">Why it is needed.</param>
public readonly record struct ReconnectPlan(int Attempt, TimeSpan Delay, ReconnectReason Reason);
