using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Phases.Limits;

/// <summary>
/// <c>limit_rate</c> and <c>limit_rate_after</c>: how fast an answer is sent. What <c>set $limit_rate</c> or X-Accel-Limit-Rate says goes first.
/// </summary>
public sealed class RateLimit
{
    private readonly SizeModel? _rate;
    private readonly SizeModel? _after;

    private RateLimit(SizeModel? rate, SizeModel? after) => (_rate, _after) = (rate, after);

    public static RateLimit From(ConfigScope scope, ModelBuilder builder) =>
        new(SizeModel.From(scope.Get(Known.LimitRate), builder), SizeModel.From(scope.Get(Known.LimitRateAfter), builder));

    /// <summary>The pace of an answer that begins now; null for none. It is settled then and there: <c>$limit_rate</c> shows it.</summary>
    /// <param name="sentBefore">Bytes the connection had sent before the exchange.</param>
    public OutputPacer? Pace(HttpExchange exchange, long sentBefore)
    {
        exchange.LimitRate ??= _rate?.Evaluate(exchange) ?? 0;
        long rate = exchange.LimitRate.Value;
        return rate == 0 ? null : new OutputPacer(rate, _after?.Evaluate(exchange) ?? 0, exchange.StartedAt, sentBefore);
    }
}
