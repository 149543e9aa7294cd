using System.Runtime.InteropServices;

namespace Hawser.IO.Compression;

/// <summary>One state of zlib in memory of its own. Used by one thread at a time; to be disposed, as it holds up to 268 KB.</summary>
public abstract unsafe class ZlibCodec : IDisposable
{
    private protected ZlibCodec() => Native = (Zlib.Stream*)NativeMemory.AllocZeroed((nuint)sizeof(Zlib.Stream));

    ~ZlibCodec() => Free();

    private protected Zlib.Stream* Native { get; private set; }

    /// <summary>Bytes taken since the start or the last reset.</summary>
    public long TotalIn => (long)Native->TotalIn;

    /// <summary>Bytes given since the start or the last reset.</summary>
    public long TotalOut => (long)Native->TotalOut;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private protected abstract int Step(int flush);

    private protected abstract void End();

    // The pointers are valid for the call alone: zlib keeps none of them.
    private protected int Run(ReadOnlySpan<byte> input, Span<byte> output, int flush, out int consumed, out int written)
    {
        fixed (byte* source = input)
        fixed (byte* target = output)
        {
            Native->NextIn = source;
            Native->AvailableIn = (uint)input.Length;
            Native->NextOut = target;
            Native->AvailableOut = (uint)output.Length;
            int result = Step(flush);
            consumed = input.Length - (int)Native->AvailableIn;
            written = output.Length - (int)Native->AvailableOut;
            Native->NextIn = Native->NextOut = null;
            return result;
        }
    }

    private protected static void Check(int result, string call)
    {
        if (result != Zlib.Ok) throw new InvalidOperationException($"{call}() failed: {result}");
    }

    private void Free()
    {
        if (Native is null) return;
        End();
        NativeMemory.Free(Native);
        Native = null;
    }
}
