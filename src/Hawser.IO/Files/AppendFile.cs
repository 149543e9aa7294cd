using System.Text;
using Hawser.IO.Native;
using Microsoft.Win32.SafeHandles;

namespace Hawser.IO.Files;

/// <summary>
/// A file that is only ever appended to. Each <see cref="Write"/> is one write(2) on an O_APPEND descriptor, so lines of several
/// threads, or of an old and a new process, never mix. (The framework's own append mode remembers an offset instead.)
/// </summary>
public sealed unsafe class AppendFile : IDisposable
{
    private const int Flags = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND | Libc.O_CLOEXEC;
    private const uint Mode = 0x1A4; // 0644, less the umask

    private readonly SafeFileHandle _handle;
    private readonly byte[] _path;

    private AppendFile(int descriptor, byte[] path)
    {
        _handle = new SafeFileHandle(descriptor, ownsHandle: true);
        _path = path;
    }

    /// <summary>Opens a file, creating it if need be.</summary>
    /// <param name="path">One byte per character.</param>
    /// <param name="file">The file; null on failure.</param>
    /// <returns>0, or an errno.</returns>
    public static int TryOpen(string path, out AppendFile? file)
    {
        byte[] terminated = Encoding.Latin1.GetBytes(path + "\0");
        int descriptor = Open(terminated);
        file = descriptor < 0 ? null : new AppendFile(descriptor, terminated);
        return descriptor < 0 ? -descriptor : 0;
    }

    /// <summary>Opens a file whose path is text, creating it if need be.</summary>
    /// <exception cref="IOException">open(2) failed; <see cref="Exception.HResult"/> is the errno.</exception>
    public static AppendFile Open(string path)
    {
        int errno = TryOpen(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(path)), out AppendFile? file);
        return file ?? throw new IOException($"open() \"{path}\" failed {SystemError.Describe(errno)}", errno);
    }

    /// <summary>The open descriptor, for whoever passes it on.</summary>
    public int Descriptor => (int)_handle.DangerousGetHandle();

    /// <summary>Appends. Any thread.</summary>
    /// <returns>How many bytes the file took (fewer than given: the disk is full), or a negated errno.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        int descriptor = (int)_handle.DangerousGetHandle();
        int result;
        fixed (byte* start = bytes)
        {
            do
            {
                result = Libc.Result(Libc.write(descriptor, start, (nuint)bytes.Length));
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
        int fresh = Open(_path);
        if (fresh < 0) return -fresh;
        int result = Libc.Result(Libc.dup3(fresh, (int)_handle.DangerousGetHandle(), Libc.O_CLOEXEC));
        GC.KeepAlive(_handle);
        _ = Libc.close(fresh);
        return result < 0 ? -result : 0;
    }

    /// <summary>Closes the file. Nobody may be writing to it.</summary>
    public void Dispose() => _handle.Dispose();

    private static int Open(byte[] path)
    {
        fixed (byte* start = path) return Libc.Result(Libc.open(start, Flags, Mode));
    }
}
