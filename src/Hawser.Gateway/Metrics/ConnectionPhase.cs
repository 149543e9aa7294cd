namespace Hawser.Gateway.Metrics;

/// <summary>What a client's connection is doing, in the terms of nginx's <c>stub_status</c>.</summary>
public enum ConnectionPhase : byte
{
    /// <summary>It is not there: before the first, after the last.</summary>
    None,

    /// <summary>For a request; nothing of it has come.</summary>
    Waiting,

    /// <summary>The head of a request.</summary>
    Reading,

    /// <summary>An answer is being made or sent. A tunnel stays here.</summary>
    Writing,
}
