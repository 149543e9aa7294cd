using System.Globalization;
using System.Runtime.InteropServices;

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
    private const int CloseOnExec = 0x80000; // O_CLOEXEC

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
        return count == 1 ? 0 : ProgramStarter.WaitForExit(processId);
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

    private static int Spawn(int readyPipe) => ProgramStarter.Start(new ProgramStart
    {
        Path = "/proc/self/exe",
        Arguments = ProgramStart.OwnArguments,
        Variables = { [ReadyVariable] = ReadyDescriptor.ToString(CultureInfo.InvariantCulture) },
        Descriptors = { (readyPipe, ReadyDescriptor) },
        IsDetached = true,
    });

    private static void Check(int errno, string call)
    {
        if (errno != 0)
            throw new IOException($"{call} failed {SystemError.Describe(errno)}", errno);
    }

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int NativePipe(int* descriptors, int flags);
}
