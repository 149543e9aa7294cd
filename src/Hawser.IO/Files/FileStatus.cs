using Hawser.IO.Native;

namespace Hawser.IO.Files;

/// <summary>What the file system says about a path. Links are followed.</summary>
public readonly record struct FileStatus
{
    private const int TypeMask = 0xF000;
    private const int Directory = 0x4000;
    private const int Regular = 0x8000;
    private const int OwnerExecute = 0x40;

    private const int LongestPath = 4096; // PATH_MAX, the terminator included

    private readonly ushort _mode;

    private FileStatus(in FileStatistics raw)
    {
        _mode = raw.Mode;
        Length = (long)raw.Size;
        LastModified = raw.ModifiedSeconds;
        Version = new FileVersion(raw.Device, raw.Number, raw.ModifiedSeconds, raw.ModifiedNanoseconds);
    }

    /// <summary>A regular file: neither a directory nor a pipe, socket or device.</summary>
    public bool IsFile => (_mode & TypeMask) == Regular;

    public bool IsDirectory => (_mode & TypeMask) == Directory;

    /// <summary>The owner may execute it, or search it if it is a directory.</summary>
    public bool IsExecutable => (_mode & OwnerExecute) != 0;

    /// <summary>Bytes of a regular file.</summary>
    public long Length { get; }

    /// <summary>Seconds since 1970 of the last change of the contents.</summary>
    public long LastModified { get; }

    /// <summary>Which file it is, and when its contents changed.</summary>
    public FileVersion Version { get; }

    /// <summary>Asks about a path, given without terminator. Relative paths start at the working directory.</summary>
    /// <returns>0, or an errno.</returns>
    public static int Read(ReadOnlySpan<byte> path, out FileStatus status) => Read(Libc.AT_FDCWD, path, 0, out status);

    /// <summary>Asks about an open file.</summary>
    /// <returns>0, or an errno.</returns>
    internal static int Read(int descriptor, out FileStatus status) => Read(descriptor, default, Libc.AT_EMPTY_PATH, out status);

    private static unsafe int Read(int directory, ReadOnlySpan<byte> path, int flags, out FileStatus status)
    {
        status = default;
        Span<byte> terminated = stackalloc byte[LongestPath];
        int error = Terminate(path, terminated);
        if (error != 0) return error;
        FileStatistics raw;
        fixed (byte* start = terminated)
        {
            int result = Libc.Result(Libc.statx(directory, start, flags, Libc.STATX_TYPE_MODE_MTIME_INO_SIZE, &raw));
            if (result < 0) return -result;
        }
        status = new FileStatus(in raw);
        return 0;
    }

    /// <summary>
    /// Copies a path and puts the zero behind it that the kernel wants. 0, or the errno that the kernel would have for the path.
    /// </summary>
    internal static int Terminate(ReadOnlySpan<byte> path, Span<byte> terminated)
    {
        if (path.Length >= terminated.Length) return Errno.ENAMETOOLONG;
        if (path.Contains((byte)0)) return Errno.ENOENT; // no file's name has a zero in it
        path.CopyTo(terminated);
        terminated[path.Length] = 0;
        return 0;
    }
}

/// <summary>A file as it was at some time.</summary>
public readonly record struct FileVersion(ulong Device, ulong Number, long ModifiedSeconds, uint ModifiedNanoseconds)
{
    /// <summary>
    /// Whether the file is still as it was: neither another one under the same name nor one that was written in between. A time without a fraction was set
    /// by a program that keeps seconds only (utime, tar), and then the second counts, as it always does in nginx, which does not see that a certificate
    /// was replaced in place within one.
    /// </summary>
    public bool IsUnchanged(FileVersion now) =>
        (Device, Number, ModifiedSeconds) == (now.Device, now.Number, now.ModifiedSeconds)
        && (ModifiedNanoseconds == now.ModifiedNanoseconds || ModifiedNanoseconds == 0 || now.ModifiedNanoseconds == 0);
}
