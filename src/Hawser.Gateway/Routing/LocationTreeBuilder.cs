using Hawser.Configuration.Model;
using Hawser.Configuration.Routing;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Variables;

namespace Hawser.Gateway.Routing;

/// <summary>Puts a <see cref="LocationTree"/> together from the locations of a block, in the order of the file.</summary>
public sealed class LocationTreeBuilder
{
    private readonly LocationSearch<LocationModel, RegexModel> _search = new();

    /// <summary>Adds one location with the tree of those inside it.</summary>
    /// <exception cref="GatewayCompilationException">The block has one of that path already.</exception>
    public void Add(LocationConfig config, LocationModel location, LocationTree inner, ModelBuilder builder)
    {
        RegexModel? regex = config.Regex is { } pattern ? builder.Compile(pattern) : null;
        if (!_search.TryAdd(config, location, inner.Search, regex, location.RedirectsWithSlash))
            throw new GatewayCompilationException($"duplicate location \"{config.Pattern}\"", config.Span);
    }

    public LocationTree Build() => new(_search);
}
