using Hawser.Gateway.Compilation;
using Hawser.Gateway.Hosting;
using Hawser.Gateway.Metrics;

namespace Hawser.Hosting;

/// <summary>Puts configurations to work with the real data path.</summary>
internal sealed class GatewayFactory : IGatewayFactory
{
    public IEnumerable<string> Check(GatewayConfiguration configuration) => Translate(() => GatewayHost.Check(configuration, TimeProvider.System));

    public IGatewayHost Start(GatewayConfiguration configuration, InheritedListeners inherited) =>
        Translate(() => new Running(GatewayHost.Start(configuration, TimeProvider.System, inherited)));

    private static T Translate<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (GatewayCompilationException e)
        {
            throw new GatewayFailureException(e.Line, e);
        }
        catch (IOException e) // a log file, a listener
        {
            throw new GatewayFailureException(e.Message, e);
        }
    }

    private sealed class Running(GatewayHost host) : IGatewayHost
    {
        public Task Completion => host.Completion;

        public IEnumerable<string> Warnings => host.Warnings;

        public void Reload(GatewayConfiguration configuration) => Translate(() =>
        {
            host.Reload(configuration);
            return true;
        });

        public void BeginGracefulStop() => host.BeginGracefulStop();

        public void StopNow() => host.StopNow();

        public void ReopenLogs() => host.ReopenLogs();

        public void ResumeAccepting() => host.ResumeAccepting();

        public int StartSuccessor(ProgramLaunch launch) => host.StartSuccessor(launch);

        public void SuccessorEnded() => host.SuccessorEnded();

        public GatewaySnapshot TakeSnapshot() => host.TakeSnapshot();

        public void DrainTunnels() => host.DrainTunnels();

        public IReadOnlyList<string> Drain(string upstream, string? server, bool isDraining) => host.Drain(upstream, server, isDraining);

        public void StopAccepting() => host.StopAccepting();

        public void Log(MessageLevel level, string message) => host.Log(level, message);
    }
}
