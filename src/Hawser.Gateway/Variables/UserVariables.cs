using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Variables;

/// <summary>What a configuration declares: the variables of <c>map</c>, <c>geo</c>, <c>split_clients</c>, <c>set</c> and named groups.</summary>
public static class UserVariables
{
    /// <summary>Declares them all. To be called before anything else is compiled with <paramref name="builder"/>.</summary>
    public static void Declare(HttpConfig http, ModelBuilder builder)
    {
        var late = new List<(Func<VariableGetter> Compile, LateVariable Variable)>();
        foreach (MapConfig map in http.Maps) Declare(map.Variable, map.IsVolatile, () => MapModel.From(map, builder).Evaluate);
        foreach (GeoConfig geo in http.Geos) Declare(geo.Variable, geo.IsVolatile, () => GeoModel.From(geo, builder).Evaluate);
        foreach (SplitClientsConfig split in http.SplitClients) Declare(split.Variable, false, () => SplitClientsModel.From(split, builder).Evaluate);
        HashSet<string> assigned = SetVariables(http);
        foreach (string name in http.DeclaredVariables)
        {
            builder.Variables.DeclareIfUnknown(name, assigned.Contains(name) ? Unset(name) : new VariableDefinition(static _ => VariableValue.NotFound));
        }
        // Only now can they be compiled: they may use one another, in any order.
        foreach ((Func<VariableGetter> compile, LateVariable variable) in late) variable.Get = compile();

        void Declare(string name, bool isVolatile, Func<VariableGetter> compile)
        {
            var variable = new LateVariable();
            builder.Variables.Declare(name, new VariableDefinition(variable.Evaluate) { IsVolatile = isVolatile });
            late.Add((compile, variable));
        }
    }

    /// <summary>The meaning of a <c>set</c> variable before it is set: empty, and worth a warning.</summary>
    private static VariableDefinition Unset(string name) => new(exchange =>
    {
        if (exchange.Location.Logging.WarnsOfUninitializedVariables)
        {
            exchange.LogError(LogLevel.Warn, $"using uninitialized \"{name}\" variable");
        }
        return ByteSlice.Empty;
    });

    private static HashSet<string> SetVariables(HttpConfig http)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (ServerConfig server in http.Servers)
        {
            Collect(server.Rewrite, names);
            foreach (LocationConfig location in server.Locations) Collect(location, names);
        }
        return names;
    }

    private static void Collect(LocationConfig location, HashSet<string> names)
    {
        Collect(location.Rewrite, names);
        foreach (LocationConfig nested in location.Locations) Collect(nested, names);
    }

    private static void Collect(IEnumerable<RewriteStep> steps, HashSet<string> names)
    {
        foreach (RewriteStep step in steps)
        {
            if (step is SetStep set) names.Add(set.Variable);
            else if (step is IfStep condition) Collect(condition.Scope, names);
        }
    }

    /// <summary>A variable that has a name already and whose contents are compiled later.</summary>
    private sealed class LateVariable
    {
        public VariableGetter Get { get; set; } = null!;

        public VariableValue Evaluate(Exchange.HttpExchange exchange) => Get(exchange);
    }
}
