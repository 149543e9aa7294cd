using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary>A variable and the word that uses it first.</summary>
/// <param name="Name">The name in lower case.</param>
/// <param name="Span">The word.</param>
internal sealed record UsedVariable(string Name, SourceSpan Span);

/// <summary>The variables that a configuration declares and uses. Whether a used one exists is known only at the end of <c>http</c>.</summary>
internal sealed class VariableRegistry
{
    private readonly HashSet<string> _used = [];
    private readonly List<UsedVariable> _usedInOrder = [];
    private readonly HashSet<string> _declared = [];
    private readonly ImmutableArray<string>.Builder _declaredInOrder = ImmutableArray.CreateBuilder<string>();
    private readonly HashSet<string> _assumed = [];

    /// <summary>The declared variables in order of their first declaration.</summary>
    public ImmutableArray<string> Declared => _declaredInOrder.ToImmutable();

    /// <summary>The used variables in order of their first use, which is the order in which nginx checks them.</summary>
    public IReadOnlyList<UsedVariable> Used => _usedInOrder;

    /// <summary>Notes the variables of a value.</summary>
    public void Use(Template template, SourceSpan span)
    {
        foreach (TemplatePart part in template.Parts)
        {
            if (part is VariablePart variable)
                Use(variable.Name, span);
        }
    }

    /// <summary>Notes a use.</summary>
    /// <param name="name">The name in lower case.</param>
    /// <param name="span">Where.</param>
    public void Use(string name, SourceSpan span)
    {
        if (_used.Add(name))
            _usedInOrder.Add(new UsedVariable(name, span));
    }

    /// <summary>Declares a variable, as <c>set</c>, <c>map</c> and named captures do.</summary>
    /// <returns>The name in lower case.</returns>
    public string Declare(BindContext context, Argument argument, string name)
    {
        if (name.Length == 0)
            throw context.Refuse(argument, "invalid variable name \"$\"");
        string lower = name.ToLowerInvariant();
        KnownVariable? builtIn = KnownVariables.Find(lower);
        if (builtIn is { IsPrefix: false, IsSettable: true })
            return lower;
        if (builtIn is { IsPrefix: false })
            throw context.Refuse(argument, $"the duplicate \"{name}\" variable", "it is a variable of the program's own; choose another name");
        if (_declared.Add(lower))
            _declaredInOrder.Add(lower);
        return lower;
    }

    /// <summary>Takes a variable for declared that a refused directive would have declared, lest its uses be reported too.</summary>
    public void Assume(string name) => _assumed.Add(name.ToLowerInvariant());

    /// <summary>Whether a name is declared, or known from the start.</summary>
    public bool IsKnown(string name) => _declared.Contains(name) || _assumed.Contains(name) || KnownVariables.Find(name) is not null;

    /// <summary>All names that could have been meant.</summary>
    public IEnumerable<string> Candidates()
    {
        foreach (string name in _declaredInOrder)
            yield return name;
        foreach (KnownVariable variable in KnownVariables.All)
            yield return variable.Name;
    }
}
