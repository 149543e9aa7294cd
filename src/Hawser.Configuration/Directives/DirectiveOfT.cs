using Hawser.Configuration.Model;

namespace Hawser.Configuration.Directives;

/// <summary>A directive whose value is a <typeparamref name="T"/>.</summary>
/// <typeparam name="T">Sizes are <see cref="long"/> bytes, times <see cref="TimeSpan"/>, lists immutable arrays.</typeparam>
public sealed class Directive<T> : Directive
{
    internal Directive(string name, DirectiveContexts contexts, Arity arity, T defaultValue, Func<BindContext, T> binder)
        : base(name, contexts, arity)
    {
        Default = defaultValue;
        Binder = binder;
    }

    /// <summary>The value where nothing sets it. Paths are relative to the prefix here; <see cref="ConfigScope.Get{T}"/> gives them in full.</summary>
    public T Default { get; }

    /// <summary>Reads the arguments.</summary>
    internal Func<BindContext, T> Binder { get; }

    /// <summary>Computes a default that depends on the prefix.</summary>
    internal Func<MainConfig, T>? DefaultFrom { get; init; }

    /// <summary>Adds a further value to those a block has already; needed where <see cref="Repetition"/> is <see cref="Repetition.Append"/>.</summary>
    internal Func<T, T, T>? Combine { get; init; }

    /// <summary>Whether a block that sets the value adds to its parent's instead of replacing it (<c>add_header_inherit merge</c>).</summary>
    internal Func<ConfigScope, bool>? MergesWithParent { get; init; }

    /// <summary>A further condition for inheriting (<c>add_header_inherit off</c>).</summary>
    internal Func<ConfigScope, bool>? InheritsIf { get; init; }

    internal bool TakesFromParent(ConfigScope scope) => Inherits(scope) && (InheritsIf is null || InheritsIf(scope));

    internal T GetDefault(MainConfig root) => DefaultFrom is null ? Default : DefaultFrom(root);

    internal bool ContinuesWithParent(ConfigScope scope) => MergesWithParent is not null && scope.Parent is not null && MergesWithParent(scope);

    internal T Merge(T own, ConfigScope? parent) => parent is null || Combine is null ? own : Combine(own, parent.Get(this));

    internal override void Bind(BindContext context)
    {
        StoredSetting? existing = context.Scope.GetOwn(this);
        if (existing is not null && Repetition == Repetition.Duplicate)
            throw context.RefuseDuplicate(existing);
        T value = Binder(context);
        if (PendingDirectives.Contains(Name) && !EqualityComparer<T>.Default.Equals(value, Default))
            context.Warn(context.Node.NameArgument, $"\"{Name}\" directive is not supported yet, it has no effect");
        var setting = existing is StoredSetting<T> earlier && Combine is not null
            ? new StoredSetting<T>(Combine(earlier.Value, value), earlier.Span, this)
            : new StoredSetting<T>(value, context.Node.Span, this);
        context.Scope.SetOwn(this, setting);
    }
}
