using System.Collections.Immutable;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Diagnostics;

/// <summary>Collects diagnostics while a configuration is read.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _items = [];
    private readonly List<(int First, int Last)> _suppressed = [];

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
    public void SuppressInside(DirectiveNode node)
    {
        if (node.EndOrdinal > node.Ordinal)
            _suppressed.Add((node.Ordinal + 1, node.EndOrdinal - 1));
    }

    /// <summary>All diagnostics in the order nginx would have met them; those of one place keep the order they were found in.</summary>
    public ImmutableArray<Diagnostic> ToSorted()
    {
        if (_items.Count == 0)
            return [];
        var keyed = new (int Ordinal, int Index)[_items.Count];
        for (int i = 0; i < keyed.Length; i++)
            keyed[i] = (_items[i].Ordinal, i);
        Array.Sort(keyed);
        _suppressed.Sort();
        var sorted = ImmutableArray.CreateBuilder<Diagnostic>(keyed.Length);
        int next = 0;
        int suppressedTo = -1;
        foreach ((int ordinal, int index) in keyed)
        {
            for (; next < _suppressed.Count && _suppressed[next].First <= ordinal; next++)
                suppressedTo = Math.Max(suppressedTo, _suppressed[next].Last);
            if (ordinal > suppressedTo)
                sorted.Add(_items[index]);
        }
        return sorted.DrainToImmutable();
    }
}
