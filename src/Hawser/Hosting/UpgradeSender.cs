using System.Diagnostics;
using Hawser.Gateway.Hosting;

namespace Hawser.Hosting;

/// <summary>
/// <c>-s upgrade</c>: what an administrator of nginx does by hand. USR2 to the running process; when the new one has written its pid file,
/// QUIT to the old one.
/// </summary>
internal static class UpgradeSender
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Changes the binary.</summary>
    /// <param name="processId">The running process.</param>
    /// <param name="pidPath">The pid file, which the new process will replace.</param>
    /// <param name="log">Where to say what went wrong.</param>
    /// <returns>Whether the new process has taken over.</returns>
    public static bool Send(int processId, string pidPath, StartupLog log)
    {
        if (!Signal(processId, UnixSignal.Usr2, log))
            return false;
        if (WaitForSuccessor(processId, pidPath) is not { } successor)
        {
            log.Write(MessageLevel.Error, $"process {processId} did not bring up a new one within {Patience.TotalSeconds:0} s and goes on; its error log says why");
            return false;
        }

        log.Write(MessageLevel.Notice, $"process {successor} has taken over from {processId}");
        return Signal(processId, UnixSignal.Quit, log);
    }

    /// <summary>The pid in the file, once it is another one; null if that does not come, or came to nothing.</summary>
    private static int? WaitForSuccessor(int processId, string pidPath)
    {
        var oldPath = pidPath + BinaryUpgrade.OldSuffix;
        var begun = false;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience; Thread.Sleep(PollInterval))
        {
            if (TryRead(pidPath) is { } current && current != processId)
                return current;
            var isOld = TryRead(oldPath) == processId;
            if (begun && !isOld)
                return null; // the file has its usual name again: the new process has ended
            begun |= isOld;
        }

        return null;
    }

    private static int? TryRead(string path)
    {
        try
        {
            return PidFile.Read(path);
        }
        catch (IOException)
        {
            return null; // not there at this moment
        }
    }

    private static bool Signal(int processId, int signal, StartupLog log)
    {
        var errno = ProcessServices.Kill(processId, signal);
        if (errno != 0)
            log.Write(MessageLevel.Alert, $"kill({processId}, {signal}) failed {ProcessServices.DescribeError(errno)}");
        return errno == 0;
    }
}
