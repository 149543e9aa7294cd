namespace Hawser.Doctor.Findings;

/// <summary>How much a finding hurts.</summary>
public enum FindingSeverity
{
    /// <summary>Worth knowing; nothing breaks today. Also what cannot be told, because a file is missing.</summary>
    Hint,

    /// <summary>Works now and fails under a condition that will come: silence, load, a reload, another client.</summary>
    Warning,

    /// <summary>The WebSocket, or the whole configuration, does not work.</summary>
    Error,
}
