using Hawser.CommandLine;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.IO.Native;

namespace Hawser.Hosting;

/// <summary><c>-s SIGNAL</c>: finds the running gateway by its pid file and signals it.</summary>
internal static class ControlSender
{
    /// <summary>Sends the signal.</summary>
    /// <returns>Whether it was delivered; if not, the log says why, in nginx's words.</returns>
    public static bool Send(ControlSignal signal, MainConfig configuration, BootstrapLog log)
    {
        log.Write(ErrorLogLevel.Notice, "signal process started");
        try
        {
            var processId = PidFile.Read(ByteText.ToDisplay(configuration.Get(Known.Pid)));
            var number = Number(signal);
            var errno = ProcessControl.Kill(processId, number);
            if (errno != 0)
                log.Write(ErrorLogLevel.Alert, $"kill({processId}, {number}) failed {SystemError.Describe(errno)}");
            return errno == 0;
        }
        catch (IOException e)
        {
            log.Write(ErrorLogLevel.Error, e.Message);
            return false;
        }
    }

    private static int Number(ControlSignal signal) => signal switch
    {
        ControlSignal.Stop => ProcessControl.SigTerm,
        ControlSignal.Quit => ProcessControl.SigQuit,
        ControlSignal.Reload => ProcessControl.SigHup,
        ControlSignal.Reopen => ProcessControl.SigUsr1,
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    };
}
