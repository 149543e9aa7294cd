namespace Hawser.IO.Buffers;

/// <summary>Bytes waiting for a socket that is full, in pooled pieces.</summary>
public sealed class OutputQueue(BufferPool pool)
{
    private const int PieceSize = 16 * 1024;

    private readonly Queue<(byte[] Buffer, int Length)> _pieces = new();
    private byte[]? _tail;
    private int _tailLength;
    private int _headStart;

    public int Length { get; private set; }

    /// <summary>The longest run that can be sent next; empty only when the queue is.</summary>
    public ReadOnlySpan<byte> Head => _pieces.TryPeek(out var piece)
        ? piece.Buffer.AsSpan(_headStart, piece.Length - _headStart)
        : _tail.AsSpan(_headStart, Math.Max(0, _tailLength - _headStart));

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_tail is not null && _tailLength == _tail.Length) SealTail();
            _tail ??= pool.Rent(Math.Min(PieceSize, Math.Max(bytes.Length, BufferPool.SmallestSize)));
            int taken = Math.Min(bytes.Length, _tail.Length - _tailLength);
            bytes[..taken].CopyTo(_tail.AsSpan(_tailLength));
            _tailLength += taken;
            bytes = bytes[taken..];
        }
    }

    /// <summary>Drops <paramref name="count"/> bytes from the front; never more than <see cref="Head"/> has.</summary>
    public void Consume(int count)
    {
        Length -= count;
        _headStart += count;
        if (_pieces.TryPeek(out var piece))
        {
            if (_headStart < piece.Length) return;
            pool.Return(_pieces.Dequeue().Buffer);
            _headStart = 0;
        }
        else if (_headStart == _tailLength) Clear();
    }

    /// <summary>Everything as one array of the exact size, or null; the queue is empty afterwards.</summary>
    public byte[]? TakeAll()
    {
        if (Length == 0) return null;
        byte[] all = new byte[Length];
        for (int written = 0; Length > 0;)
        {
            ReadOnlySpan<byte> head = Head;
            head.CopyTo(all.AsSpan(written));
            written += head.Length;
            Consume(head.Length);
        }
        return all;
    }

    public void Clear()
    {
        foreach (var piece in _pieces) pool.Return(piece.Buffer);
        _pieces.Clear();
        if (_tail is not null) pool.Return(_tail);
        _tail = null;
        _tailLength = _headStart = Length = 0;
    }

    private void SealTail()
    {
        _pieces.Enqueue((_tail!, _tailLength));
        _tail = null;
        _tailLength = 0;
    }
}
