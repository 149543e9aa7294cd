namespace Hawser.Protocols.Http1;

/// <summary>How far a parser of a message head got.</summary>
public enum HeadStatus : byte
{
    /// <summary>All bytes so far are acceptable and the head is not finished: call again with more.</summary>
    NeedMore,

    /// <summary>The head is complete; the byte after it is at <c>Consumed</c>.</summary>
    Complete,

    /// <summary>The bytes cannot become a valid head; the parser says why and stays in this state.</summary>
    Error,
}
