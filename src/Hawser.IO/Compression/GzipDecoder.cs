namespace Hawser.IO.Compression;

/// <summary>What a step of decoding came to.</summary>
public enum GzipDecoding
{
    /// <summary>More input, or more room, is needed.</summary>
    More,

    /// <summary>A member (RFC 1952 §2.2) has ended; another may follow.</summary>
    MemberEnd,

    /// <summary>This is not gzip, or it is damaged: <see cref="GzipDecoder.LastError"/>.</summary>
    Invalid,
}

/// <summary>Unpacks gzip (RFC 1952).</summary>
public sealed unsafe class GzipDecoder : ZlibCodec
{
    private const int LargestWindow = 15;

    /// <exception cref="InvalidOperationException">zlib has no memory.</exception>
    public GzipDecoder()
    {
        fixed (byte* version = Zlib.Version)
        {
            Check(Zlib.inflateInit2_(Native, LargestWindow + Zlib.GzipFormat, version, sizeof(Zlib.Stream)), "inflateInit2");
        }
    }

    /// <summary>zlib's number for what was wrong.</summary>
    public int LastError { get; private set; }

    /// <summary>Begins a new member.</summary>
    public void Reset() => Check(Zlib.inflateReset(Native), "inflateReset");

    public GzipDecoding Decode(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written)
    {
        int result = Run(input, output, Zlib.NoFlush, out consumed, out written);
        if (result == Zlib.StreamEnd) return GzipDecoding.MemberEnd;
        if (result is Zlib.Ok or Zlib.BufferError) return GzipDecoding.More;
        LastError = result;
        return GzipDecoding.Invalid;
    }

    private protected override int Step(int flush) => Zlib.inflate(Native, flush);

    private protected override void End() => _ = Zlib.inflateEnd(Native);
}
