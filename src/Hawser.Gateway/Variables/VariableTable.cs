namespace Hawser.Gateway.Variables;

/// <summary>
/// The variables of one configuration. A name gets its slot, and its meaning, on first use; so everything that declares
/// variables (see <see cref="UserVariables"/>) must have done so before templates are compiled.
/// </summary>
public sealed class VariableTable
{
    private readonly Dictionary<string, VariableModel> _used = new(StringComparer.Ordinal);
    private readonly Dictionary<string, VariableDefinition> _declared = new(StringComparer.Ordinal);

    /// <summary>How many slots an exchange needs.</summary>
    public int Count => _used.Count;

    /// <summary>
    /// The variable of that name: one that the configuration declares, else a built-in one, else one of a family
    /// (<c>http_…</c>, <c>arg_…</c>).
    /// </summary>
    /// <param name="name">Without <c>$</c>, in any case.</param>
    /// <exception cref="KeyNotFoundException">There is none. The configuration is checked for that before it is compiled.</exception>
    public VariableModel Use(string name)
    {
        name = name.ToLowerInvariant();
        if (_used.TryGetValue(name, out VariableModel? known)) return known;
        VariableDefinition definition = Find(name) ?? throw new KeyNotFoundException($"unknown \"{name}\" variable");
        VariableModel model = definition.ToModel(name, _used.Count);
        _used.Add(name, model);
        return model;
    }

    /// <summary>Declares a variable, or gives a changeable one that exists another meaning (nginx lets <c>map</c> redefine <c>$args</c>).</summary>
    /// <exception cref="InvalidOperationException">The variable is in use already.</exception>
    public void Declare(string name, VariableDefinition definition)
    {
        name = name.ToLowerInvariant();
        if (_used.ContainsKey(name)) throw new InvalidOperationException($"\"{name}\" was used before it was declared");
        _declared[name] = definition;
    }

    /// <summary>Declares a variable unless the name has a meaning already: <c>set $args …</c> assigns the built-in one.</summary>
    public void DeclareIfUnknown(string name, VariableDefinition definition)
    {
        if (Find(name.ToLowerInvariant()) is null) Declare(name, definition);
    }

    private VariableDefinition? Find(string name) => _declared.GetValueOrDefault(name) ?? BuiltInVariables.Find(name);
}
