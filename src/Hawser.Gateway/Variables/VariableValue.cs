using Hawser.IO.Buffers;

namespace Hawser.Gateway.Variables;

/// <summary>What a variable holds now. A value that is not there reads as empty in templates, and as <c>-</c> in logs.</summary>
public readonly struct VariableValue
{
    private VariableValue(ByteSlice value)
    {
        Value = value;
        Found = true;
    }

    public static VariableValue NotFound => default;

    public ByteSlice Value { get; }

    public bool Found { get; }

    public static implicit operator VariableValue(ByteSlice value) => new(value);
}

/// <summary>Computes a variable for an exchange. Runs on the exchange's loop; bytes it makes go into the exchange's arena.</summary>
public delegate VariableValue VariableGetter(Exchange.HttpExchange exchange);

/// <summary>Assigns a built-in variable (<c>set $args …</c>). Null on a variable: <c>set</c> only stores.</summary>
public delegate void VariableSetter(Exchange.HttpExchange exchange, ByteSlice value);
