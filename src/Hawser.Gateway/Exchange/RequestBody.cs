using Hawser.IO.Buffers;

namespace Hawser.Gateway.Exchange;

/// <summary>
/// The body of a request. Either it is read whole first (<see cref="ReadAllAsync"/>, nginx's <c>proxy_request_buffering on</c>), into
/// memory and beyond that into a temporary file, or it is streamed (<see cref="ReadAsync"/>).
/// </summary>
public abstract class RequestBody : IDisposable
{
    /// <summary>A request without a body.</summary>
    public static RequestBody None { get; } = new EmptyBody();

    /// <summary>Bytes announced by Content-Length; 0 for none, -1 for a chunked body of unknown length.</summary>
    public abstract long DeclaredLength { get; }

    /// <summary>Bytes of body received so far.</summary>
    public abstract long ReceivedLength { get; }

    /// <summary>All of it has been received.</summary>
    public abstract bool IsComplete { get; }

    /// <summary>The whole body in memory, once read; empty when it went to a file. <c>$request_body</c>.</summary>
    public abstract ByteSlice Memory { get; }

    /// <summary>Path of the temporary file that holds the body; empty when there is none. <c>$request_body_file</c>.</summary>
    public abstract string FilePath { get; }

    /// <summary>Reading it has failed, in the framing or because it is too large: what follows on the connection is not to be understood.</summary>
    public bool HasFailed { get; protected set; }

    /// <summary>Milliseconds without a byte that reading waits for; null for <c>client_body_timeout</c>.</summary>
    public long? ReadTimeout { get; set; }

    /// <summary>Reads the whole body into memory or file. 0, or the status to refuse the request with (400, 408, 413, 500).</summary>
    public abstract ValueTask<int> ReadAllAsync(HttpExchange exchange);

    /// <summary>
    /// Takes what has arrived already, without waiting, before a body is streamed: <see cref="Memory"/> shows it, and so does
    /// <see cref="ReadStored"/>; <see cref="ReadAsync"/> goes on behind it. 0, or the status to refuse the request with.
    /// </summary>
    public virtual int BeginStream(HttpExchange exchange) => 0;

    /// <summary>Throws away what has arrived already of a body nobody wants. 0, or 400: it is not even a valid body.</summary>
    public virtual int DiscardReceived(HttpExchange exchange) => 0;

    /// <summary>The next part of a streamed body: its length, 0 at the end, or a negated status (-400, -408, -413).</summary>
    public abstract ValueTask<int> ReadAsync(HttpExchange exchange, Memory<byte> buffer);

    /// <summary>Makes a <see cref="ReadAsync"/> that waits for the client return: nobody wants the rest any more.</summary>
    public virtual void CancelRead()
    {
    }

    /// <summary>Reads stored contents (after <see cref="ReadAllAsync"/>) from <paramref name="offset"/>: bytes copied.</summary>
    public abstract int ReadStored(long offset, Span<byte> buffer);

    /// <summary>Length of what <see cref="ReadAllAsync"/> stored.</summary>
    public abstract long StoredLength { get; }

    public abstract void Dispose();

    private sealed class EmptyBody : RequestBody
    {
        public override long DeclaredLength => 0;

        public override long ReceivedLength => 0;

        public override bool IsComplete => true;

        public override ByteSlice Memory => default;

        public override string FilePath => "";

        public override long StoredLength => 0;

        public override ValueTask<int> ReadAllAsync(HttpExchange exchange) => new(0);

        public override ValueTask<int> ReadAsync(HttpExchange exchange, Memory<byte> buffer) => new(0);

        public override int ReadStored(long offset, Span<byte> buffer) => 0;

        public override void Dispose()
        {
        }
    }
}
