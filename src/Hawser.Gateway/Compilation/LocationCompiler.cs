using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Filters;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Metrics;
using Hawser.Gateway.Phases;
using Hawser.Gateway.Phases.Access;
using Hawser.Gateway.Phases.Limits;
using Hawser.Gateway.Routing;
using Hawser.Gateway.Upstreams;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Compilation;

/// <summary>
/// Compiles locations, and the blocks that count as locations without a name: a server's own settings, <c>if</c> and <c>limit_except</c>.
/// </summary>
internal sealed class LocationCompiler(ModelBuilder builder)
{
    /// <summary>The locations of one block, with those inside them.</summary>
    public LocationTree CompileAll(ImmutableArray<LocationConfig> configs)
    {
        if (configs.IsEmpty) return LocationTree.Empty;
        var tree = new LocationTreeBuilder();
        foreach (LocationConfig config in configs) tree.Add(config, Compile(config), CompileAll(config.Locations), builder);
        return tree.Build();
    }

    /// <summary>The server's own settings, for requests that no location matches and for the time before one is found.</summary>
    public LocationModel CompileDefaults(ServerConfig server) =>
        Compile(server, named: null, RewriteModel.From(server.Rewrite, server, builder, compileIf: null));

    private LocationModel Compile(LocationConfig config) =>
        Compile(config, NamedOf(config), RewriteModel.From(config.Rewrite, config, builder, CompileIf));

    // Its directives are part of those of the location around it.
    private LocationModel CompileIf(LocationConfig config) => Compile(config, NamedOf(config), RewriteModel.None);

    /// <param name="scope">Whose settings.</param>
    /// <param name="named">The location that the scope is or belongs to; null for a server.</param>
    private LocationModel Compile(ConfigScope scope, LocationConfig? named, RewriteModel rewrite)
    {
        var config = scope as LocationConfig;
        bool isPrefix = named?.MatchKind is LocationMatchKind.Prefix or LocationMatchKind.PrefixNoRegex or LocationMatchKind.Exact;
        string name = named?.Pattern ?? "";
        return new LocationModel
        {
            Name = name,
            Prefix = isPrefix ? ByteSlice.FromLatin1(name) : default,
            IsNamed = named?.MatchKind == LocationMatchKind.Named,
            IsExact = named?.MatchKind == LocationMatchKind.Exact,
            IsRegex = named?.Regex is not null,
            IsInternal = config is not null && config.Get(Known.Internal),
            Core = CoreModel.From(scope),
            Rewrite = rewrite,
            RealAddress = RealAddress.From(scope),
            Limits = LimitPhase.From(scope, builder),
            Access = AccessPhase.From(scope, builder),
            LimitExcept = config?.LimitExcept is { } limit ? LimitExceptModel.From(limit, CompileIf(limit)) : null,
            ErrorPages = ErrorPagesModel.From(scope, builder),
            Headers = ResponseHeadersModel.From(scope, builder),
            Compression = CompressionModel.From(scope, builder),
            Charset = CharsetModel.From(scope, builder),
            Files = FilesModel.From(scope, builder),
            TryFiles = TryFilesModel.From(scope, builder),
            RateLimit = RateLimit.From(scope, builder),
            Mirror = MirrorModel.From(scope),
            Logging = LoggingModel.From(scope, builder),
            Content = CompileContent(config) ?? (scope.Get(Known.StubStatus) ? StubStatus.Instance : null),
            RedirectsWithSlash = isPrefix && name.EndsWith('/') && scope.HasOwn(Known.ProxyPass),
        };
    }

    private IContentHandler? CompileContent(LocationConfig? config)
    {
        if (config is null) return null;
        if (config.Get(Known.ProxyPass) is not null) return ProxyContent.From(config, builder);
        if (config.Get(Known.EmptyGif)) return EmptyGif.Instance;
        return config.Get(Known.HawserMetrics) ? new MetricsContent(builder.Services) : null;
    }

    private static LocationConfig NamedOf(LocationConfig config)
    {
        while (config.IsNameless && config.Parent is LocationConfig around) config = around;
        return config;
    }
}
