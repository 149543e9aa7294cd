using Hawser.Configuration.Directives;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Model;

/// <summary>
/// A block and what it sets. Reading a directive here gives the value that holds for this block: its own, else the one it inherits, else the
/// default. A scope is immutable once <see cref="ConfigurationLoader"/> has returned it.
/// </summary>
public abstract class ConfigScope
{
    private readonly Dictionary<Directive, StoredSetting> _own = [];
    private MainConfig? _root;

    private protected ConfigScope(ScopeKind kind, ConfigScope? parent, SourceSpan? span)
    {
        Kind = kind;
        Parent = parent;
        Span = span;
    }

    /// <summary>What kind of block this is.</summary>
    public ScopeKind Kind { get; }

    /// <summary>The block around this one; null for the top level.</summary>
    public ConfigScope? Parent { get; }

    /// <summary>The directive that opened the block, up to its brace; null for the top level and for what exists without being written.</summary>
    public SourceSpan? Span { get; }

    /// <summary>The top level.</summary>
    public MainConfig Root => _root ??= FindRoot();

    /// <summary>The value that holds in this block.</summary>
    public T Get<T>(Directive<T> directive)
    {
        ArgumentNullException.ThrowIfNull(directive);
        return (T)GetValue(directive, out _)!;
    }

    /// <summary>The value that holds in this block, and where it comes from.</summary>
    public Setting<T> Find<T>(Directive<T> directive)
    {
        ArgumentNullException.ThrowIfNull(directive);
        var value = (T)GetValue(directive, out StoredSetting? origin)!;
        return new Setting<T>(value, origin?.Span, IsExplicit: origin is not null);
    }

    /// <summary>Whether this very block sets the directive.</summary>
    public bool HasOwn(Directive directive)
    {
        ArgumentNullException.ThrowIfNull(directive);
        return _own.ContainsKey(directive.Storage);
    }

    internal StoredSetting? GetOwn(Directive directive) => _own.GetValueOrDefault(directive.Storage);

    internal void SetOwn(Directive directive, StoredSetting setting) => _own[directive.Storage] = setting;

    private object? GetValue(Directive directive, out StoredSetting? origin)
    {
        for (ConfigScope? scope = this; scope is not null; scope = directive.TakesFromParent(scope) ? scope.Parent : null)
        {
            origin = scope.GetOwn(directive);
            if (origin is null)
                continue;
            bool merges = scope.Parent is not null && directive.MergesWithParent is { } mergesWithParent && mergesWithParent(scope);
            return merges ? directive.CombineValues(origin.Value, scope.Parent!.GetValue(directive, out _)) : origin.Value;
        }
        origin = null;
        return directive.GetDefault(Root);
    }

    private MainConfig FindRoot()
    {
        ConfigScope scope = this;
        while (scope.Parent is { } parent)
            scope = parent;
        return (MainConfig)scope;
    }
}
