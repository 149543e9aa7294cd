using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace Hawser.IO.Native;

/// <summary>
/// Starts programs with posix_spawn. The framework's <c>Process</c> can neither hand over descriptors nor start a session.
/// </summary>
public static unsafe partial class ProgramStarter
{
    private const int ReadWrite = 2;       // O_RDWR
    private const short NewSession = 0x80; // POSIX_SPAWN_SETSID

    /// <summary>glibc's posix_spawnattr_t has 336 bytes and its file actions 80, musl's are of the same order.</summary>
    private const int OpaqueLength = 1024;

    /// <summary>Starts a program.</summary>
    /// <returns>Its process id. Somebody has to wait for it: <see cref="WaitForExit"/>.</returns>
    /// <exception cref="IOException">It could not be started; <see cref="Exception.HResult"/> is the errno.</exception>
    public static int Start(ProgramStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        var actions = stackalloc byte[OpaqueLength];
        var attributes = stackalloc byte[OpaqueLength];
        Check(NativeInitActions(actions), "posix_spawn_file_actions_init()");
        Check(NativeInitAttributes(attributes), "posix_spawnattr_init()");
        if (start.WorkingDirectory is { } directory)
            Check(NativeAddDirectory(actions, directory), "posix_spawn_file_actions_addchdir_np()");
        if (start.IsDetached)
            Detach(actions, attributes);

        // A descriptor that is copied onto itself loses FD_CLOEXEC instead (glibc 2.29, musl 1.1.24).
        foreach (var (from, to) in start.Descriptors)
            Check(NativeAddDuplicate(actions, from, to), "posix_spawn_file_actions_adddup2()");

        var arguments = ToNativeList(start.Arguments, Encoding.Latin1);
        var environment = ToNativeList(EnvironmentFor(start), Encoding.UTF8);
        var path = ToNativeList([start.Path], Encoding.Latin1);
        int error, processId;
        if (start.KeepsCapabilities)
            Credentials.RaiseAmbient();
        try
        {
            error = NativeSpawn(out processId, path[0], actions, attributes, arguments, environment);
        }
        finally
        {
            if (start.KeepsCapabilities)
                Credentials.ClearAmbient();
        }

        Release(path);
        Release(arguments);
        Release(environment);
        Check(NativeDestroyActions(actions), "posix_spawn_file_actions_destroy()");
        Check(NativeDestroyAttributes(attributes), "posix_spawnattr_destroy()");
        Check(error, $"execve() of \"{start.Path}\"");
        return processId;
    }

    /// <summary>Waits until a program that this process has started ends.</summary>
    /// <returns>Its exit code; 128 and more: 128 and the signal that ended it.</returns>
    public static int WaitForExit(int processId)
    {
        // wait status: the exit code is in the second byte, a signal number in the lowest seven bits.
        int status;
        while (NativeWait(processId, &status, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                return 1;
        }

        return (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
    }

    private static void Detach(byte* actions, byte* attributes)
    {
        Check(NativeSetFlags(attributes, NewSession), "posix_spawnattr_setflags()");
        for (var standard = 0; standard < StandardError.Descriptor; standard++)
            Check(NativeAddOpen(actions, standard, "/dev/null", ReadWrite, 0), "posix_spawn_file_actions_addopen()");
    }

    private static List<string> EnvironmentFor(ProgramStart start)
    {
        var variables = new List<string>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (!start.Variables.ContainsKey((string)variable.Key))
                variables.Add($"{variable.Key}={variable.Value}");
        }

        foreach (var (name, value) in start.Variables)
        {
            if (value is not null)
                variables.Add($"{name}={value}");
        }

        return variables;
    }

    private static byte** ToNativeList(IReadOnlyList<string> strings, Encoding encoding)
    {
        var list = (byte**)NativeMemory.Alloc((nuint)strings.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < strings.Count; i++)
        {
            var bytes = encoding.GetBytes(strings[i]);
            list[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(list[i], bytes.Length));
        }

        list[strings.Count] = null;
        return list;
    }

    private static void Release(byte** list)
    {
        for (var item = list; *item is not null; item++)
            NativeMemory.Free(*item);
        NativeMemory.Free(list);
    }

    private static void Check(int errno, string call)
    {
        if (errno != 0)
            throw new IOException($"{call} failed {SystemError.Describe(errno)}", errno);
    }

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int NativeWait(int processId, int* status, int options);

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    private static partial int NativeSpawn(out int processId, byte* path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int NativeInitActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int NativeDestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int NativeAddDuplicate(byte* actions, int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeAddOpen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeAddDirectory(byte* actions, string path);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int NativeInitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int NativeDestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int NativeSetFlags(byte* attributes, short flags);
}
