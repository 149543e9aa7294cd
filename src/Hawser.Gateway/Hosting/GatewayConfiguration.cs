using System.Collections.Immutable;
using Hawser.Configuration;
using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Gateway.Upstreams;
using Hawser.IO.Native;

namespace Hawser.Gateway.Hosting;

/// <summary>Which configuration to load: what the options <c>-p</c>, <c>-c</c> and <c>-g</c> say.</summary>
public sealed record ConfigurationRequest
{
    /// <summary>The main file, a full path.</summary>
    public required string Path { get; init; }

    /// <summary>The prefix, a full path with a slash at its end.</summary>
    public required string Prefix { get; init; }

    /// <summary>Directives read before the file; null for none.</summary>
    public string? Globals { get; init; }

    /// <summary>Where errors are logged if the configuration does not say it (<c>-e</c>): a full path, or <c>stderr</c>.</summary>
    public string DefaultErrorLog { get; init; } = "stderr";

    /// <summary>Where a <c>mime.types</c> is taken from that does not exist beside the configuration; null for nowhere.</summary>
    public string? FallbackIncludeDirectory { get; init; }

    /// <summary>Changes the content of the main file before it is read; null leaves it. The demo moves its ports with it.</summary>
    public Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? Edit { get; init; }
}

/// <summary>One finding of a load.</summary>
/// <param name="Level">How serious it is; <see cref="MessageLevel.Emergency"/> means that the configuration cannot be used.</param>
/// <param name="Text">nginx's line without the level, such as <c>unknown directive "foo" in /etc/nginx/nginx.conf:12</c>.</param>
/// <param name="Details">Further lines for people, each with a line feed; null for none.</param>
public sealed record ConfigurationMessage(MessageLevel Level, string Text, string? Details);

/// <summary>One file that was read.</summary>
/// <param name="Path">Its full path, in bytes as the file system has it.</param>
/// <param name="Content">Its exact content.</param>
public sealed record ConfigurationSourceFile(ReadOnlyMemory<byte> Path, ReadOnlyMemory<byte> Content);

/// <summary>
/// A configuration as the executable handles it: loaded, its findings in words, its process-wide settings readable, the rest for the
/// gateway alone.
/// </summary>
public sealed class GatewayConfiguration
{
    private readonly ConfigurationResult _result;
    private ProcessSettings? _process;

    private GatewayConfiguration(ConfigurationResult result)
    {
        _result = result;
        Messages = [.. result.Diagnostics.Select(ToMessage)];
    }

    /// <summary>Whether there is no error in it.</summary>
    public bool IsUsable => _result.Config is not null;

    /// <summary>All findings, in the order nginx would have met them.</summary>
    public ImmutableArray<ConfigurationMessage> Messages { get; }

    /// <summary>The distinct files that were read, in the order they were met.</summary>
    public IEnumerable<ConfigurationSourceFile> Files =>
        _result.Files.Select(file => new ConfigurationSourceFile(System.Text.Encoding.Latin1.GetBytes(file.Path), file.Bytes));

    /// <summary>What concerns the process as a whole.</summary>
    /// <exception cref="InvalidOperationException">The configuration has an error.</exception>
    public ProcessSettings Process => _process ??= ProcessSettings.From(Main);

    /// <summary>The configuration itself.</summary>
    internal MainConfig Main => _result.Config ?? throw new InvalidOperationException("The configuration has an error.");

    /// <summary>Loads a configuration; what is wrong with it is in <see cref="Messages"/>, nothing is thrown.</summary>
    public static GatewayConfiguration Load(ConfigurationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var path = ByteText.FromText(request.Path);
        return new GatewayConfiguration(ConfigurationLoader.Load(new LoadOptions
        {
            Path = path,
            Prefix = ByteText.FromText(request.Prefix),
            Globals = request.Globals is { } globals ? ByteText.FromText(globals) : null,
            FallbackIncludeDirectory = request.FallbackIncludeDirectory is { } directory ? ByteText.FromText(directory) : null,
            DefaultErrorLog = ByteText.FromText(request.DefaultErrorLog),
            Files = request.Edit is { } edit ? new EditedFiles(path, edit) : PhysicalFiles.Instance,
            RequireEvents = true,
            ResolveHost = static name => AddressResolver.TryResolve(name),
            IsPrivileged = ProcessControl.EffectiveUserId == 0,
        }));
    }

    private static ConfigurationMessage ToMessage(Diagnostic diagnostic)
    {
        var level = diagnostic.Severity switch
        {
            Severity.Emergency => MessageLevel.Emergency,
            Severity.Warning => MessageLevel.Warning,
            _ => MessageLevel.Notice,
        };

        // The first line is nginx's and starts with the level in brackets, which a log adds by itself; the rest shows the place.
        var rendered = DiagnosticRenderer.Render(diagnostic);
        var text = rendered.IndexOf(']') + 2;
        var end = rendered.IndexOf('\n');
        var details = rendered[(end + 1)..];
        return new ConfigurationMessage(level, rendered[text..end], details.Length > 0 ? details : null);
    }

    /// <summary>The machine's files, one of them edited while it is read.</summary>
    private sealed class EditedFiles(string path, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> edit) : IConfigurationFiles
    {
        public FileContent Read(string name)
        {
            var content = PhysicalFiles.Instance.Read(name);
            return name == path && content.Failure is null ? content with { Bytes = edit(content.Bytes) } : content;
        }

        public ImmutableArray<string> Glob(string pattern) => PhysicalFiles.Instance.Glob(pattern);

        public bool Exists(string name) => PhysicalFiles.Instance.Exists(name);

        public string GetFullPath(string name, string directory) => PhysicalFiles.Instance.GetFullPath(name, directory);
    }
}
