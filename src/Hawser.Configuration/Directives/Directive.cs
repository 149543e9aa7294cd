using System.Collections.Immutable;
using Hawser.Configuration.Model;

namespace Hawser.Configuration.Directives;

/// <summary>
/// A directive as data: everything the parser, the binder, the reference documentation and editors need to know of it. All of them stand in
/// <see cref="Known"/>.
/// </summary>
public abstract class Directive
{
    private protected Directive(string name, DirectiveContexts contexts, Arity arity)
    {
        Name = name;
        Contexts = contexts;
        Arity = arity;
    }

    /// <summary>The name as written in a configuration.</summary>
    public string Name { get; }

    /// <summary>Where it may stand.</summary>
    public DirectiveContexts Contexts { get; }

    /// <summary>How many arguments it takes, and whether it opens a block.</summary>
    public Arity Arity { get; }

    /// <summary>The forms it can be written in, without the name: <c>on | off</c>. One entry per form.</summary>
    public required ImmutableArray<string> Syntax { get; init; }

    /// <summary>The default as one would write it; null if there is none.</summary>
    public string? DefaultText { get; init; }

    /// <summary>What a second use in the same block means.</summary>
    public Repetition Repetition { get; init; }

    /// <summary>How a block comes by a value it does not set.</summary>
    public Inheritance Inheritance { get; init; }

    /// <summary>What it does, in one or two sentences.</summary>
    public required string Summary { get; init; }

    /// <summary>How Hawser differs from nginx here; null if it does not.</summary>
    public string? DifferenceFromNginx { get; init; }

    /// <summary>nginx's module, or <c>hawser</c>.</summary>
    public string Module { get; internal set; } = "";

    /// <summary>True if Hawser accepts the directive for compatibility and has nothing to do for it.</summary>
    public bool HasNoEffect { get; init; }

    /// <summary>The directive under which the value is kept: itself, but for pairs such as <c>root</c> and <c>alias</c> that set one value.</summary>
    public Directive Storage => SharedWith ?? this;

    /// <summary>The directive whose value this one sets as well; null as a rule.</summary>
    protected internal Directive? SharedWith { get; init; }

    internal abstract void Bind(BindContext context);

    internal bool Inherits(ConfigScope scope) => Inheritance switch
    {
        Inheritance.None => false,
        Inheritance.NestedOnly => scope.Kind is ScopeKind.LocationIf or ScopeKind.ServerIf or ScopeKind.LimitExcept,
        _ => true,
    };

    /// <inheritdoc />
    public override string ToString() => Name;
}
