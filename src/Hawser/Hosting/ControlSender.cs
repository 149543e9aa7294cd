using Hawser.CommandLine;
using Hawser.Gateway.Hosting;

namespace Hawser.Hosting;

/// <summary><c>-s SIGNAL</c>: finds the running gateway by its pid file and signals it.</summary>
internal static class ControlSender
{
    /// <summary>Sends the signal.</summary>
    /// <returns>Whether it was delivered; if not, the log says why, in nginx's words.</returns>
    public static bool Send(ControlSignal signal, GatewayConfiguration configuration, StartupLog log)
    {
        log.Write(MessageLevel.Notice, "signal process started");
        try
        {
            var processId = PidFile.Read(configuration.Process.PidPath);
            if (signal == ControlSignal.Upgrade)
                return UpgradeSender.Send(processId, configuration.Process.PidPath, log);

            var number = Number(signal);
            var errno = ProcessServices.Kill(processId, number);
            if (errno != 0)
                log.Write(MessageLevel.Alert, $"kill({processId}, {number}) failed {ProcessServices.DescribeError(errno)}");
            return errno == 0;
        }
        catch (IOException e)
        {
            log.Write(MessageLevel.Error, e.Message);
            return false;
        }
    }

    private static int Number(ControlSignal signal) => signal switch
    {
        ControlSignal.Stop => UnixSignal.Term,
        ControlSignal.Quit => UnixSignal.Quit,
        ControlSignal.Reload => UnixSignal.Hup,
        ControlSignal.Reopen => UnixSignal.Usr1,
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    };
}
