using System.Runtime.InteropServices;

namespace Hawser.IO.Native;

/// <summary>
/// Writes to the standard error stream this process was started with, and never throws.
/// </summary>
/// <remarks>
/// A process started with descriptor 2 closed gets some file of the .NET runtime's own as descriptor 2 (measured: the
/// read end of a pipe), and <c>Console.Error</c> throws at the first write. A descriptor that survived
/// <c>execve</c> cannot carry <c>FD_CLOEXEC</c>, while the runtime sets it on everything it opens; so the flag tells
/// an inherited stream from a stranger.
/// </remarks>
public static partial class StandardError
{
    /// <summary>The descriptor number of standard error.</summary>
    public const int Descriptor = 2;

    private const int GetDescriptorFlags = 1; // F_GETFD
    private const int CloseOnExec = Libc.FD_CLOEXEC;

    private static readonly bool Inherited = IsInherited();

    /// <summary>Whether somebody gave this process a standard error stream; when false, writes go nowhere.</summary>
    public static bool IsAvailable => Inherited;

    /// <summary>Writes every byte, as far as the receiver takes them; an error ends the attempt silently.</summary>
    public static unsafe void Write(ReadOnlySpan<byte> bytes)
    {
        if (!Inherited)
            return;

        fixed (byte* start = bytes)
        {
            var written = 0;
            while (written < bytes.Length)
            {
                var n = Libc.Result(Libc.write(Descriptor, start + written, (nuint)(bytes.Length - written)));
                if (n > 0)
                    written += n;
                else if (n != -Errno.EINTR)
                    return; // nobody is left to be told
            }
        }
    }

    private static bool IsInherited()
    {
        var flags = NativeFcntl(Descriptor, GetDescriptorFlags, 0);
        return flags >= 0 && (flags & CloseOnExec) == 0;
    }

    // The third argument is variadic in C; every Linux ABI .NET runs on passes it like a named integer argument.
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int NativeFcntl(int descriptor, int command, int argument);
}
