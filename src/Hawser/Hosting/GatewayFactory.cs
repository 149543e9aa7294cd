using Hawser.Gateway.Compilation;
using Hawser.Gateway.Hosting;
using Hawser.Gateway.Logging;

namespace Hawser.Hosting;

/// <summary>Puts configurations to work with the real data path.</summary>
internal sealed class GatewayFactory : IGatewayFactory
{
    public void Check(GatewayConfiguration configuration) => Translate(() =>
    {
        GatewayHost.Check(configuration, TimeProvider.System);
        return true;
    });

    public IGatewayHost Start(GatewayConfiguration configuration) => Translate(() => new Running(GatewayHost.Start(configuration, TimeProvider.System)));

    private static T Translate<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is GatewayCompilationException or LogFileException or IOException)
        {
            throw new GatewayFailureException(e.Message, e);
        }
    }

    private sealed class Running(GatewayHost host) : IGatewayHost
    {
        public Task Completion => host.Completion;

        public void Reload(GatewayConfiguration configuration) => Translate(() =>
        {
            host.Reload(configuration);
            return true;
        });

        public void BeginGracefulStop() => host.BeginGracefulStop();

        public void StopNow() => host.StopNow();

        public void ReopenLogs() => host.ReopenLogs();

        public void StopAccepting() => host.StopAccepting();

        public void Log(MessageLevel level, string message) => host.Log(level, message);
    }
}
