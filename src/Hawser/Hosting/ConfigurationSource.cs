using Hawser.CommandLine;
using Hawser.Configuration;
using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.IO.Native;

namespace Hawser.Hosting;

/// <summary>
/// Where a run takes its configuration from. It can be read again and again: every reload is a fresh load with the same options.
/// </summary>
internal sealed class ConfigurationSource
{
    private readonly LoadOptions _options;

    public ConfigurationSource(LoadOptions options) => _options = options;

    /// <summary>The full path of the main file.</summary>
    public string Path => _options.Path;

    /// <summary>The prefix, a full path with a slash at its end.</summary>
    public string Prefix => _options.Prefix;

    /// <summary>Resolves paths like nginx: <c>-c</c> and <c>-e</c> start at the prefix, and a relative prefix starts here.</summary>
    public static ConfigurationSource From(NginxOptions options)
    {
        var prefix = options.Prefix is null ? Product.DefaultPrefix : System.IO.Path.GetFullPath(options.Prefix);
        if (!prefix.EndsWith('/'))
            prefix += "/";

        return new ConfigurationSource(new LoadOptions
        {
            Path = Resolve(options.ConfigurationFile ?? Product.DefaultConfigurationFile, prefix),
            Prefix = ByteText.FromText(prefix),
            Globals = options.GlobalDirectives is { } globals ? ByteText.FromText(globals) : null,
            FallbackIncludeDirectory = ByteText.FromText(System.IO.Path.Combine(AppContext.BaseDirectory, "conf")),
            IsPrivileged = ProcessControl.EffectiveUserId == 0,
        });
    }

    /// <summary>A path of the command line or the configuration, against the prefix.</summary>
    public static string Resolve(string path, string prefix) => ByteText.FromText(path.StartsWith('/') ? path : prefix + path);

    /// <summary>Loads, and writes what there is to say into the log.</summary>
    /// <returns>Null configuration if it has an error.</returns>
    public ConfigurationResult Load(BootstrapLog log)
    {
        var result = ConfigurationLoader.Load(_options);
        var diagnostics = result.Diagnostics;
        foreach (var diagnostic in diagnostics)
            Write(log, diagnostic);

        return result;
    }

    private static void Write(BootstrapLog log, Diagnostic diagnostic)
    {
        var level = diagnostic.Severity switch
        {
            Severity.Emergency => ErrorLogLevel.Emerg,
            Severity.Warning => ErrorLogLevel.Warn,
            _ => ErrorLogLevel.Notice,
        };

        // The headline starts with the level in brackets, which the log adds by itself.
        var headline = ByteText.ToDisplay(diagnostic.Headline);
        log.Write(level, headline[(headline.IndexOf(']') + 2)..], Details(diagnostic));
    }

    private static string? Details(Diagnostic diagnostic) => diagnostic.Hint is { } hint ? $"  {ByteText.ToDisplay(hint)}\n" : null;
}
