using System.Runtime.InteropServices;

namespace Hawser.IO.Native;

/// <summary>Signals, limits and other attributes of a Linux process. Methods that can fail return <c>errno</c>, 0 for success.</summary>
public static partial class ProcessControl
{
    private const int OpenFiles = 7;  // RLIMIT_NOFILE
    private const int CoreSize = 4;   // RLIMIT_CORE
    private const int SetDumpable = 4; // PR_SET_DUMPABLE
    private const int SetMask = 2;     // SIG_SETMASK
    private const int SignalSetLength = 128; // sigset_t

    /// <summary>The effective user id; 0 is root.</summary>
    public static uint EffectiveUserId => NativeGetEffectiveUserId();

    /// <summary>The process that started this one; 1 (or a subreaper's id) once that has ended.</summary>
    public static int ParentId => NativeGetParentId();

    /// <summary>
    /// Gives a signal back its default action. A process whose parent ignores HUP or QUIT (<c>nohup</c>, a background job of
    /// a script) inherits that, and <see cref="PosixSignalRegistration"/> honours it: the handler would never run.
    /// </summary>
    public static void ResetSignal(int signal) => NativeSignal(signal, 0);

    /// <summary>
    /// Lets all signals reach the calling thread, and those it starts from then on. nginx blocks the signals it reacts to, and the program it starts at
    /// USR2 inherits that: it would hear nothing but KILL.
    /// </summary>
    public static unsafe void UnblockSignals()
    {
        byte* none = stackalloc byte[SignalSetLength];
        new Span<byte>(none, SignalSetLength).Clear();
        _ = NativeSetSignalMask(SetMask, none, null);
    }

    /// <summary>Sends a signal; 0 as <paramref name="signal"/> only asks whether the process exists.</summary>
    public static int Kill(int processId, int signal) => Result(NativeKill(processId, signal));

    /// <summary>The soft and the hard limit of open descriptors (RLIMIT_NOFILE).</summary>
    public static (ulong Soft, ulong Hard) GetOpenFileLimit() =>
        NativeGetLimit(OpenFiles, out var limit) == 0 ? (limit.Soft, limit.Hard) : (0, 0);

    /// <summary>Sets both limits of open descriptors; raising the hard one takes CAP_SYS_RESOURCE.</summary>
    public static int SetOpenFileLimit(ulong count)
    {
        int errno = SetLimit(OpenFiles, count);
        DescriptorReserve.Refresh();
        return errno;
    }

    /// <summary>Sets both limits of the size of a core file, in bytes.</summary>
    public static int SetCoreSizeLimit(ulong bytes) => SetLimit(CoreSize, bytes);

    /// <summary>Sets the nice value (−20 … 19) of the calling thread; threads it starts later inherit it.</summary>
    public static int SetPriority(int nice) => Result(NativeSetPriority(0, 0, nice));

    /// <summary>Changes the working directory.</summary>
    public static int ChangeDirectory(string path) => Result(NativeChangeDirectory(path));

    /// <summary>Allows core files and <c>/proc/self</c> again after a change of user took them away (PR_SET_DUMPABLE).</summary>
    public static void AllowCoreDumps() => NativeProcessControl(SetDumpable, 1, 0, 0, 0);

    internal static int Result(int returned) => returned < 0 ? Marshal.GetLastPInvokeError() : 0;

    private static int SetLimit(int resource, ulong value)
    {
        var limit = new ResourceLimit { Soft = value, Hard = value };
        return Result(NativeSetLimit(resource, in limit));
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint NativeGetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int NativeGetParentId();

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint NativeSignal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static unsafe partial int NativeSetSignalMask(int how, byte* set, byte* old);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int NativeKill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int NativeGetLimit(int resource, out ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int NativeSetLimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int NativeSetPriority(int which, int who, int nice);

    [LibraryImport("libc", EntryPoint = "chdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeChangeDirectory(string path);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int NativeProcessControl(int option, nuint a, nuint b, nuint c, nuint d);
}
