using System.Collections.Immutable;
using System.Net;
using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration;

/// <summary>What to load, and with what.</summary>
public sealed record LoadOptions
{
    /// <summary>The main file (<c>-c</c>). A relative path is taken against <see cref="Prefix"/>.</summary>
    public required string Path { get; init; }

    /// <summary>The prefix (<c>-p</c>): the directory for relative paths of logs, roots and temporary files. A full path.</summary>
    public required string Prefix { get; init; }

    /// <summary>The text of <c>-g</c>, read before the file; null if there is none.</summary>
    public string? Globals { get; init; }

    /// <summary>
    /// Where errors are logged if <c>error_log</c> does not say it (<c>-e</c>): a full path, or <c>stderr</c>. Null stands for
    /// <c>logs/error.log</c> below the prefix.
    /// </summary>
    public string? DefaultErrorLog { get; init; }

    /// <summary>Where files are read; the file system by default.</summary>
    public IConfigurationFiles Files { get; init; } = PhysicalFiles.Instance;

    /// <summary>
    /// A directory with files that come with the program. An <c>include mime.types</c> whose file does not exist beside the configuration is
    /// read from here. Null turns this off.
    /// </summary>
    public string? FallbackIncludeDirectory { get; init; }

    /// <summary>Checks regular expressions. By default they are translated for .NET's engine, and compiled nowhere.</summary>
    public IRegexValidator? RegexValidator { get; init; }

    /// <summary>Resolves host names in <c>listen</c>. Null leaves them as <see cref="AddressKind.HostName"/> for the caller to resolve.</summary>
    public Func<string, ImmutableArray<IPAddress>>? ResolveHost { get; init; }

    /// <summary>What <c>$hostname</c> in <c>server_name</c> stands for; the machine's name by default.</summary>
    public string? HostName { get; init; }

    /// <summary>True if the process runs as root: then a server without <c>listen</c> listens on port 80, else on 8000.</summary>
    public bool IsPrivileged { get; init; } = true;

    /// <summary>True if the configuration is to be refused if it has no <c>events</c> block, as nginx does.</summary>
    public bool RequireEvents { get; init; }

    /// <summary>
    /// True for tools that read configurations of other programs: what Hawser does not support yet is bound as far as its meaning is known.
    /// </summary>
    internal bool IsLenient { get; init; }
}

/// <summary>What came out of loading a configuration.</summary>
/// <param name="Config">The configuration; null if there is any error.</param>
/// <param name="Partial">
/// What could be bound, errors or not: for tools that look at configurations. Whatever an error concerns is missing in it or has its default.
/// </param>
/// <param name="Diagnostics">All findings in the order in which nginx would have met them.</param>
/// <param name="Files">The distinct files read, the main file first and the others as first seen, as <c>-T</c> lists them.</param>
public sealed record ConfigurationResult(
    MainConfig? Config, MainConfig Partial, ImmutableArray<Diagnostic> Diagnostics, ImmutableArray<SourceFile> Files);
