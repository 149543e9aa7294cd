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

    /// <summary>
    /// True if the directive is read and checked, but nothing acts upon it yet. A value other than the default then draws a warning: a configuration
    /// that runs without a limit it asks for must not look as if it had one.
    /// </summary>
    public bool IsPending { get; private protected set; }

    /// <summary>The directive under which the value is kept: itself, but for pairs such as <c>root</c> and <c>alias</c> that set one value.</summary>
    public Directive Storage => SharedWith ?? this;

    /// <summary>The directive whose value this one sets as well; null as a rule.</summary>
    protected internal Directive? SharedWith { get; init; }

    /// <summary>Whether a block that sets the value adds to its parent's instead of replacing it (<c>add_header_inherit merge</c>).</summary>
    internal Func<ConfigScope, bool>? MergesWithParent { get; init; }

    /// <summary>A further condition for inheriting (<c>add_header_inherit off</c>).</summary>
    internal Func<ConfigScope, bool>? InheritsIf { get; init; }

    /// <summary>Whether several uses add up to one value.</summary>
    internal abstract bool CanCombine { get; }

    // What follows handles values as objects, so that start-up compiles it once and not for every type of value.

    /// <summary>Reads the arguments.</summary>
    internal abstract object? ReadValue(BindContext context);

    /// <summary>Adds a further value to an earlier one.</summary>
    internal abstract object? CombineValues(object? earlier, object? later);

    /// <summary>The value where nothing sets it.</summary>
    internal abstract object? GetDefault(MainConfig root);

    /// <summary>Binds one use of the directive.</summary>
    internal void Bind(BindContext context)
    {
        StoredSetting? existing = context.Scope.GetOwn(this);
        if (existing is not null && Repetition == Repetition.Duplicate)
            throw context.RefuseDuplicate(existing);
        object? value = ReadValue(context);
        if (IsPending && !Equals(value, GetDefault(context.Session.Main)))
            context.Warn(context.Node.NameArgument, $"\"{Name}\" directive is not supported yet, it has no effect");
        StoredSetting setting = existing is not null && CanCombine
            ? existing with { Value = CombineValues(existing.Value, value), SetBy = this }
            : new StoredSetting(value, context.Node.Span, this);
        context.Scope.SetOwn(this, setting);
    }

    /// <summary>Whether a block without a value of its own has its parent's.</summary>
    internal bool TakesFromParent(ConfigScope scope)
    {
        bool inherits = Inheritance switch
        {
            Inheritance.None => false,
            Inheritance.NestedOnly => scope.Kind is ScopeKind.LocationIf or ScopeKind.ServerIf or ScopeKind.LimitExcept,
            _ => true,
        };
        return inherits && (InheritsIf is null || InheritsIf(scope));
    }

    /// <inheritdoc />
    public override string ToString() => Name;
}
