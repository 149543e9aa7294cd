using System.Runtime.CompilerServices;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Phases.Limits;

/// <summary>
/// <c>limit_req</c>: how many requests of a key may come in a time. All limits are looked at first, and the request is counted in each only
/// if it may pass all of them; the one that asks for the longest pause decides how long the request waits.
/// </summary>
internal sealed class RequestRateLimits
{
    private const int LongestKey = 65535;

    private readonly Limit[] _limits;
    private readonly LogLevel _level;
    private readonly LogLevel _delayLevel;
    private readonly int _status;
    private readonly bool _isDryRun;

    /// <param name="Rate">Thousandths of requests per second.</param>
    /// <param name="Burst">Thousandths of requests that may be in the bucket.</param>
    /// <param name="Undelayed">Thousandths of requests that may be in the bucket without a pause.</param>
    private readonly record struct Limit(
        string Zone, string KeyText, RequestZoneState State, TemplateModel Key, long Rate, long Burst, long Undelayed);

    private RequestRateLimits(Limit[] limits, LogLevel level, int status, bool isDryRun)
    {
        _limits = limits;
        _level = level;
        _delayLevel = level == LogLevel.Info ? LogLevel.Info : level + 1;
        _status = status;
        _isDryRun = isDryRun;
    }

    public static RequestRateLimits? From(ConfigScope scope, ModelBuilder builder)
    {
        var configs = scope.Get(Known.LimitReq);
        if (configs.IsEmpty) return null;
        var limits = new Limit[configs.Length];
        for (int i = 0; i < limits.Length; i++)
        {
            LimitReqConfig config = configs[i];
            LimitZoneConfig zone = builder.FindZone(config.Zone);
            limits[i] = new Limit(
                zone.Name, zone.Key.Source, builder.Zones.Requests(zone), builder.Compile(zone.Key),
                zone.Rate, config.Burst * 1000L, config.Delay * 1000L);
        }
        return new RequestRateLimits(
            limits, scope.Get(Known.LimitReqLogLevel).ToLogLevel(), scope.Get(Known.LimitReqStatus), scope.Get(Known.LimitReqDryRun));
    }

    /// <summary>Counts the exchange, and makes it wait if it must. Continue, or the status to refuse it with.</summary>
    public ValueTask<Outcome> CheckAsync(HttpExchange exchange)
    {
        if (exchange.LimitReqStatus != LimitReqStatus.None) return new(Outcome.Continue);
        Span<int> held = stackalloc int[_limits.Length];
        held.Fill(-1);
        bool isConcerned = false;
        long excess = 0;
        int last = _limits.Length - 1;
        for (int i = 0; i < _limits.Length; i++)
        {
            ref readonly Limit limit = ref _limits[i];
            ByteSlice key = limit.Key.Evaluate(exchange);
            if (key.IsEmpty) continue;
            if (key.Length > LongestKey)
            {
                exchange.LogError(LogLevel.Error, $"the value of the \"{limit.KeyText}\" key is more than {LongestKey} bytes: \"{key}\"");
                continue;
            }
            isConcerned = true;
            RequestVerdict verdict = limit.State.Look(key.Span, limit.Rate, limit.Burst, isLast: i == last, out excess, out held[i]);
            if (verdict != RequestVerdict.Pass) return new(Reject(exchange, i, verdict, excess, held));
            if (i != last) excess = 0;
        }
        return isConcerned ? PassAsync(exchange, excess, held) : new(Outcome.Continue);
    }

    private Outcome Reject(HttpExchange exchange, int index, RequestVerdict verdict, long excess, ReadOnlySpan<int> held)
    {
        if (verdict == RequestVerdict.Exceeds)
        {
            exchange.LogError(
                _level, $"limiting requests{DryRun}, excess: {excess / 1000}.{excess % 1000:D3} by zone \"{_limits[index].Zone}\"");
        }
        else exchange.LogError(LogLevel.Alert, $"could not allocate node in limit_req zone \"{_limits[index].Zone}\"");
        for (int i = 0; i < index; i++)
        {
            if (held[i] >= 0) _limits[i].State.Unpin(held[i]);
        }
        exchange.LimitReqStatus = _isDryRun ? LimitReqStatus.RejectedDryRun : LimitReqStatus.Rejected;
        return _isDryRun ? Outcome.Continue : Outcome.Status(_status);
    }

    private string DryRun => _isDryRun ? ", dry run" : "";

    private ValueTask<Outcome> PassAsync(HttpExchange exchange, long excess, ReadOnlySpan<int> held)
    {
        int decisive = _limits.Length - 1;
        long delay = DelayFor(in _limits[decisive], excess);
        for (int i = held.Length - 1; i >= 0; i--)
        {
            if (held[i] < 0) continue;
            long own = _limits[i].State.Settle(held[i], _limits[i].Rate);
            long ownDelay = DelayFor(in _limits[i], own);
            if (ownDelay <= delay) continue;
            (delay, excess, decisive) = (ownDelay, own, i);
        }
        if (delay == 0)
        {
            exchange.LimitReqStatus = LimitReqStatus.Passed;
            return new(Outcome.Continue);
        }
        exchange.LogError(
            _delayLevel, $"delaying request{DryRun}, excess: {excess / 1000}.{excess % 1000:D3}, by zone \"{_limits[decisive].Zone}\"");
        if (_isDryRun)
        {
            exchange.LimitReqStatus = LimitReqStatus.DelayedDryRun;
            return new(Outcome.Continue);
        }
        exchange.LimitReqStatus = LimitReqStatus.Delayed;
        return WaitAsync(exchange, delay);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<Outcome> WaitAsync(HttpExchange exchange, long delay) =>
        await exchange.Delay.For(delay) == WaitResult.Aborted ? Outcome.Status(499) : Outcome.Continue;

    private static long DelayFor(in Limit limit, long excess) => excess <= limit.Undelayed ? 0 : (excess - limit.Undelayed) * 1000 / limit.Rate;
}
