using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration;

/// <summary>Reads an nginx configuration: text in, diagnostics and an immutable typed configuration out. Opens no socket and starts nothing.</summary>
public static class ConfigurationLoader
{
    /// <summary>Loads a configuration. Errors in it are returned, never thrown.</summary>
    public static ConfigurationResult Load(LoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var diagnostics = new DiagnosticBag();
        var reader = new ConfigurationReader(options, diagnostics);
        ParsedConfiguration parsed = reader.Read();
        var session = new BindSession(options, new MainConfig(reader.Path, reader.Prefix, options.DefaultErrorLog), diagnostics);
        session.Bind(parsed);
        return new ConfigurationResult(diagnostics.HasErrors ? null : session.Main, session.Main, diagnostics.ToSorted(), reader.Files);
    }

    /// <summary>
    /// Reads a configuration for a look at it, not to run it: a file meant for an <c>include</c> gets the blocks around it that it needs, and
    /// what Hawser does not support yet is bound as far as its meaning is known.
    /// </summary>
    public static ConfigurationInspection Inspect(LoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options = options with { IsLenient = true };
        var diagnostics = new DiagnosticBag();
        var reader = new ConfigurationReader(options, diagnostics);
        ParsedConfiguration parsed = reader.Read();
        var shape = ConfigurationShape.Main;
        ImmutableArray<DirectiveNode> wrapped = parsed.MainFile is { } file
            ? FragmentWrapper.Wrap(parsed.Directives, file, out shape)
            : parsed.Directives;
        var session = new BindSession(options, new MainConfig(reader.Path, reader.Prefix, options.DefaultErrorLog), diagnostics);
        session.Bind(parsed with { Directives = wrapped });
        return new ConfigurationInspection(session.Main, diagnostics.ToSorted(), reader.Files, parsed.Directives, shape);
    }
}
