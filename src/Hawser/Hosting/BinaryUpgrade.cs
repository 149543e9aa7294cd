using Hawser.Gateway.Hosting;

namespace Hawser.Hosting;

/// <summary>
/// USR2: the program is started anew beside this process, with its listening sockets, as in nginx. The pid file is called
/// <c>nginx.pid.oldbin</c> meanwhile. QUIT to this process completes the change, QUIT to the new one takes it back
/// (docs/decisions/0040-binary-upgrade.md).
/// </summary>
internal sealed class BinaryUpgrade(ProgramLaunch launch, InheritedListeners inherited, ControlQueue queue)
{
    /// <summary>What nginx adds to the pid file's name.</summary>
    public const string OldSuffix = ".oldbin";

    private int _successor;

    /// <summary>Whether the new process runs.</summary>
    public bool IsRunning => _successor != 0;

    /// <summary>Starts the new process; what goes wrong is logged, and this process goes on as before.</summary>
    /// <param name="host">The gateway of this process.</param>
    /// <param name="files">Pid file and control socket of this process; null where it has none.</param>
    /// <param name="pidPath">The usual name of the pid file.</param>
    public void Start(IGatewayHost host, ProcessFiles? files, string pidPath)
    {
        if (IsRunning || inherited.IsPredecessorAlive)
        {
            var reason = IsRunning ? $"the new process {_successor} runs already" : "the old process still runs";
            host.Log(MessageLevel.Notice, $"changing binary, ignoring: {reason}");
            return;
        }

        host.Log(MessageLevel.Notice, "changing binary");
        try
        {
            files?.MoveTo(pidPath + OldSuffix);
            _successor = host.StartSuccessor(launch);
            host.Log(MessageLevel.Notice, $"start new binary process {_successor}");
            WatchSuccessor(_successor);
        }
        catch (IOException e)
        {
            host.Log(MessageLevel.Alert, $"{e.Message} while starting new binary process \"{launch.Path}\"");
            MoveBack(host, files, pidPath);
        }
    }

    /// <summary>The new process has ended: this one goes on alone, under its usual name.</summary>
    public void Ended(IGatewayHost host, ProcessFiles? files, string pidPath)
    {
        _successor = 0;
        host.SuccessorEnded();
        MoveBack(host, files, pidPath);
    }

    private static void MoveBack(IGatewayHost host, ProcessFiles? files, string pidPath)
    {
        try
        {
            files?.MoveTo(pidPath);
        }
        catch (IOException e)
        {
            host.Log(MessageLevel.Alert, e.Message);
        }
    }

    private void WatchSuccessor(int processId)
    {
        var watch = new Thread(() =>
        {
            var code = ProcessServices.WaitForExit(processId);
            queue.Post(ControlRequest.SuccessorEnded, $"new binary process {processId} exited with code {code}");
        })
        {
            IsBackground = true,
            Name = "hawser-successor",
        };
        watch.Start();
    }
}
