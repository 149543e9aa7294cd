using System.Globalization;
using System.Runtime.InteropServices;

namespace Hawser.Testing;

/// <summary>Signals by their Linux numbers.</summary>
public enum Signal
{
    /// <summary>Hang up: reload.</summary>
    Hup = 1,

    /// <summary>Interrupt: fast shutdown.</summary>
    Int = 2,

    /// <summary>Quit: graceful shutdown.</summary>
    Quit = 3,

    /// <summary>Kill: cannot be caught.</summary>
    Kill = 9,

    /// <summary>User signal 1: reopen log files.</summary>
    Usr1 = 10,

    /// <summary>User signal 2: binary upgrade.</summary>
    Usr2 = 12,

    /// <summary>Terminate: fast shutdown.</summary>
    Term = 15,

    /// <summary>Go on after <see cref="Stop"/>.</summary>
    Continue = 18,

    /// <summary>Freeze: cannot be caught.</summary>
    Stop = 19,

    /// <summary>Window change: stop accepting, gracefully.</summary>
    Winch = 28,
}

/// <summary>What the kernel says about a process, read from <c>/proc</c>.</summary>
public static class ProcessProbe
{
    /// <summary>Sends a signal; false when there is no such process.</summary>
    public static bool Send(int pid, Signal signal) => Kill(pid, (int)signal) == 0;

    /// <summary>Number of open descriptors, not counting the program's own code, which .NET opens file by file as it is first used.</summary>
    public static int Descriptors(int pid) => DescribeDescriptors(pid).Count;

    /// <summary>What each of these descriptors points to, as <c>number -> target</c>, for a message that names a leak.</summary>
    public static IReadOnlyList<string> DescribeDescriptors(int pid) =>
    [
        .. Directory.GetFileSystemEntries($"/proc/{pid}/fd")
            .Select(fd => (Number: Path.GetFileName(fd), Target: TargetOf(fd)))
            .Where(fd => fd.Target is not null && Path.GetExtension(fd.Target) is not (".dll" or ".so"))
            .Select(fd => $"{fd.Number} -> {fd.Target}")
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Number of sockets among the open descriptors.</summary>
    public static int Sockets(int pid) => DescribeDescriptors(pid).Count(fd => fd.Contains("socket:", StringComparison.Ordinal));

    /// <summary>Resident memory in bytes.</summary>
    public static long ResidentBytes(int pid) => Kilobytes($"/proc/{pid}/status", "VmRSS:") * 1024;

    /// <summary>Proportional memory (PSS) in bytes: what ending the process would give back.</summary>
    public static long ProportionalBytes(int pid) => Kilobytes($"/proc/{pid}/smaps_rollup", "Pss:") * 1024;

    /// <summary>Processor time used so far, user and system, of all threads.</summary>
    public static TimeSpan ProcessorTime(int pid)
    {
        // Fields 14 and 15 of stat(5), counted behind the name, which may itself contain blanks and parentheses.
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / 100.0); // USER_HZ is 100 on every Linux
    }

    /// <summary>Each thread's name, and what it waits for in the kernel, for a message about a process that does not go on.</summary>
    public static IReadOnlyList<string> DescribeThreads(int pid) =>
    [
        .. Directory.GetDirectories($"/proc/{pid}/task")
            .Select(task => $"{Path.GetFileName(task)} {ReadOrNothing(task, "comm")}: {ReadOrNothing(task, "wchan")} {ReadOrNothing(task, "syscall")}"),
    ];

    /// <summary>Direct children of a process.</summary>
    public static IReadOnlyList<int> Children(int pid) =>
    [
        .. Directory.GetDirectories($"/proc/{pid}/task")
            .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture)),
    ];

    // A thread may end while it is looked at, and some of its files are for root alone.
    private static string ReadOrNothing(string task, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, file)).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "?";
        }
    }

    // Null for a descriptor that was closed in the meantime.
    private static string? TargetOf(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Kilobytes(string file, string field)
    {
        var line = File.ReadLines(file).First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
