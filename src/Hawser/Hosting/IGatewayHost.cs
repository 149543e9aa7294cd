using Hawser.Gateway.Hosting;
using Hawser.Gateway.Metrics;

namespace Hawser.Hosting;

/// <summary>A running gateway, as process life sees it. All methods are called on the control thread.</summary>
internal interface IGatewayHost
{
    /// <summary>Ends when everything is drained after <see cref="BeginGracefulStop"/>, or cut after <see cref="StopNow"/>.</summary>
    Task Completion { get; }

    /// <summary>What is wrong with the configuration in force without keeping it from working; a reload logs its own.</summary>
    IEnumerable<string> Warnings { get; }

    /// <summary>Takes a new configuration; throws and keeps the old one if it cannot be put to work.</summary>
    void Reload(GatewayConfiguration configuration);

    /// <summary>QUIT: no new connections, finish what is there.</summary>
    void BeginGracefulStop();

    /// <summary>TERM and INT: close everything.</summary>
    void StopNow();

    /// <summary>USR1: open the log files again.</summary>
    void ReopenLogs();

    /// <summary>WINCH: no new connections, but stay.</summary>
    void StopAccepting();

    /// <summary>Takes <see cref="StopAccepting"/> back.</summary>
    void ResumeAccepting();

    /// <summary>USR2: starts the program anew with the listening sockets; returns its process id.</summary>
    /// <exception cref="IOException">It could not be started.</exception>
    int StartSuccessor(ProgramLaunch launch);

    /// <summary>The process of <see cref="StartSuccessor"/> has ended.</summary>
    void SuccessorEnded();

    /// <summary>What the gateway is doing; any thread may ask.</summary>
    GatewaySnapshot TakeSnapshot();

    /// <summary>Drains servers of an upstream, or takes that back; any thread may ask. See <see cref="GatewayHost.Drain"/>.</summary>
    IReadOnlyList<string> Drain(string upstream, string? server, bool isDraining);

    /// <summary>Ends all tunnels, each as its ending goes; any thread may ask.</summary>
    void DrainTunnels();

    /// <summary>Writes into the error logs of the main context; any thread may.</summary>
    void Log(MessageLevel level, string message);
}
