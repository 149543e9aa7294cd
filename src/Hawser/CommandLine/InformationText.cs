using Hawser.Gateway.Hosting;

namespace Hawser.CommandLine;

/// <summary>The texts of <c>-v</c>, <c>-V</c> and <c>-?</c>.</summary>
public static class InformationText
{
    /// <summary><c>-v</c>: the product, then the line that tools look for when they ask nginx for its version.</summary>
    public const string Version =
        $"""
         hawser version: {Product.NameAndVersion}
         nginx version: nginx/{Product.NginxVersion}

         """;

    /// <summary><c>-?</c> and <c>-h</c>, after <see cref="Version"/>.</summary>
    public const string Usage =
        $"""
         Usage: hawser [-?hvVtTq] [-s signal] [-p prefix]
                       [-e filename] [-c filename] [-g directives]
                hawser COMMAND [options]
                hawser                 (the demo, see: hawser demo --help)

         Options, as in nginx:
           -?,-h         : this help
           -v            : show version and exit
           -V            : show version and the modules that are there, then exit
           -t            : test configuration and exit
           -T            : test configuration, dump it and exit
           -q            : suppress non-error messages during configuration testing
           -s signal     : send signal to a running gateway: stop, quit, reopen, reload, upgrade
           -p prefix     : set prefix path (default: {Product.DefaultPrefix})
           -e filename   : set error log file (default: stderr)
           -c filename   : set configuration file (default: {Product.DefaultPrefix}{Product.DefaultConfigurationFile})
           -g directives : set global directives out of configuration file

         Commands:
           demo          : gateway, echo backend and a page to try them
           echo          : WebSocket echo backend
           status        : what a running gateway is doing (--json)
           drain         : take load off a server, an upstream or the process

         """;

    /// <summary>
    /// <c>-V</c>, after <see cref="Version"/>. The OpenSSL line names the library the process would use, and is left out where
    /// there is none.
    /// </summary>
    public static string Features()
    {
        var openSsl = ProcessServices.ReadOpenSslVersion() is { } version ? $"built with {version}\nTLS SNI support enabled\n" : "";
        return $"{openSsl}configure arguments:{BuildFeatures.ConfigureArguments}\n";
    }
}
