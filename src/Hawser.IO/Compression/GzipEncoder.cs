namespace Hawser.IO.Compression;

/// <summary>How much of what was put in must come out.</summary>
public enum GzipFlush
{
    /// <summary>What the encoder likes.</summary>
    None = Zlib.NoFlush,

    /// <summary>All of it, so that a reader can decode it (costs a few bytes).</summary>
    Sync = Zlib.SyncFlush,

    /// <summary>All of it, and the end of the stream.</summary>
    Finish = Zlib.Finish,
}

/// <summary>Compresses to gzip (RFC 1952), a stream at a time; <see cref="Reset"/> begins the next one with the same memory.</summary>
public sealed unsafe class GzipEncoder : ZlibCodec
{
    private const int DefaultStrategy = 0;

    private int _level;

    /// <param name="level">1 (fast) to 9 (small).</param>
    /// <param name="windowBits">9 to 15: the power of two that is the window's size.</param>
    /// <param name="memoryLevel">1 to 9: memory for the compressor's tables, 2^(level+9) bytes.</param>
    /// <exception cref="InvalidOperationException">zlib refuses: no memory, or an argument out of range.</exception>
    public GzipEncoder(int level, int windowBits, int memoryLevel)
    {
        _level = level;
        MemoryLevel = memoryLevel;
        WindowBits = windowBits;
        fixed (byte* version = Zlib.Version)
        {
            Check(
                Zlib.deflateInit2_(Native, level, Zlib.Deflated, windowBits + Zlib.GzipFormat, memoryLevel, DefaultStrategy, version, sizeof(Zlib.Stream)),
                "deflateInit2");
        }
    }

    public int WindowBits { get; }

    public int MemoryLevel { get; }

    /// <summary>Begins a new stream.</summary>
    public void Reset(int level)
    {
        Check(Zlib.deflateReset(Native), "deflateReset");
        if (level == _level) return;
        Check(Zlib.deflateParams(Native, level, DefaultStrategy), "deflateParams");
        _level = level;
    }

    /// <summary>Takes input and gives output as far as there is room.</summary>
    /// <returns>True when all of <paramref name="input"/> is taken and what <paramref name="flush"/> asks for is out; else call again with more room.</returns>
    public bool Encode(ReadOnlySpan<byte> input, Span<byte> output, GzipFlush flush, out int consumed, out int written)
    {
        int result = Run(input, output, (int)flush, out consumed, out written);
        // A call that had nothing to do says "buffer error", which is none.
        if (result is not (Zlib.Ok or Zlib.StreamEnd or Zlib.BufferError)) throw new InvalidOperationException($"deflate() failed: {result}");
        return flush == GzipFlush.Finish ? result == Zlib.StreamEnd : consumed == input.Length && written < output.Length;
    }

    private protected override int Step(int flush) => Zlib.deflate(Native, flush);

    private protected override void End() => _ = Zlib.deflateEnd(Native);
}
