using Hawser.IO.Compression;

namespace Hawser.Gateway.Filters;

/// <summary>
/// A worker's filters and zlib's states for reuse: setting one of those up costs more than compressing a short page. Bounded, because a
/// state holds up to 268 KB.
/// </summary>
internal sealed class FilterPool
{
    private const int MostEncoders = 16;
    private const int MostFilters = 64;

    private readonly Stack<GzipFilter> _gzip = new();
    private readonly Stack<GunzipFilter> _gunzip = new();
    private readonly Stack<CharsetFilter> _charset = new();
    private readonly List<GzipEncoder> _encoders = new(MostEncoders);
    private readonly Stack<GzipDecoder> _decoders = new();

    public GzipFilter RentGzip() => _gzip.TryPop(out GzipFilter? filter) ? filter : new GzipFilter(this);

    public GunzipFilter RentGunzip() => _gunzip.TryPop(out GunzipFilter? filter) ? filter : new GunzipFilter(this);

    public CharsetFilter RentCharset() => _charset.TryPop(out CharsetFilter? filter) ? filter : new CharsetFilter(this);

    public void Return(GzipFilter filter) => Return(_gzip, filter);

    public void Return(GunzipFilter filter) => Return(_gunzip, filter);

    public void Return(CharsetFilter filter) => Return(_charset, filter);

    /// <summary>An encoder at the beginning of a stream.</summary>
    public GzipEncoder RentEncoder(int level, int windowBits, int memoryLevel)
    {
        for (int i = _encoders.Count - 1; i >= 0; i--)
        {
            GzipEncoder encoder = _encoders[i];
            if (encoder.WindowBits != windowBits || encoder.MemoryLevel != memoryLevel) continue;
            _encoders.RemoveAt(i);
            encoder.Reset(level);
            return encoder;
        }
        return new GzipEncoder(level, windowBits, memoryLevel);
    }

    public void Return(GzipEncoder encoder)
    {
        if (_encoders.Count == MostEncoders)
        {
            _encoders[0].Dispose(); // the one whose kind was last asked for the longest time ago
            _encoders.RemoveAt(0);
        }
        _encoders.Add(encoder);
    }

    public GzipDecoder RentDecoder()
    {
        if (!_decoders.TryPop(out GzipDecoder? decoder)) return new GzipDecoder();
        decoder.Reset();
        return decoder;
    }

    public void Return(GzipDecoder decoder)
    {
        if (_decoders.Count < MostEncoders) _decoders.Push(decoder);
        else decoder.Dispose();
    }

    private static void Return<T>(Stack<T> pool, T filter)
    {
        if (pool.Count < MostFilters) pool.Push(filter);
    }
}
