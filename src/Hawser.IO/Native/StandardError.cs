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

    private const string OwnDescriptors = "/proc/self/fd";
    private const int GetDescriptorFlags = 1; // F_GETFD
    private const int CloseOnExecFile = 0x80000; // O_CLOEXEC
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

    /// <summary>
    /// Lets the stream lead into another file from now on, and with it the copies of the descriptor that the runtime makes when it starts:
    /// a copy left open keeps whoever reads the other end waiting, such as an ssh session or a script that captures the output.
    /// </summary>
    /// <param name="target">An open descriptor; the caller may close it afterwards.</param>
    /// <returns>0, or an errno. Without a stream there is nothing to do.</returns>
    public static int Redirect(int target)
    {
        if (!Inherited)
            return 0;

        var before = Target(Descriptor);
        foreach (var entry in Directory.GetFileSystemEntries(OwnDescriptors))
        {
            var descriptor = int.Parse(Path.GetFileName(entry.AsSpan()));
            if (descriptor > Descriptor && descriptor != target && Target(descriptor) == before)
                _ = NativeReplace(target, descriptor, CloseOnExecFile);
        }

        return ProcessControl.Result(NativeDuplicate(target, Descriptor));
    }

    private static string? Target(int descriptor) => new FileInfo($"{OwnDescriptors}/{descriptor}").LinkTarget;

    private static bool IsInherited()
    {
        var flags = NativeFcntl(Descriptor, GetDescriptorFlags, 0);
        return flags >= 0 && (flags & CloseOnExec) == 0;
    }

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int NativeDuplicate(int source, int target);

    [LibraryImport("libc", EntryPoint = "dup3", SetLastError = true)]
    private static partial int NativeReplace(int source, int target, int flags);

    // The third argument is variadic in C; every Linux ABI .NET runs on passes it like a named integer argument.
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int NativeFcntl(int descriptor, int command, int argument);
}
