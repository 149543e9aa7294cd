using Hawser.IO.Buffers;
using Hawser.IO.Loop;

namespace Hawser.Gateway.Logging;

/// <summary>
/// Room for one line of an access log: the loop's scratch buffer, and a pooled array where a line is longer than that. To be
/// disposed, and used by the loop's thread only.
/// </summary>
internal ref struct LogBuffer
{
    private readonly BufferPool _pool;
    private byte[] _room;
    private bool _isRented;

    public LogBuffer(EventLoop loop)
    {
        _pool = loop.Buffers;
        _room = loop.Scratch;
    }

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _room.AsSpan(0, Length);

    /// <summary>What was written from <paramref name="start"/> on.</summary>
    public readonly Span<byte> Slice(int start) => _room.AsSpan(start, Length - start);

    /// <summary>Free room of at least <paramref name="length"/> bytes; what is used of it is told with <see cref="Advance"/>.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_room.Length - Length < length) Grow(length);
        return _room.AsSpan(Length);
    }

    public void Advance(int length) => Length += length;

    public void Add(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void Add(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    public readonly void Dispose()
    {
        if (_isRented) _pool.Return(_room);
    }

    private void Grow(int length)
    {
        byte[] larger = _pool.Rent(Math.Max(Length + length, _room.Length * 2));
        Written.CopyTo(larger);
        if (_isRented) _pool.Return(_room);
        _room = larger;
        _isRented = true;
    }
}
