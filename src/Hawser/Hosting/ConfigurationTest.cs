using System.Collections.Immutable;
using System.Text;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Hosting;

/// <summary><c>-t</c> and <c>-T</c>.</summary>
internal sealed class ConfigurationTest(ConfigurationSource source, IGatewayFactory factory, BootstrapLog log)
{
    /// <summary>Tests the configuration and says on standard error what came out.</summary>
    /// <param name="quiet"><c>-q</c>: say nothing if it is right.</param>
    /// <param name="dump"><c>-T</c>: write every file that was read to standard output.</param>
    /// <returns>The exit code: 0 if the configuration can be used, else 1.</returns>
    public int Run(bool quiet, bool dump)
    {
        var name = ByteText.ToDisplay(source.Path);
        var result = source.Load(log);
        if (result.Config is not { } configuration || !CanWork(configuration, name, quiet))
        {
            BootstrapLog.Say($"configuration file {name} test failed");
            return 1;
        }

        if (!quiet)
            BootstrapLog.Say($"configuration file {name} test is successful");
        if (dump)
            Dump(result.Files);

        return 0;
    }

    private bool CanWork(MainConfig configuration, string name, bool quiet)
    {
        try
        {
            ProcessUser.Resolve(configuration, log);
            if (!quiet)
                BootstrapLog.Say($"the configuration file {name} syntax is ok");
            factory.Check(configuration);
            return true;
        }
        catch (GatewayFailureException e)
        {
            log.Write(ErrorLogLevel.Emerg, e.Message);
            return false;
        }
    }

    private static void Dump(ImmutableArray<SourceFile> files)
    {
        using var output = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024);
        foreach (var file in files)
        {
            output.Write(Encoding.Latin1.GetBytes($"# configuration file {file.Path}:\n"));
            output.Write(file.Bytes.Span);
            output.Write("\n"u8);
        }
    }
}
