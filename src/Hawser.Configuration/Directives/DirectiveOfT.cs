using Hawser.Configuration.Model;

namespace Hawser.Configuration.Directives;

/// <summary>A directive whose value is a <typeparamref name="T"/>.</summary>
/// <typeparam name="T">Sizes are <see cref="long"/> bytes, times <see cref="TimeSpan"/>, lists immutable arrays.</typeparam>
public sealed class Directive<T> : Directive
{
    private readonly object? _boxedDefault;

    internal Directive(string name, DirectiveContexts contexts, Arity arity, T defaultValue, Func<BindContext, T> binder)
        : base(name, contexts, arity)
    {
        _boxedDefault = defaultValue;
        Binder = binder;
    }

    /// <summary>The value where nothing sets it. Paths are relative to the prefix here; <see cref="ConfigScope.Get{T}"/> gives them in full.</summary>
    public T Default => (T)_boxedDefault!;

    /// <summary>Reads the arguments.</summary>
    internal Func<BindContext, T> Binder { get; }

    /// <summary>Computes a default that depends on the prefix.</summary>
    internal Func<MainConfig, T>? DefaultFrom { get; init; }

    /// <summary>Adds a further value to those a block has already; needed where <see cref="Repetition"/> is <see cref="Repetition.Append"/>.</summary>
    internal Func<T, T, T>? Combine { get; init; }

    internal override bool CanCombine => Combine is not null;

    internal override object? ReadValue(BindContext context) => Binder(context);

    internal override object? CombineValues(object? earlier, object? later) => Combine!((T)earlier!, (T)later!);

    internal override object? GetDefault(MainConfig root) => DefaultFrom is null ? _boxedDefault : DefaultFrom(root);

    /// <summary>Marks a directive that is read and checked while nothing acts upon it yet.</summary>
    internal Directive<T> Pending()
    {
        IsPending = true;
        return this;
    }
}
