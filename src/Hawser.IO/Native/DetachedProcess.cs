using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace Hawser.IO.Native;

/// <summary>
/// Starts this program once more, detached from the terminal, and waits until that process says it is ready: what <c>daemon on</c>
/// does with fork() in nginx. A .NET process cannot fork, since only the calling thread would exist in the child.
/// </summary>
/// <remarks>
/// The new process gets the write end of a pipe as descriptor 3 and its number in the environment. It writes one byte when it is
/// ready; end of file without a byte means that it gave up, and its exit code is the answer.
/// </remarks>
public static unsafe partial class DetachedProcess
{
    /// <summary>The environment variable that tells a process that it is the detached one.</summary>
    public const string ReadyVariable = "HAWSER_READY_FD";

    private const int ReadyDescriptor = 3;
    private const int CloseOnExec = 0x80000;  // O_CLOEXEC
    private const int ReadWrite = 2;          // O_RDWR
    private const short NewSession = 0x80;    // POSIX_SPAWN_SETSID

    /// <summary>glibc's posix_spawnattr_t has 336 bytes and its file actions 80, musl's are of the same order.</summary>
    private const int OpaqueLength = 1024;

    /// <summary>Whether this process is the detached one.</summary>
    public static bool IsThisProcess => Environment.GetEnvironmentVariable(ReadyVariable) is not null;

    /// <summary>Starts the copy, with this process's own arguments, and waits for it.</summary>
    /// <returns>0 once it is ready, its exit code if it gave up.</returns>
    /// <exception cref="IOException">It could not be started.</exception>
    public static int StartAndWait()
    {
        var pipe = stackalloc int[2];
        Check(NativePipe(pipe, CloseOnExec) < 0 ? Marshal.GetLastPInvokeError() : 0, "pipe2()");
        var processId = Spawn(pipe[1]);
        _ = Libc.close(pipe[1]);

        byte ready;
        int count;
        do
        {
            count = Libc.Result(Libc.read(pipe[0], &ready, 1));
        }
        while (count == -Errno.EINTR);
        _ = Libc.close(pipe[0]);
        return count == 1 ? 0 : WaitForExitCode(processId);
    }

    /// <summary>Called by the detached process: lets the one that started it end with success.</summary>
    public static void ReportReady()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable(ReadyVariable), out var descriptor))
            return;

        byte ready = 1;
        _ = Libc.write(descriptor, &ready, 1); // the starter may have been killed meanwhile; that changes nothing here
        _ = Libc.close(descriptor);
        Environment.SetEnvironmentVariable(ReadyVariable, null);
    }

    private static int Spawn(int readyPipe)
    {
        var actions = stackalloc byte[OpaqueLength];
        var attributes = stackalloc byte[OpaqueLength];
        Check(NativeInitActions(actions), "posix_spawn_file_actions_init()");
        Check(NativeInitAttributes(attributes), "posix_spawnattr_init()");
        Check(NativeSetFlags(attributes, NewSession), "posix_spawnattr_setflags()");
        Check(NativeAddDuplicate(actions, readyPipe, ReadyDescriptor), "posix_spawn_file_actions_adddup2()");
        for (var standard = 0; standard < StandardError.Descriptor; standard++)
            Check(NativeAddOpen(actions, standard, "/dev/null", ReadWrite, 0), "posix_spawn_file_actions_addopen()");

        var arguments = ToNativeList(Encoding.Latin1.GetString(File.ReadAllBytes("/proc/self/cmdline")).TrimEnd('\0').Split('\0'), Encoding.Latin1);
        var environment = ToNativeList(EnvironmentOfCopy(), Encoding.UTF8);
        var error = NativeSpawn(out var processId, "/proc/self/exe", actions, attributes, arguments, environment);
        Release(arguments);
        Release(environment);
        Check(NativeDestroyActions(actions), "posix_spawn_file_actions_destroy()");
        Check(NativeDestroyAttributes(attributes), "posix_spawnattr_destroy()");
        Check(error, "posix_spawn()");
        return processId;
    }

    private static string[] EnvironmentOfCopy()
    {
        var variables = new List<string> { $"{ReadyVariable}={ReadyDescriptor}" };
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables.Add($"{variable.Key}={variable.Value}");

        return [.. variables];
    }

    /// <summary>wait status: the exit code is in the second byte, a signal number in the lowest seven bits.</summary>
    private static int WaitForExitCode(int processId)
    {
        int status;
        while (NativeWait(processId, &status, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                return 1;
        }

        return (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
    }

    private static byte** ToNativeList(string[] strings, Encoding encoding)
    {
        var list = (byte**)NativeMemory.Alloc((nuint)strings.Length + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < strings.Length; i++)
        {
            var bytes = encoding.GetBytes(strings[i]);
            list[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(list[i], bytes.Length));
        }

        list[strings.Length] = null;
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

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int NativePipe(int* descriptors, int flags);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int NativeWait(int processId, int* status, int options);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeSpawn(out int processId, string path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int NativeInitActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int NativeDestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int NativeAddDuplicate(byte* actions, int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeAddOpen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int NativeInitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int NativeDestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int NativeSetFlags(byte* attributes, short flags);
}
