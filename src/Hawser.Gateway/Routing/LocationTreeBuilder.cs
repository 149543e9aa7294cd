using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Routing;

/// <summary>Puts a <see cref="LocationTree"/> together from the locations of a block, in the order of the file.</summary>
public sealed class LocationTreeBuilder
{
    private readonly PrefixTrie _prefixes = new();
    private readonly List<LocationTree.RegexLocation> _regexes = [];
    private readonly Dictionary<ByteSlice, LocationModel> _named = [];

    /// <summary>Adds one location with the tree of those inside it.</summary>
    /// <exception cref="GatewayCompilationException">The block has one of that path already.</exception>
    public void Add(LocationConfig config, LocationModel location, LocationTree inner, ModelBuilder builder)
    {
        switch (config.MatchKind)
        {
            case LocationMatchKind.Regex or LocationMatchKind.RegexIgnoreCase:
                _regexes.Add(new LocationTree.RegexLocation(builder.Compile(config.Regex!), location, inner));
                return;
            case LocationMatchKind.Named:
                if (!_named.TryAdd(ByteSlice.FromLatin1(config.Pattern), location)) throw Duplicate(config);
                return;
            default:
                var entry = new PrefixTrie.Entry(location, inner, config.MatchKind == LocationMatchKind.PrefixNoRegex);
                ByteSlice path = ByteSlice.FromLatin1(config.Pattern);
                if (!_prefixes.TryAdd(path.Span, entry, config.MatchKind == LocationMatchKind.Exact)) throw Duplicate(config);
                return;
        }
    }

    public LocationTree Build() => new(_prefixes, [.. _regexes], _named);

    private static GatewayCompilationException Duplicate(LocationConfig config) =>
        new($"duplicate location \"{config.Pattern}\"", config.Span);
}
