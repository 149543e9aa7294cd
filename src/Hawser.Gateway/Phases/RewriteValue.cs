using Hawser.Configuration.Templates;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary>
/// A value in a directive of the rewrite module. Unlike a <see cref="TemplateModel"/> it may be split into path and query, and captures
/// that were taken from a decoded path can be escaped again on their way into a query or a redirect.
/// </summary>
internal sealed class RewriteValue
{
    private readonly Part[] _parts;
    private readonly TemplateModel? _plain;

    private readonly record struct Part(PartKind Kind, ByteSlice Literal = default, VariableModel? Variable = null, int Capture = 0);

    private enum PartKind : byte
    {
        Literal,
        Variable,
        Capture,
        Query,
    }

    private RewriteValue(Part[] parts, TemplateModel? plain)
    {
        _parts = parts;
        _plain = plain;
        HasQuestionMark = Array.Exists(parts, static p => p.Kind == PartKind.Query || p.Literal.Span.Contains((byte)'?'));
    }

    /// <summary>The configuration itself writes a <c>?</c> in the value.</summary>
    public bool HasQuestionMark { get; }

    public static RewriteValue From(Template template, ModelBuilder builder)
    {
        var parts = new List<Part>();
        bool plain = true;
        foreach (TemplatePart part in template.Parts)
        {
            plain &= part is LiteralPart or VariablePart;
            parts.Add(part switch
            {
                LiteralPart literal => new Part(PartKind.Literal, ByteSlice.FromLatin1(literal.Value)),
                VariablePart variable => new Part(PartKind.Variable, Variable: builder.Variables.Use(variable.Name)),
                CapturePart capture => new Part(PartKind.Capture, Capture: capture.Number),
                ArgumentsPart => new Part(PartKind.Query),
                _ => throw new NotSupportedException($"A {part.GetType().Name} is no part of a value."),
            });
        }
        return new RewriteValue([.. parts], plain ? builder.Compile(template) : null);
    }

    /// <param name="escapesCaptures">Whether captures are escaped, if the request's target had anything escaped.</param>
    public ByteSlice Evaluate(HttpExchange exchange, bool escapesCaptures) =>
        _plain is not null ? _plain.Evaluate(exchange) : Concat(exchange, escapesCaptures, out _);

    /// <summary>Evaluates to a path and, where the value says so, a query. Captures in the query are always escaped.</summary>
    /// <returns>Whether the value has a query, be it empty.</returns>
    public bool EvaluateUri(HttpExchange exchange, out ByteSlice path, out ByteSlice query)
    {
        int queryAt = -1;
        ByteSlice whole = _plain is not null ? _plain.Evaluate(exchange) : Concat(exchange, escapesCaptures: false, out queryAt);
        path = queryAt < 0 ? whole : whole.Slice(0, queryAt);
        query = queryAt < 0 ? default : whole.Slice(queryAt);
        return queryAt >= 0;
    }

    private ByteSlice Concat(HttpExchange exchange, bool escapesCaptures, out int queryAt)
    {
        // A path that came with nothing escaped has nothing in it that would need it.
        bool escapable = (exchange.TargetFlags & (TargetFlags.Quoted | TargetFlags.Plus)) != 0;
        ValueStack values = exchange.TemplateValues;
        int mark = values.Count;
        int length = 0;
        queryAt = -1;
        foreach (ref readonly Part part in _parts.AsSpan())
        {
            if (part.Kind == PartKind.Query)
            {
                queryAt = length;
                continue;
            }
            ByteSlice value = ValueOf(in part, exchange);
            if (part.Kind == PartKind.Capture && escapable && (escapesCaptures || queryAt >= 0))
            {
                value = UriParts.Escape(exchange.Arena, value, UriEscape.Args);
            }
            values.Push(value);
            length += value.Length;
        }
        Span<byte> room = exchange.Arena.Allocate(length, out ByteSlice result);
        foreach (ref readonly ByteSlice value in values.From(mark))
        {
            value.Span.CopyTo(room);
            room = room[value.Length..];
        }
        values.PopTo(mark);
        return result;
    }

    private static ByteSlice ValueOf(in Part part, HttpExchange exchange) => part.Kind switch
    {
        PartKind.Literal => part.Literal,
        PartKind.Variable => exchange.GetVariable(part.Variable!).Value,
        _ => exchange.Captures.Group(part.Capture),
    };
}
