using Hawser.IO.Native;

namespace Hawser.IO.Files;

/// <summary>Questions about paths, asked in bytes: a path need not be UTF-8. Results below zero are negated errnos.</summary>
public static unsafe class PathCalls
{
    /// <summary>Longest path the kernel takes, terminator included (PATH_MAX).</summary>
    public const int MaximumLength = 4096;

    /// <summary>The absolute path without links and dots (realpath).</summary>
    /// <param name="path">Without terminator.</param>
    /// <param name="resolved">At least <see cref="MaximumLength"/> bytes.</param>
    /// <returns>The length of the result, or a negated errno.</returns>
    public static int Resolve(ReadOnlySpan<byte> path, Span<byte> resolved)
    {
        if (path.Length >= MaximumLength || resolved.Length < MaximumLength) return -Errno.ENAMETOOLONG;
        byte* terminated = stackalloc byte[MaximumLength];
        path.CopyTo(new Span<byte>(terminated, MaximumLength));
        terminated[path.Length] = 0;
        fixed (byte* room = resolved)
        {
            if (Libc.realpath(terminated, room) is null) return Libc.Result(-1);
        }
        return resolved.IndexOf((byte)0);
    }

    /// <summary>0 if the path is a directory, else a negated errno (<c>-ENOENT</c>, <c>-ENOTDIR</c>, …).</summary>
    public static int ProbeDirectory(ReadOnlySpan<byte> path)
    {
        if (path.Length >= MaximumLength) return -Errno.ENAMETOOLONG;
        byte* terminated = stackalloc byte[MaximumLength];
        path.CopyTo(new Span<byte>(terminated, MaximumLength));
        terminated[path.Length] = 0;
        int descriptor = Libc.Result(Libc.open(terminated, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0));
        if (descriptor < 0) return descriptor;
        _ = Libc.close(descriptor);
        return 0;
    }
}
