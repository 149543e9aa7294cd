namespace Hawser.IO.Sockets;

/// <summary>
/// A connected byte stream that never blocks. Results are byte counts, 0 for the peer's end of stream, or a negated errno
/// (<c>-EAGAIN</c>: not now, an edge will come). TLS is another transport over the same descriptor.
/// </summary>
public abstract class Transport
{
    /// <summary>The descriptor, or -1 once closed.</summary>
    public abstract int Descriptor { get; }

    /// <summary>The loop's registration of the descriptor.</summary>
    public int Registration { get; set; }

    /// <summary>
    /// The loop has told a former owner of the peer's end, or of a broken connection, and will not tell the next one: reads come to an end, however
    /// short they are.
    /// </summary>
    public bool SawHangUp { get; set; }

    /// <summary>Reads what is there, up to the size of <paramref name="buffer"/>.</summary>
    public abstract int Read(Span<byte> buffer);

    /// <summary>Reads what is there and leaves it there. Only a plain socket can.</summary>
    public virtual int Peek(Span<byte> buffer) => throw new NotSupportedException();

    /// <summary>Writes as much as the peer's window takes.</summary>
    public abstract int Write(ReadOnlySpan<byte> buffer);

    /// <summary>What <see cref="WriteFile"/> answers when the transport has no way to send a file without a copy.</summary>
    public const int Unsupported = int.MinValue;

    /// <summary>Writes file contents without a copy where the transport can; <see cref="Unsupported"/> asks the caller to read and write.</summary>
    public virtual int WriteFile(int file, ref long offset, int count) => Unsupported;

    /// <summary>Ends the writing half; what was written still arrives.</summary>
    public abstract void ShutdownWrite();

    /// <summary>Closes at once. Safe to call twice.</summary>
    public abstract void Close();
}
