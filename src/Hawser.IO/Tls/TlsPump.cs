using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hawser.IO.Buffers;
using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>
/// Where a loop's TLS connections meet their ciphertext. OpenSSL reads from and writes into two buffers that all connections of the loop
/// share, one at a time; <see cref="TlsTransport"/> moves their contents from and to the socket in as few system calls as there can be, and no
/// connection holds a buffer while it waits (docs/decisions/0030).
/// </summary>
public sealed unsafe class TlsPump : IDisposable
{
    /// <summary>Plaintext encrypted before the socket is asked to take it: four records of 16 KiB.</summary>
    internal const int WriteSize = 64 * 1024;

    private const int ReceiveSize = 256 * 1024 + 1024;
    private const int InitialOutput = WriteSize + 8 * 1024;

    private static readonly nint s_method = CreateMethod();
    private static readonly ConcurrentBag<TlsPump> s_free = [];

    private readonly State* _state;
    private readonly Func<long> _unixMilliseconds;

    /// <summary>What the BIO's callbacks see. Native, so that they reach it without a handle.</summary>
    internal struct State
    {
        /// <summary>Ciphertext that OpenSSL may take.</summary>
        public byte* Input;
        public int InputLength;

        /// <summary>OpenSSL asked for more than there was.</summary>
        public int IsStarved;

        /// <summary>Ciphertext that OpenSSL has made.</summary>
        public byte* Output;
        public int OutputLength;
        public int OutputCapacity;
    }

    internal TlsPump(BufferPool buffers, Func<long> unixMilliseconds)
    {
        Buffers = buffers;
        _unixMilliseconds = unixMilliseconds;
        _state = (State*)NativeMemory.AllocZeroed((nuint)sizeof(State));
        _state->Output = (byte*)NativeMemory.Alloc(InitialOutput);
        _state->OutputCapacity = InitialOutput;
        Receive = (byte*)NativeMemory.Alloc(ReceiveSize);
    }

    /// <summary>
    /// One for work beside the loops. There are never more than threads that do such work at the same time, and they are kept. What its pool gives
    /// out may be returned to that of a loop: it is the same arrays.
    /// </summary>
    internal static TlsPump Rent() =>
        s_free.TryTake(out TlsPump? pump) ? pump : new TlsPump(new BufferPool(), static () => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    internal static void Return(TlsPump pump) => s_free.Add(pump);

    internal BufferPool Buffers { get; }

    internal long UnixSeconds => _unixMilliseconds() / 1000;

    internal State* Io => _state;

    /// <summary>Where ciphertext is received.</summary>
    internal byte* Receive { get; }

    internal static int ReceiveCapacity => ReceiveSize;

    /// <summary>Makes the BIO of one connection; SSL_set_bio() takes it over.</summary>
    internal nint CreateBio()
    {
        nint bio = LibCrypto.BIO_new(s_method);
        if (bio == 0) throw new TlsException("BIO_new() failed");
        LibCrypto.BIO_set_data(bio, _state);
        LibCrypto.BIO_set_init(bio, 1);
        return bio;
    }

    public void Dispose()
    {
        NativeMemory.Free(_state->Output);
        NativeMemory.Free(_state);
        NativeMemory.Free(Receive);
    }

    private static nint CreateMethod()
    {
        nint method;
        fixed (byte* name = "hawser loop"u8) method = LibCrypto.BIO_meth_new(LibCrypto.BIO_get_new_index() | LibCrypto.BIO_TYPE_SOURCE_SINK, name);
        if (method == 0) throw new TlsException("BIO_meth_new() failed");
        delegate* unmanaged[Cdecl]<nint, byte*, int, int> read = &OnRead;
        delegate* unmanaged[Cdecl]<nint, byte*, int, int> write = &OnWrite;
        delegate* unmanaged[Cdecl]<nint, int, nint, void*, nint> control = &OnControl;
        _ = LibCrypto.BIO_meth_set_read(method, read);
        _ = LibCrypto.BIO_meth_set_write(method, write);
        _ = LibCrypto.BIO_meth_set_ctrl(method, control);
        return method;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnRead(nint bio, byte* buffer, int length)
    {
        var state = (State*)LibCrypto.BIO_get_data(bio);
        int count = Math.Min(length, state->InputLength);
        if (count <= 0)
        {
            state->IsStarved = 1;
            LibCrypto.BIO_set_flags(bio, LibCrypto.BIO_FLAGS_READ | LibCrypto.BIO_FLAGS_SHOULD_RETRY);
            return -1;
        }
        LibCrypto.BIO_clear_flags(bio, LibCrypto.BIO_FLAGS_RWS | LibCrypto.BIO_FLAGS_SHOULD_RETRY);
        Buffer.MemoryCopy(state->Input, buffer, length, count);
        state->Input += count;
        state->InputLength -= count;
        return count;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWrite(nint bio, byte* buffer, int length)
    {
        var state = (State*)LibCrypto.BIO_get_data(bio);
        if (length <= 0) return 0;
        int needed = state->OutputLength + length;
        if (needed > state->OutputCapacity)
        {
            // A handshake with a long chain of certificates, or many small records: grown once, kept for the life of the loop.
            int capacity = Math.Max(needed, state->OutputCapacity * 2);
            state->Output = (byte*)NativeMemory.Realloc(state->Output, (nuint)capacity);
            state->OutputCapacity = capacity;
        }
        Buffer.MemoryCopy(buffer, state->Output + state->OutputLength, length, length);
        state->OutputLength = needed;
        return length;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnControl(nint bio, int command, nint number, void* pointer) => command == LibCrypto.BIO_CTRL_FLUSH ? 1 : 0;
}
