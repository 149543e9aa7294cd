using System.Runtime.InteropServices;
using Hawser.Gateway.Hosting;

namespace Hawser.Hosting;

/// <summary>
/// Turns signals into requests that one thread takes in order, so that a reload never meets another reload or a shutdown halfway.
/// </summary>
internal sealed class ControlQueue : IDisposable
{
    /// <summary>Signals, the request behind each, and what nginx logs about it.</summary>
    private static readonly (int Signal, string Name, ControlRequest Request, string Action)[] Signals =
    [
        (UnixSignal.Term, "SIGTERM", ControlRequest.Stop, "exiting"),
        (UnixSignal.Int, "SIGINT", ControlRequest.Stop, "exiting"),
        (UnixSignal.Quit, "SIGQUIT", ControlRequest.Quit, "shutting down"),
        (UnixSignal.Hup, "SIGHUP", ControlRequest.Reload, "reconfiguring"),
        (UnixSignal.Usr1, "SIGUSR1", ControlRequest.Reopen, "reopening logs"),
        (UnixSignal.Usr2, "SIGUSR2", ControlRequest.Upgrade, "changing binary"),
        (UnixSignal.Winch, "SIGWINCH", ControlRequest.StopAccepting, "stop accepting connections"),
    ];

    private readonly Queue<(ControlRequest Request, string Cause)> _requests = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Starts to listen for signals. Their default actions are off from here on.</summary>
    /// <param name="detached">Whether WINCH counts: a terminal sends it at every change of its size.</param>
    public void Listen(bool detached)
    {
        // A parent that ignores a signal (nohup, background jobs of scripts) hands that down, and it would win. All of them first: the
        // first registration makes the runtime install its handlers for several signals, and a reset after that would undo them.
        foreach (var (signal, _, _, _) in Signals)
            ProcessServices.ResetSignal(signal);

        foreach (var (signal, name, request, action) in Signals)
        {
            if (request == ControlRequest.StopAccepting && !detached)
                continue;

            _registrations.Add(PosixSignalRegistration.Create((PosixSignal)signal, context =>
            {
                context.Cancel = true;
                Post(request, $"signal {signal} ({name}) received, {action}");
            }));
        }

        ProcessServices.UnblockSignals(); // one that came meanwhile is heard now
    }

    /// <summary>Adds a request; may be called by any thread.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="cause">What the log says about it.</param>
    public void Post(ControlRequest request, string cause)
    {
        lock (_requests)
        {
            _requests.Enqueue((request, cause));
            Monitor.Pulse(_requests);
        }
    }

    /// <summary>Waits for the next request.</summary>
    public (ControlRequest Request, string Cause) Take()
    {
        lock (_requests)
        {
            while (_requests.Count == 0)
                Monitor.Wait(_requests);

            return _requests.Dequeue();
        }
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());
}
