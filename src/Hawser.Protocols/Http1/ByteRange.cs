namespace Hawser.Protocols.Http1;

/// <summary>
/// A run of bytes inside a message, as an offset from the message's first byte. Offsets, not spans, because the buffer
/// that holds a message may move while the message is still arriving.
/// </summary>
/// <param name="Start">Offset of the first byte.</param>
/// <param name="Length">Number of bytes; 0 for an empty run.</param>
public readonly record struct ByteRange(int Start, int Length)
{
    /// <summary>Offset of the byte after the last one.</summary>
    public int End => Start + Length;

    /// <summary>Whether the run holds no byte.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>The bytes themselves, taken from the buffer that starts at the message's first byte.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> message) => message.Slice(Start, Length);

    /// <summary>The run from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    internal static ByteRange Between(int start, int end) => new(start, end - start);
}
