using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

public static partial class Known
{
    public static readonly Directive<ImmutableArray<MapConfig>> Map = Modules.Map.List(
        "map", In.Http, Arity.Two.WithBlock(), "string $variable { ... }", MapBinder.Map,
        "Defines a variable whose value depends on another's.", Inheritance.None);

    public static readonly Directive<int> MapHashMaxSize = Modules.Map.Number(
        "map_hash_max_size", In.Http, 2048, "The size of nginx's hash tables for map. Hawser's grow as needed.", noEffect: true);

    public static readonly Directive<int> MapHashBucketSize = Modules.Map.Number(
        "map_hash_bucket_size", In.Http, 64, "The size of a bucket in nginx's hash tables for map.", noEffect: true);
}
