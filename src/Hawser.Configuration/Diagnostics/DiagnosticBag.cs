using System.Collections.Immutable;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Diagnostics;

/// <summary>Collects diagnostics while a configuration is read.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _items = [];

    public bool HasErrors { get; private set; }

    public void Add(Diagnostic diagnostic)
    {
        _items.Add(diagnostic);
        if (diagnostic.Severity == Severity.Emergency)
            HasErrors = true;
    }

    /// <summary>Adds a finding about a directive, reported at the line nginx would name.</summary>
    public void Add(Severity severity, DirectiveNode node, SourceSpan span, string message, string? hint = null) =>
        Add(new Diagnostic(severity, message, span, hint)
        {
            Place = new ReportedPlace(node.Span.File, node.ReportLine),
            Ordinal = node.Ordinal,
        });

    /// <summary>
    /// Drops what the parser said about the inside of a block whose directive is refused anyway: its grammar may not be nginx's at all.
    /// </summary>
    public void RemoveInside(DirectiveNode node) =>
        _items.RemoveAll(item => item.Ordinal > node.Ordinal && item.Ordinal < node.EndOrdinal);

    /// <summary>All diagnostics in the order nginx would have met them; those of one place keep the order they were found in.</summary>
    public ImmutableArray<Diagnostic> ToSorted()
    {
        var keyed = new (int Ordinal, int Index)[_items.Count];
        for (int i = 0; i < keyed.Length; i++)
            keyed[i] = (_items[i].Ordinal, i);
        Array.Sort(keyed);
        var sorted = ImmutableArray.CreateBuilder<Diagnostic>(keyed.Length);
        foreach ((_, int index) in keyed)
            sorted.Add(_items[index]);
        return sorted.MoveToImmutable();
    }
}
