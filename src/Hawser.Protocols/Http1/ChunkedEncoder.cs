using System.Numerics;

namespace Hawser.Protocols.Http1;

/// <summary>Writes the lines around the payload of the chunked transfer coding (RFC 9112 §7.1).</summary>
/// <remarks>
/// <code>
/// size line   "1f40" CR LF      WriteSizeLine
/// payload     8000 bytes        the caller
/// chunk end   CR LF             ChunkEnd
/// …
/// last chunk  "0" CR LF CR LF   LastChunk; with trailers: LastSizeLine, WriteField …, BlockEnd
/// </code>
/// </remarks>
public static class ChunkedEncoder
{
    /// <summary>The longest size line: 16 digits, CR, LF.</summary>
    public const int MaxSizeLineLength = 18;

    /// <summary>What follows the payload of every chunk.</summary>
    public static ReadOnlySpan<byte> ChunkEnd => "\r\n"u8;

    /// <summary>The last chunk and an empty trailer section.</summary>
    public static ReadOnlySpan<byte> LastChunk => "0\r\n\r\n"u8;

    /// <summary>The last chunk's size line, if trailers follow.</summary>
    public static ReadOnlySpan<byte> LastSizeLine => "0\r\n"u8;

    /// <summary>The empty line after the trailers.</summary>
    public static ReadOnlySpan<byte> BlockEnd => "\r\n"u8;

    /// <summary>Number of bytes of the size line for <paramref name="size"/>, which is at least 1.</summary>
    public static int SizeLineLength(long size) => ((67 - BitOperations.LeadingZeroCount((ulong)size)) / 4) + 2;

    /// <summary>Writes the size line of a chunk with <paramref name="size"/> bytes (at least 1).</summary>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is below 1: that would end the body.</exception>
    public static int WriteSizeLine(Span<byte> destination, long size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var length = SizeLineLength(size);
        destination[length - 1] = (byte)'\n';
        destination[length - 2] = (byte)'\r';
        for (var i = length - 3; i >= 0; i--)
        {
            destination[i] = "0123456789abcdef"u8[(int)(size & 15)];
            size >>= 4;
        }

        return length;
    }

    /// <summary>Writes one trailer line, <c>name: value</c> and its line end.</summary>
    /// <returns>The number of bytes written: both lengths and 4.</returns>
    public static int WriteField(Span<byte> destination, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        name.CopyTo(destination);
        ": "u8.CopyTo(destination[name.Length..]);
        value.CopyTo(destination[(name.Length + 2)..]);
        ChunkEnd.CopyTo(destination[(name.Length + 2 + value.Length)..]);
        return name.Length + value.Length + 4;
    }
}
