using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Variables;

/// <summary>A template compiled: literals as bytes, variables as slots. Evaluating a constant costs nothing.</summary>
public sealed class TemplateModel
{
    private readonly Part[] _parts;
    private readonly ByteSlice _constant;

    private readonly record struct Part(PartKind Kind, ByteSlice Literal, VariableModel? Variable, int Capture);

    private enum PartKind : byte
    {
        Literal,
        Variable,
        Capture,
    }

    private TemplateModel(Part[] parts)
    {
        _parts = parts;
        IsConstant = true;
        int length = 0;
        foreach (Part part in parts)
        {
            IsConstant &= part.Kind == PartKind.Literal;
            length += part.Literal.Length;
        }
        if (IsConstant && parts.Length > 0)
        {
            byte[] all = new byte[length];
            int written = 0;
            foreach (Part part in parts)
            {
                part.Literal.Span.CopyTo(all.AsSpan(written));
                written += part.Literal.Length;
            }
            _constant = new ByteSlice(all);
        }
    }

    public static TemplateModel Empty { get; } = new([]);

    public bool IsConstant { get; }

    /// <summary>True for the template that is always empty: <c>proxy_set_header Name ""</c>.</summary>
    public bool IsAlwaysEmpty => IsConstant && _constant.IsEmpty;

    /// <summary>The value of a constant template.</summary>
    public ByteSlice ConstantValue => IsConstant ? _constant : throw new InvalidOperationException("The template has variables.");

    /// <summary>The value for an exchange: a constant, a variable's own bytes, or new bytes in the exchange's arena.</summary>
    public ByteSlice Evaluate(HttpExchange exchange)
    {
        if (IsConstant) return _constant;
        if (_parts.Length == 1) return ValueOf(in _parts[0], exchange);
        // Volatile variables may change between two readings, so every part is read once, before the room is known.
        ValueStack values = exchange.TemplateValues;
        int mark = values.Count;
        int length = 0;
        for (int i = 0; i < _parts.Length; i++)
        {
            ByteSlice value = ValueOf(in _parts[i], exchange);
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

    /// <summary>Puts a template together, part by part.</summary>
    public sealed class Builder
    {
        private readonly List<Part> _parts = [];

        public Builder Literal(ByteSlice bytes)
        {
            if (!bytes.IsEmpty) _parts.Add(new Part(PartKind.Literal, bytes, null, 0));
            return this;
        }

        public Builder Variable(VariableModel variable)
        {
            _parts.Add(new Part(PartKind.Variable, default, variable, 0));
            return this;
        }

        public Builder Capture(int group)
        {
            _parts.Add(new Part(PartKind.Capture, default, null, group));
            return this;
        }

        public TemplateModel Build() => _parts.Count == 0 ? Empty : new TemplateModel([.. _parts]);
    }
}
