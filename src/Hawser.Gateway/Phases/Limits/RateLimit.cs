using System.Buffers.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Phases.Limits;

/// <summary>
/// <c>limit_rate</c> and <c>limit_rate_after</c>: how fast an answer is sent. What <c>set $limit_rate</c> or X-Accel-Limit-Rate says goes first.
/// </summary>
public sealed class RateLimit
{
    private readonly long _rate;
    private readonly TemplateModel? _rateTemplate;
    private readonly long _after;
    private readonly TemplateModel? _afterTemplate;

    private RateLimit(DynamicSize? rate, DynamicSize? after, ModelBuilder builder)
    {
        _rate = rate?.Bytes ?? 0;
        _rateTemplate = builder.CompileOptional(rate?.Template);
        _after = after?.Bytes ?? 0;
        _afterTemplate = builder.CompileOptional(after?.Template);
    }

    public static RateLimit From(ConfigScope scope, ModelBuilder builder) => new(scope.Get(Known.LimitRate), scope.Get(Known.LimitRateAfter), builder);

    /// <summary>The pace of an answer that begins now; null for none. It is settled then and there: <c>$limit_rate</c> shows it.</summary>
    /// <param name="sentBefore">Bytes the connection had sent before the exchange.</param>
    public OutputPacer? Pace(HttpExchange exchange, long sentBefore)
    {
        exchange.LimitRate ??= Evaluate(_rateTemplate, _rate, exchange);
        long rate = exchange.LimitRate.Value;
        return rate == 0 ? null : new OutputPacer(rate, Evaluate(_afterTemplate, _after, exchange), exchange.StartedAt, sentBefore);
    }

    // A value that is no size sets no limit.
    private static long Evaluate(TemplateModel? template, long constant, HttpExchange exchange)
    {
        if (template is null) return constant;
        return TryParseSize(template.Evaluate(exchange), out long size) ? size : 0;
    }

    /// <summary>Bytes, with <c>k</c> or <c>m</c> for KiB and MiB.</summary>
    public static bool TryParseSize(ByteSlice value, out long size)
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
