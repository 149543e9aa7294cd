using System.Runtime.InteropServices;

namespace Hawser.IO.Compression;

/// <summary>The system's zlib, by its stable ABI (zlib.h). Why not the framework's streams: docs/decisions/0025.</summary>
public static unsafe partial class Zlib
{
    private const string Library = "libz.so.1";

    internal const int Ok = 0;
    internal const int StreamEnd = 1;
    internal const int BufferError = -5;
    internal const int NoFlush = 0;
    internal const int SyncFlush = 2;
    internal const int Finish = 4;
    internal const int Deflated = 8;

    /// <summary>Added to the window's bits to ask for gzip's head and checksum (RFC 1952).</summary>
    internal const int GzipFormat = 16;

    /// <summary>Whether the library is installed. Asking loads it for the rest of the process.</summary>
    public static bool IsAvailable => s_isAvailable.Value;

    private static readonly Lazy<bool> s_isAvailable = new(static () => NativeLibrary.TryLoad(Library, out _));

    /// <summary>zlib compares the first digit alone, and the size of the structure.</summary>
    internal static ReadOnlySpan<byte> Version => "1\0"u8;

    /// <summary>z_stream</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Stream
    {
        public byte* NextIn;
        public uint AvailableIn;
        public nuint TotalIn;
        public byte* NextOut;
        public uint AvailableOut;
        public nuint TotalOut;
        public byte* Message;
        public void* State;
        public void* Allocate;
        public void* Free;
        public void* Opaque;
        public int DataType;
        public nuint Checksum;
        public nuint Reserved;
    }

    [LibraryImport(Library)] internal static partial int deflateInit2_(
        Stream* stream, int level, int method, int windowBits, int memoryLevel, int strategy, byte* version, int size);

    [LibraryImport(Library)] internal static partial int deflate(Stream* stream, int flush);
    [LibraryImport(Library)] internal static partial int deflateReset(Stream* stream);
    [LibraryImport(Library)] internal static partial int deflateParams(Stream* stream, int level, int strategy);
    [LibraryImport(Library)] internal static partial int deflateEnd(Stream* stream);
    [LibraryImport(Library)] internal static partial int inflateInit2_(Stream* stream, int windowBits, byte* version, int size);
    [LibraryImport(Library)] internal static partial int inflate(Stream* stream, int flush);
    [LibraryImport(Library)] internal static partial int inflateReset(Stream* stream);
    [LibraryImport(Library)] internal static partial int inflateEnd(Stream* stream);
}
