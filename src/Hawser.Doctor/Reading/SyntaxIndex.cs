using System.Collections.Immutable;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Doctor.Reading;

/// <summary>The tree of directives with the way up: whatever an <c>include</c> brought in counts as written in the block of the include.</summary>
internal sealed class SyntaxIndex
{
    private readonly Dictionary<(SourceFile File, int Start), DirectiveNode> _byPlace = [];
    private readonly Dictionary<DirectiveNode, DirectiveNode?> _parents = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<DirectiveNode, List<DirectiveNode>> _children = new(ReferenceEqualityComparer.Instance);
    private readonly List<DirectiveNode> _topLevel = [];
    private readonly List<DirectiveNode> _all = [];

    public SyntaxIndex(ImmutableArray<DirectiveNode> directives) => Add(directives, null);

    /// <summary>All directives in the order in which nginx meets them.</summary>
    public IReadOnlyList<DirectiveNode> All => _all;

    /// <summary>The directive of a block; null for the top level and for blocks that the file does not have.</summary>
    public DirectiveNode? NodeOf(ConfigScope scope) => scope.Span is { } span ? NodeAt(span) : null;

    /// <summary>The directive that begins with a span.</summary>
    public DirectiveNode? NodeAt(SourceSpan span) => span.Length == 0 ? null : _byPlace.GetValueOrDefault((span.File, span.Start));

    /// <summary>The block around a directive; null at the top level.</summary>
    public DirectiveNode? ParentOf(DirectiveNode node) => _parents.GetValueOrDefault(node);

    /// <summary>The directives written in a block, or at the top level; those of included files with them.</summary>
    public IReadOnlyList<DirectiveNode> ChildrenOf(DirectiveNode? block) =>
        block is null ? _topLevel : _children.TryGetValue(block, out List<DirectiveNode>? children) ? children : [];

    /// <summary>The first directive of a name in a block, or null.</summary>
    public DirectiveNode? Find(DirectiveNode? block, string name)
    {
        foreach (DirectiveNode node in ChildrenOf(block))
        {
            if (node.Name == name) return node;
        }
        return null;
    }

    /// <summary>The directive that holds in a block: its own, else that of the nearest block around; null if none is written.</summary>
    public DirectiveNode? FindInherited(DirectiveNode? block, string name)
    {
        while (true)
        {
            if (Find(block, name) is { } found) return found;
            if (block is null) return null;
            block = ParentOf(block);
        }
    }

    /// <summary>The innermost block that holds a place; null at the top level.</summary>
    public DirectiveNode? BlockAround(SourceSpan place)
    {
        DirectiveNode? innermost = null;
        foreach (DirectiveNode node in _all)
        {
            if (!node.HasBlock || node.Span.File.Path != place.File.Path || node.Span.End > place.Start) continue;
            if (node.CloseBrace is { } close && close.Start < place.Start) continue;
            if (innermost is null || node.Span.Start > innermost.Span.Start) innermost = node;
        }
        return innermost;
    }

    private void Add(ImmutableArray<DirectiveNode> nodes, DirectiveNode? parent)
    {
        foreach (DirectiveNode node in nodes)
        {
            _all.Add(node);
            ListOf(parent).Add(node);
            _parents[node] = parent;
            _byPlace.TryAdd((node.Span.File, node.Span.Start), node);
            Add(node.Children, node);
            foreach (IncludedFile file in node.Includes) Add(file.Directives, parent);
        }
    }

    private List<DirectiveNode> ListOf(DirectiveNode? parent)
    {
        if (parent is null) return _topLevel;
        if (!_children.TryGetValue(parent, out List<DirectiveNode>? children)) _children.Add(parent, children = []);
        return children;
    }
}
