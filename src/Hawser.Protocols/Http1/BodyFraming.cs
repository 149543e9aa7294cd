namespace Hawser.Protocols.Http1;

/// <summary>How the end of a message body is found (RFC 9112 §6.3).</summary>
public enum BodyFraming : byte
{
    /// <summary>There is no body.</summary>
    None,

    /// <summary>Content-Length bytes; never 0 bytes, that is <see cref="None"/>.</summary>
    Sized,

    /// <summary>The chunked transfer coding.</summary>
    Chunked,

    /// <summary>All bytes until the connection ends; responses only.</summary>
    UntilClose,
}
