namespace Hawser.IO.Native;

/// <summary>
/// The last descriptors of the process, which connections and served files may not take. Log files, the control socket and a reload need some
/// when everything else is used up, and so does the runtime, which opens its own code file by file as it is first needed: where it cannot, the
/// process ends (docs/decisions/0063-a-reserve-of-descriptors.md).
/// </summary>
/// <remarks>The kernel gives out the lowest free number, so a number says how many are in use. All methods are for any thread.</remarks>
public static class DescriptorReserve
{
    // A reload, status, drain and an upgrade together were seen to open 20.
    private const int Most = 32;

    // Of a small limit no more than this part, so that something is left to serve with.
    private const int Part = 4;

    private static int s_limit;
    private static int s_first;

    static DescriptorReserve() => Refresh();

    /// <summary>How many descriptors the process may have open.</summary>
    public static int Limit => Volatile.Read(ref s_limit);

    /// <summary>How many of them connections and files may use.</summary>
    public static int Usable => Volatile.Read(ref s_first);

    /// <summary>Passes on a descriptor, or the negated errno of the call that was to make one; one out of the reserve is closed.</summary>
    /// <returns>The descriptor, or a negated errno: <see cref="Errno.EMFILE"/> where the reserve was touched.</returns>
    public static int Guard(int descriptor)
    {
        if (descriptor == -Errno.EMFILE) Refresh();
        if (descriptor < 0 || !IsTouchedBy(descriptor)) return descriptor;
        _ = Libc.close(descriptor);
        return -Errno.EMFILE;
    }

    /// <summary>Whether a descriptor that was just made is one of the reserve.</summary>
    public static bool IsTouchedBy(int descriptor)
    {
        if (descriptor < Usable) return false;
        Refresh(); // somebody may have raised the limit meanwhile (prlimit(1)); here it may cost a call
        return descriptor >= Usable;
    }

    /// <summary>Whether the next descriptor would be one of the reserve.</summary>
    /// <param name="any">An open descriptor, to try with.</param>
    public static bool IsTouched(int any)
    {
        int copy = Libc.Result(Libc.fcntl(any, Libc.F_DUPFD_CLOEXEC, 0));
        if (copy < 0) return true;
        _ = Libc.close(copy);
        return IsTouchedBy(copy);
    }

    /// <summary>Looks at the limit again, which others may change too (prlimit(1)).</summary>
    public static void Refresh()
    {
        ulong soft = ProcessControl.GetOpenFileLimit().Soft;
        int limit = soft is 0 or > int.MaxValue ? int.MaxValue : (int)soft;
        Volatile.Write(ref s_limit, limit);
        Volatile.Write(ref s_first, limit - Math.Min(Most, limit / Part));
    }
}
