using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Variables;

/// <summary>A size that a request may decide: <c>proxy_limit_rate $rate</c>.</summary>
public sealed class SizeModel(long constant, TemplateModel? template)
{
    public static SizeModel? From(DynamicSize? config, ModelBuilder builder) =>
        config is null ? null : new SizeModel(config.Bytes, builder.CompileOptional(config.Template));

    /// <summary>Bytes; 0, and a line in the log, for what is no size.</summary>
    public long Evaluate(HttpExchange exchange)
    {
        if (template is null) return constant;
        ByteSlice value = template.Evaluate(exchange);
        if (value.IsEmpty) return 0;
        if (ValueParser.Size(value.ToString()) is { } size) return size;
        exchange.LogError(LogLevel.Error, $"invalid size \"{value}\"");
        return 0;
    }
}
