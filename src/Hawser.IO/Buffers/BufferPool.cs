using System.Numerics;

namespace Hawser.IO.Buffers;

/// <summary>
/// Byte arrays in powers of two, kept for reuse by the one loop that owns the pool: no locks, no thread affinity tables. What a burst
/// left behind beyond the bound of its size class goes to the garbage collector.
/// </summary>
public sealed class BufferPool
{
    /// <summary>Smallest array handed out: a request head of a browser without cookies fits.</summary>
    public const int SmallestSize = 1024;

    private const int Classes = 11;              // 1 KiB … 1 MiB
    private const int KeptBytesPerClass = 1 << 20;

    private readonly Stack<byte[]>[] _free = new Stack<byte[]>[Classes];
    private long _rented;
    private long _takenOver;

    public BufferPool()
    {
        for (int i = 0; i < Classes; i++) _free[i] = new Stack<byte[]>();
    }

    /// <summary>Bytes of the arrays that are out: 0 when nothing is under way. Any thread.</summary>
    public long RentedBytes => Volatile.Read(ref _rented) + Interlocked.Read(ref _takenOver);

    /// <summary>An array of at least <paramref name="size"/> bytes, contents unspecified.</summary>
    public byte[] Rent(int size)
    {
        int index = ClassOf(size);
        if (index >= Classes || !_free[index].TryPop(out byte[]? buffer))
        {
            buffer = GC.AllocateUninitializedArray<byte>(index >= Classes ? size : SmallestSize << index);
        }
        Volatile.Write(ref _rented, _rented + buffer.Length);
        return buffer;
    }

    /// <summary>Takes back what <see cref="Rent"/> gave. The caller must hold no reference to it afterwards.</summary>
    public void Return(byte[] buffer)
    {
        Volatile.Write(ref _rented, _rented - buffer.Length);
        int index = ClassOf(buffer.Length);
        if (index >= Classes || buffer.Length != SmallestSize << index) return;
        Stack<byte[]> free = _free[index];
        if (free.Count < Math.Max(4, KeptBytesPerClass / buffer.Length)) free.Push(buffer);
    }

    /// <summary>
    /// Counts here what is out of another pool, whose arrays will be returned to this one. On the thread of that pool's owner; this one's may go on.
    /// </summary>
    internal void TakeOver(BufferPool other)
    {
        Interlocked.Add(ref _takenOver, other.RentedBytes);
        other._rented = other._takenOver = 0;
    }

    /// <summary>Lets go of all that is kept, when nothing is expected to need it soon.</summary>
    public void Trim()
    {
        foreach (Stack<byte[]> free in _free)
        {
            free.Clear();
            free.TrimExcess();
        }
    }

    private static int ClassOf(int size) => size <= SmallestSize ? 0 : BitOperations.Log2((uint)(size - 1) / SmallestSize) + 1;
}
