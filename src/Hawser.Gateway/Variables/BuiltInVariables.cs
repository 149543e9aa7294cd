using System.Collections.Frozen;

namespace Hawser.Gateway.Variables;

/// <summary>The variables that exist without being declared, one file per family.</summary>
public static class BuiltInVariables
{
    private static readonly FrozenDictionary<string, VariableDefinition> s_byName = Collect();

    // A name belongs to the family with the longest prefix; none of these is a prefix of another.
    private static readonly (string Prefix, Func<string, VariableDefinition> Make)[] s_families = PrefixVariables.All;

    /// <summary>Every name, without <c>$</c>, in lower case.</summary>
    public static IReadOnlyCollection<string> Names => s_byName.Keys;

    /// <summary>The prefixes that begin the names of a family: <c>http_</c>, <c>arg_</c>.</summary>
    public static IEnumerable<string> Prefixes => Array.ConvertAll(s_families, static f => f.Prefix);

    /// <param name="name">In lower case.</param>
    /// <returns>The variable's definition; null when there is no such variable.</returns>
    public static VariableDefinition? Find(string name)
    {
        if (s_byName.TryGetValue(name, out VariableDefinition? definition)) return definition;
        foreach ((string prefix, Func<string, VariableDefinition> make) in s_families)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal)) return make(name[prefix.Length..]);
        }
        return null;
    }

    private static FrozenDictionary<string, VariableDefinition> Collect()
    {
        var all = new VariableFamily();
        RequestVariables.AddTo(all);
        ConnectionVariables.AddTo(all);
        ResponseVariables.AddTo(all);
        SslVariables.AddTo(all);
        UpstreamVariables.AddTo(all);
        ProxyVariables.AddTo(all);
        FileVariables.AddTo(all);
        WebSocketVariables.AddTo(all);
        TimeVariables.AddTo(all);
        ProcessVariables.AddTo(all);
        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

/// <summary>Collects definitions under their names; a second definition of a name is a defect.</summary>
internal sealed class VariableFamily : Dictionary<string, VariableDefinition>
{
    /// <summary>A variable that keeps the value it has when first read (nginx: cacheable).</summary>
    public void Add(string name, VariableGetter get) => Add(name, new VariableDefinition(get));

    /// <summary>A variable computed at each reading (nginx: NGX_HTTP_VAR_NOCACHEABLE).</summary>
    public void AddVolatile(string name, VariableGetter get, VariableSetter? set = null) =>
        Add(name, new VariableDefinition(get) { IsVolatile = true, Set = set });

    /// <summary>A volatile variable whose last value is known only at the end.</summary>
    public void AddLate(string name, VariableGetter get) => Add(name, new VariableDefinition(get) { IsVolatile = true, IsLate = true });
}
