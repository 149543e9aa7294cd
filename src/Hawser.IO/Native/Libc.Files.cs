using System.Runtime.InteropServices;

namespace Hawser.IO.Native;

internal static unsafe partial class Libc
{
    internal const int AT_FDCWD = -100;
    internal const int AT_EMPTY_PATH = 0x1000;
    internal const int O_RDONLY_NONBLOCK_CLOEXEC = 0x80800;
    internal const uint STATX_TYPE_MODE_MTIME_INO_SIZE = 0x0343;

    [LibraryImport(Library)] internal static partial int openat(int directory, byte* path, int flags, uint mode);
    [LibraryImport(Library)] internal static partial int statx(int directory, byte* path, int flags, uint mask, FileStatistics* result);
}

/// <summary>struct statx, whose layout is the same on every architecture: 256 bytes, of which these are looked at.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileStatistics
{
    [FieldOffset(28)] public ushort Mode;
    [FieldOffset(32)] public ulong Number;
    [FieldOffset(40)] public ulong Size;
    [FieldOffset(112)] public long ModifiedSeconds;
    [FieldOffset(120)] public uint ModifiedNanoseconds;
    [FieldOffset(136)] public ulong Device;
}
