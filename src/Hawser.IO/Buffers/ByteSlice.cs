using System.Text;

namespace Hawser.IO.Buffers;

/// <summary>
/// A run of bytes inside an array that somebody else owns (an <see cref="Arena"/>, a constant). What travels through the gateway are
/// bytes, not text: nginx passes <c>/%02</c> through as a raw byte, and so must we.
/// </summary>
public readonly struct ByteSlice : IEquatable<ByteSlice>
{
    private readonly byte[]? _array;
    private readonly int _start;

    public ByteSlice(byte[] array) : this(array, 0, array.Length)
    {
    }

    public ByteSlice(byte[] array, int start, int length)
    {
        _array = array;
        _start = start;
        Length = length;
    }

    public static ByteSlice Empty => default;

    public int Length { get; }

    public bool IsEmpty => Length == 0;

    public ReadOnlySpan<byte> Span => new(_array, _start, Length);

    public byte this[int index] => Span[index];

    public ByteSlice Slice(int start) => Slice(start, Length - start);

    public ByteSlice Slice(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(Length - start));
        return length == 0 ? default : new ByteSlice(_array!, _start + start, length);
    }

    /// <summary>Bytes of a constant: one byte per character, as configuration text is kept (Latin-1).</summary>
    public static ByteSlice FromLatin1(string text) => text.Length == 0 ? default : new ByteSlice(Encoding.Latin1.GetBytes(text));

    /// <summary>One character per byte, so any byte survives the round trip.</summary>
    public override string ToString() => Encoding.Latin1.GetString(Span);

    public bool Equals(ByteSlice other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is ByteSlice other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    public static bool operator ==(ByteSlice left, ByteSlice right) => left.Equals(right);

    public static bool operator !=(ByteSlice left, ByteSlice right) => !left.Equals(right);
}
