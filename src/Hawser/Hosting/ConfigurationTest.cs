using Hawser.Gateway.Hosting;

namespace Hawser.Hosting;

/// <summary><c>-t</c> and <c>-T</c>.</summary>
internal sealed class ConfigurationTest(ConfigurationSource source, IGatewayFactory factory, StartupLog log)
{
    /// <summary>Tests the configuration and says on standard error what came out.</summary>
    /// <param name="quiet"><c>-q</c>: say nothing if it is right.</param>
    /// <param name="dump"><c>-T</c>: write every file that was read to standard output.</param>
    /// <returns>The exit code: 0 if the configuration can be used, else 1.</returns>
    public int Run(bool quiet, bool dump)
    {
        var name = source.Path;
        var configuration = source.Load(log);
        if (!configuration.IsUsable || !CanWork(configuration, name, quiet))
        {
            StartupLog.Say($"configuration file {name} test failed");
            return 1;
        }

        if (!quiet)
            StartupLog.Say($"configuration file {name} test is successful");
        if (dump)
            Dump(configuration.Files);

        return 0;
    }

    private bool CanWork(GatewayConfiguration configuration, string name, bool quiet)
    {
        try
        {
            ProcessUser.Resolve(configuration.Process.User, log);
            if (!quiet)
                StartupLog.Say($"the configuration file {name} syntax is ok");
            LogFolder.Create(configuration.Process);
            foreach (var warning in factory.Check(configuration))
                log.Write(MessageLevel.Warning, warning);
            return true;
        }
        catch (GatewayFailureException e)
        {
            log.Write(MessageLevel.Emergency, e.Message);
            return false;
        }
    }

    private static void Dump(IEnumerable<ConfigurationSourceFile> files)
    {
        using var output = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024);
        foreach (var file in files)
        {
            output.Write("# configuration file "u8);
            output.Write(file.Path.Span);
            output.Write(":\n"u8);
            output.Write(file.Content.Span);
            output.Write("\n"u8);
        }
    }
}
