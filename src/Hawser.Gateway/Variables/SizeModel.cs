using System.Buffers.Text;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Variables;

/// <summary>A size that a request may decide: <c>limit_rate $rate</c>.</summary>
public sealed class SizeModel(long constant, TemplateModel? template)
{
    public static SizeModel? From(DynamicSize? config, ModelBuilder builder) =>
        config is null ? null : new SizeModel(config.Bytes, builder.CompileOptional(config.Template));

    /// <summary>Bytes; 0 for no value, and with a line in the log for one that is no size.</summary>
    public long Evaluate(HttpExchange exchange)
    {
        if (template is null) return constant;
        ByteSlice value = template.Evaluate(exchange);
        if (value.IsEmpty) return 0;
        if (TryParse(value, out long size)) return size;
        exchange.LogError(LogLevel.Error, $"invalid size \"{value}\"");
        return 0;
    }

    /// <summary>Bytes, with <c>k</c> or <c>m</c> for KiB and MiB.</summary>
    public static bool TryParse(ByteSlice value, out long size)
    {
        ReadOnlySpan<byte> text = value.Span;
        long unit = text.IsEmpty ? 1 : text[^1] switch
        {
            (byte)'k' or (byte)'K' => 1L << 10,
            (byte)'m' or (byte)'M' => 1L << 20,
            _ => 1,
        };
        if (unit != 1) text = text[..^1];
        bool isNumber = Utf8Parser.TryParse(text, out size, out int used) && used == text.Length && text[0] is >= (byte)'0' and <= (byte)'9';
        if (!isNumber || size > long.MaxValue / unit) return false;
        size *= unit;
        return true;
    }
}
