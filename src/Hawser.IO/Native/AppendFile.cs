using System.Runtime.InteropServices;

namespace Hawser.IO.Native;

/// <summary>
/// A log file that several writers may share: every <see cref="Write"/> is one write(2) on a descriptor with O_APPEND, which the
/// framework's own append mode is not.
/// </summary>
public sealed unsafe partial class AppendFile : IDisposable
{
    private const int WriteOnly = 1, Create = 0x40, Append = 0x400, CloseOnExec = 0x80000;
    private const uint OwnerWritesAllRead = 0x1A4; // 0644

    private AppendFile(int descriptor) => Descriptor = descriptor;

    /// <summary>The open descriptor; -1 after <see cref="Dispose"/>.</summary>
    public int Descriptor { get; private set; }

    /// <summary>Opens a file for appending and creates it if needed.</summary>
    /// <exception cref="IOException">open(2) failed; <see cref="Exception.HResult"/> is the errno.</exception>
    public static AppendFile Open(string path)
    {
        var descriptor = NativeOpen(path, WriteOnly | Create | Append | CloseOnExec, OwnerWritesAllRead);
        if (descriptor >= 0)
            return new AppendFile(descriptor);

        var errno = Marshal.GetLastPInvokeError();
        throw new IOException($"open() \"{path}\" failed {SystemError.Describe(errno)}", errno);
    }

    /// <summary>Appends a piece of text in one call. What a full disk refuses is lost; a log has nowhere to complain.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
            _ = Libc.write(Descriptor, start, (nuint)bytes.Length);
    }

    /// <summary>Closes the descriptor.</summary>
    public void Dispose()
    {
        if (Descriptor >= 0)
            _ = Libc.close(Descriptor);
        Descriptor = -1;
    }

    // The mode is variadic in C; every Linux ABI .NET runs on passes it like a named integer argument.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeOpen(string path, int flags, uint mode);
}
