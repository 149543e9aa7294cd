using System.Buffers.Text;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Variables;

/// <summary>The forms in which values are written out, in the exchange's memory.</summary>
internal static class ValueText
{
    /// <summary>Longest text of <see cref="WriteSeconds"/>.</summary>
    public const int MaximumSeconds = 24;

    /// <summary>Milliseconds as seconds with three decimals: <c>0.012</c>.</summary>
    public static VariableValue Seconds(HttpExchange exchange, long milliseconds)
    {
        Span<byte> text = stackalloc byte[MaximumSeconds];
        return exchange.Arena.Copy(text[..WriteSeconds(text, milliseconds)]);
    }

    /// <summary>A value that, when it is empty, was never there: a request line that could not be read, an answer without a type.</summary>
    public static VariableValue Present(ByteSlice value) => value.IsEmpty ? VariableValue.NotFound : value;

    public static VariableValue Number(HttpExchange exchange, long value) => exchange.Arena.Format(value);

    /// <summary>A port number; empty for 0, which no port is.</summary>
    public static VariableValue Port(HttpExchange exchange, int port) => port == 0 ? ByteSlice.Empty : exchange.Arena.Format(port);

    /// <summary>Writes milliseconds as seconds with three decimals; a clock that went back reads as 0.</summary>
    public static int WriteSeconds(Span<byte> text, long milliseconds)
    {
        (long seconds, long rest) = Math.DivRem(Math.Max(milliseconds, 0), 1000);
        Utf8Formatter.TryFormat(seconds, text, out int length);
        text[length++] = (byte)'.';
        text[length++] = (byte)('0' + rest / 100);
        text[length++] = (byte)('0' + rest / 10 % 10);
        text[length++] = (byte)('0' + rest % 10);
        return length;
    }
}
