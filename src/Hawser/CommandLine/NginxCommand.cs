using System.Text;
using Hawser.Gateway.Hosting;
using Hawser.Hosting;

namespace Hawser.CommandLine;

/// <summary>
/// A run with nginx's options. Its messages keep nginx's words and its prefix, because tools parse them
/// (docs/decisions/0001-nginx-command-line.md).
/// </summary>
internal static class NginxCommand
{
    private const int Success = 0;
    private const int Failure = 1;

    /// <summary>Runs one command line.</summary>
    /// <returns>The exit code: 0, or 1 for anything wrong, as in nginx.</returns>
    public static int Run(string[] arguments, IGatewayFactory factory)
    {
        if (!NginxOptionParser.TryParse(arguments, out var options, out var error))
        {
            StartupLog.Say(error!);
            return Failure;
        }

        if (options!.ShowVersion)
        {
            ShowInformation(options);
            if (!options.TestConfiguration)
                return Success;
        }

        var source = ConfigurationSource.From(options);
        var errorLog = ConfigurationSource.ErrorLogFor(options, source.Prefix);
        using var log = StartupLog.Open(errorLog, options.TestConfiguration ? MessageLevel.Information : MessageLevel.Notice, TimeProvider.System);
        if (options.TestConfiguration)
            return new ConfigurationTest(source, factory, log).Run(options.Quiet, options.DumpConfiguration);
        if (options.Signal != ControlSignal.None)
            return Send(options.Signal, source, log);

        return new GatewayProcess(source, factory, log, ProcessPolicy.Service).Run();
    }

    private static int Send(ControlSignal signal, ConfigurationSource source, StartupLog log)
    {
        var configuration = source.Load(log);
        return configuration.IsUsable && ControlSender.Send(signal, configuration, log) ? Success : Failure;
    }

    private static void ShowInformation(NginxOptions options)
    {
        var text = InformationText.Version;
        if (options.ShowHelp)
            text += InformationText.Usage;
        if (options.ShowFeatures)
            text += InformationText.Features();

        ProcessServices.WriteError(Encoding.UTF8.GetBytes(text));
    }
}
