using Hawser.IO.Native;
using Microsoft.Win32.SafeHandles;

namespace Hawser.IO.Files;

/// <summary>Opens files to be served. Paths are bytes: what a request names need not be UTF-8.</summary>
public static unsafe class ContentFile
{
    private const int LongestPath = 4096;

    /// <summary>
    /// Opens a path for reading. Does not wait for the other end of a named pipe. Directories and other things that are no regular files
    /// are told from the status; only a regular file comes with a handle.
    /// </summary>
    /// <param name="path">Without terminator.</param>
    /// <param name="file">The open file, null for anything else.</param>
    /// <param name="call">The system call that failed, as nginx names it: <c>open()</c>, <c>fstat()</c>.</param>
    /// <returns>0, or an errno.</returns>
    public static int Open(ReadOnlySpan<byte> path, out SafeFileHandle? file, out FileStatus status, out string call)
    {
        file = null;
        status = default;
        call = "open()";
        Span<byte> terminated = stackalloc byte[LongestPath];
        int error = FileStatus.Terminate(path, terminated);
        if (error != 0) return error;
        int descriptor;
        fixed (byte* start = terminated)
        {
            do descriptor = Libc.Result(Libc.openat(Libc.AT_FDCWD, start, Libc.O_RDONLY_NONBLOCK_CLOEXEC, 0));
            while (descriptor == -Errno.EINTR);
        }
        descriptor = DescriptorReserve.Guard(descriptor);
        if (descriptor < 0) return -descriptor;
        call = "fstat()";
        error = FileStatus.Read(descriptor, out status);
        if (error == 0 && status.IsFile) file = new SafeFileHandle(descriptor, ownsHandle: true);
        else _ = Libc.close(descriptor);
        return error;
    }
}
