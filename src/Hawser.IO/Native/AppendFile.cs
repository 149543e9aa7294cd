using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hawser.IO.Native;

/// <summary>
/// A log file that several writers may share: every <see cref="Write"/> is one write(2) on a descriptor with O_APPEND, which the
/// framework's own append mode is not. It is closed by <see cref="Dispose"/>, or when nobody can write to it any more.
/// </summary>
public sealed unsafe partial class AppendFile : IDisposable
{
    private const int WriteOnly = 1, Create = 0x40, Append = 0x400, CloseOnExec = 0x80000;
    private const uint OwnerWritesAllRead = 0x1A4; // 0644

    private readonly SafeFileHandle _handle;
    private readonly byte[] _path;

    private AppendFile(int descriptor, byte[] terminatedPath)
    {
        _handle = new SafeFileHandle(descriptor, ownsHandle: true);
        _path = terminatedPath;
    }

    /// <summary>The open descriptor; -1 after <see cref="Dispose"/>.</summary>
    public int Descriptor => _handle.IsClosed ? -1 : (int)_handle.DangerousGetHandle();

    /// <summary>Opens a file for appending and creates it if needed.</summary>
    /// <param name="path">Text; the file system's bytes are its UTF-8 form.</param>
    /// <exception cref="IOException">open(2) failed; <see cref="Exception.HResult"/> is the errno.</exception>
    public static AppendFile Open(string path)
    {
        var errno = TryOpen(Encoding.UTF8.GetBytes(path), out var file);
        return file ?? throw new IOException($"open() \"{path}\" failed {SystemError.Describe(errno)}", errno);
    }

    /// <summary>Opens a file for appending and creates it if needed.</summary>
    /// <param name="path">The file system's bytes.</param>
    /// <param name="file">The file; null on failure.</param>
    /// <returns>0, or an errno.</returns>
    public static int TryOpen(ReadOnlySpan<byte> path, out AppendFile? file)
    {
        byte[] terminated = [.. path, 0];
        var descriptor = OpenPath(terminated);
        file = descriptor < 0 ? null : new AppendFile(descriptor, terminated);
        return descriptor < 0 ? -descriptor : 0;
    }

    /// <summary>Appends a piece of text in one call. Any thread.</summary>
    /// <returns>How many bytes the file took (fewer than given: the disk is full), or a negated errno.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        int result;
        fixed (byte* start = bytes)
        {
            do
            {
                result = Libc.Result(Libc.write(Descriptor, start, (nuint)bytes.Length));
            }
            while (result == -Errno.EINTR);
        }

        GC.KeepAlive(_handle); // the descriptor must not be closed, and given to another, while it is written to
        return result;
    }

    /// <summary>
    /// Opens the path anew, after its file was renamed. The descriptor keeps its number: who is writing meanwhile reaches
    /// the old file or the new one, and never a closed one.
    /// </summary>
    /// <returns>0, or an errno; then the file that was open stays.</returns>
    public int Reopen()
    {
        var fresh = OpenPath(_path);
        if (fresh < 0)
            return -fresh;

        var result = NativeReplace(fresh, Descriptor, CloseOnExec);
        var errno = result < 0 ? Marshal.GetLastPInvokeError() : 0;
        GC.KeepAlive(_handle);
        _ = Libc.close(fresh);
        return errno;
    }

    /// <summary>Closes the descriptor. Nobody may be writing meanwhile.</summary>
    public void Dispose() => _handle.Dispose();

    private static int OpenPath(byte[] terminated)
    {
        fixed (byte* path = terminated)
        {
            var descriptor = NativeOpen(path, WriteOnly | Create | Append | CloseOnExec, OwnerWritesAllRead);
            return descriptor >= 0 ? descriptor : -Marshal.GetLastPInvokeError();
        }
    }

    // The mode is variadic in C; every Linux ABI .NET runs on passes it like a named integer argument.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial int NativeOpen(byte* path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "dup3", SetLastError = true)]
    private static partial int NativeReplace(int from, int to, int flags);
}
