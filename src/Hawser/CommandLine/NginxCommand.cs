using System.Text;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Hosting;
using Hawser.IO.Native;

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
            BootstrapLog.Say(error!);
            return Failure;
        }

        if (options!.ShowVersion)
        {
            ShowInformation(options);
            if (!options.TestConfiguration)
                return Success;
        }

        var source = ConfigurationSource.From(options);
        var errorLog = options.ErrorLog is null or "stderr" ? null : ByteText.ToDisplay(ConfigurationSource.Resolve(options.ErrorLog, source.Prefix));
        using var log = BootstrapLog.Open(errorLog, options.TestConfiguration ? ErrorLogLevel.Info : ErrorLogLevel.Notice, TimeProvider.System);
        if (options.TestConfiguration)
            return new ConfigurationTest(source, factory, log).Run(options.Quiet, options.DumpConfiguration);
        if (options.Signal != ControlSignal.None)
            return source.Load(log).Config is { } configuration && ControlSender.Send(options.Signal, configuration, log) ? Success : Failure;

        return new GatewayProcess(source, factory, log, ProcessPolicy.Service).Run();
    }

    private static void ShowInformation(NginxOptions options)
    {
        var text = InformationText.Version;
        if (options.ShowHelp)
            text += InformationText.Usage;
        if (options.ShowFeatures)
            text += InformationText.Features();

        StandardError.Write(Encoding.UTF8.GetBytes(text));
    }
}
