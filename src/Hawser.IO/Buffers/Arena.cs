namespace Hawser.IO.Buffers;

/// <summary>
/// The memory of one exchange: a bump allocator over pooled chunks. Everything that a request's variables, headers and rewrites
/// produce lives here and is let go at once, when the exchange ends.
/// </summary>
public sealed class Arena
{
    private const int ChunkSize = 4096;

    private readonly BufferPool _pool;
    private readonly List<byte[]> _full = [];
    private byte[]? _chunk;
    private int _used;

    public Arena(BufferPool pool) => _pool = pool;

    /// <summary>Room for <paramref name="length"/> bytes that stays valid until <see cref="Reset"/>.</summary>
    public Span<byte> Allocate(int length, out ByteSlice slice)
    {
        byte[] chunk = ChunkWith(length);
        slice = new ByteSlice(chunk, _used, length);
        Span<byte> room = chunk.AsSpan(_used, length);
        _used += length;
        return room;
    }

    /// <summary>A copy of <paramref name="bytes"/> that lives as long as the exchange.</summary>
    public ByteSlice Copy(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return default;
        bytes.CopyTo(Allocate(bytes.Length, out ByteSlice slice));
        return slice;
    }

    /// <summary>Two runs of bytes as one.</summary>
    public ByteSlice Concat(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Span<byte> room = Allocate(first.Length + second.Length, out ByteSlice slice);
        first.CopyTo(room);
        second.CopyTo(room[first.Length..]);
        return slice;
    }

    /// <summary>Text of which every character is one byte.</summary>
    public ByteSlice CopyLatin1(ReadOnlySpan<char> text)
    {
        Span<byte> room = Allocate(text.Length, out ByteSlice slice);
        System.Text.Encoding.Latin1.GetBytes(text, room);
        return slice;
    }

    /// <summary>The decimal digits of a number.</summary>
    public ByteSlice Format(long value)
    {
        Span<byte> digits = stackalloc byte[20];
        System.Buffers.Text.Utf8Formatter.TryFormat(value, digits, out int written);
        return Copy(digits[..written]);
    }

    /// <summary>Lets everything go; slices handed out before are dead.</summary>
    public void Reset()
    {
        foreach (byte[] chunk in _full) _pool.Return(chunk);
        _full.Clear();
        if (_chunk is not null) _pool.Return(_chunk);
        _chunk = null;
        _used = 0;
    }

    private byte[] ChunkWith(int length)
    {
        if (_chunk is not null)
        {
            if (_chunk.Length - _used >= length) return _chunk;
            _full.Add(_chunk);
        }
        _used = 0;
        return _chunk = _pool.Rent(Math.Max(ChunkSize, length));
    }
}
