using Hawser.CommandLine;
using Hawser.Gateway.Hosting;

namespace Hawser.Hosting;

/// <summary>
/// Where a run takes its configuration from. It can be read again and again: every reload is a fresh load of the same request.
/// </summary>
internal sealed class ConfigurationSource(ConfigurationRequest request)
{
    /// <summary>The full path of the main file.</summary>
    public string Path => request.Path;

    /// <summary>The prefix, a full path with a slash at its end.</summary>
    public string Prefix => request.Prefix;

    /// <summary>The folder with what comes with the program, such as <c>mime.types</c>.</summary>
    public static string ShippedFiles => System.IO.Path.Combine(AppContext.BaseDirectory, "conf");

    /// <summary>Resolves paths like nginx: <c>-c</c> and <c>-e</c> start at the prefix, and a relative prefix starts here.</summary>
    public static ConfigurationSource From(NginxOptions options)
    {
        var file = options.ConfigurationFile ?? Product.DefaultConfigurationFile;
        var prefix = System.IO.Path.GetFullPath(options.Prefix ?? DefaultPrefixFor(file));
        if (!prefix.EndsWith('/'))
            prefix += "/";

        return new ConfigurationSource(new ConfigurationRequest
        {
            Path = Resolve(file, prefix),
            Prefix = prefix,
            Globals = options.GlobalDirectives,
            DefaultErrorLog = ErrorLogFor(options, prefix) ?? "stderr",
            FallbackIncludeDirectory = ShippedFiles,
        });
    }

    /// <summary>The file of <c>-e</c>; null for standard error.</summary>
    public static string? ErrorLogFor(NginxOptions options, string prefix) =>
        options.ErrorLog is null or "stderr" ? null : Resolve(options.ErrorLog, prefix);

    /// <summary>
    /// Without <c>-p</c>, a relative file that is not below the default prefix but here makes this the prefix; nginx would fail
    /// (docs/decisions/0001-nginx-command-line.md).
    /// </summary>
    private static string DefaultPrefixFor(string file) =>
        !System.IO.Path.IsPathRooted(file) && !File.Exists(Product.DefaultPrefix + file) && File.Exists(file) ? "." : Product.DefaultPrefix;

    /// <summary>A path of the command line, against the prefix.</summary>
    private static string Resolve(string path, string prefix) => path.StartsWith('/') ? path : prefix + path;

    /// <summary>Loads, and writes what there is to say into the log.</summary>
    public GatewayConfiguration Load(StartupLog log)
    {
        var configuration = GatewayConfiguration.Load(request);
        foreach (var message in configuration.Messages)
            log.Write(message.Level, message.Text, message.Details);

        return configuration;
    }
}
