using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Phases.Limits;

/// <summary><c>limit_conn</c>: how many requests of a key may be under way at once. A tunnel counts until its end.</summary>
internal sealed class ConnectionLimits
{
    private const int LongestKey = 255;

    private readonly Limit[] _limits;
    private readonly LogLevel _level;
    private readonly int _status;
    private readonly bool _isDryRun;

    private readonly record struct Limit(string Zone, string KeyText, ConnectionZoneState State, TemplateModel Key, int Connections);

    private ConnectionLimits(Limit[] limits, LogLevel level, int status, bool isDryRun)
    {
        _limits = limits;
        _level = level;
        _status = status;
        _isDryRun = isDryRun;
    }

    public static ConnectionLimits? From(ConfigScope scope, ModelBuilder builder)
    {
        var configs = scope.Get(Known.LimitConn);
        if (configs.IsEmpty) return null;
        var limits = new Limit[configs.Length];
        for (int i = 0; i < limits.Length; i++)
        {
            LimitZoneConfig zone = builder.FindZone(configs[i].Zone);
            limits[i] = new Limit(zone.Name, zone.Key.Source, builder.Zones.Connections(zone), builder.Compile(zone.Key), configs[i].Connections);
        }
        return new ConnectionLimits(
            limits, scope.Get(Known.LimitConnLogLevel).ToLogLevel(), scope.Get(Known.LimitConnStatus), scope.Get(Known.LimitConnDryRun));
    }

    /// <summary>Takes the exchange's places. Continue, or the status to refuse it with.</summary>
    public Outcome Check(HttpExchange exchange)
    {
        if (exchange.LimitConnStatus != LimitConnStatus.None) return Outcome.Continue;
        foreach (ref readonly Limit limit in _limits.AsSpan())
        {
            ByteSlice key = limit.Key.Evaluate(exchange);
            if (key.IsEmpty) continue;
            if (key.Length > LongestKey)
            {
                exchange.LogError(LogLevel.Error, $"the value of the \"{limit.KeyText}\" key is more than {LongestKey} bytes: \"{key}\"");
                continue;
            }
            exchange.LimitConnStatus = LimitConnStatus.Passed;
            if (limit.State.TryEnter(key.Span, limit.Connections, out int entry, out bool isFull))
            {
                exchange.ConnectionLeases.Add(limit.State, entry);
                continue;
            }
            if (!isFull) exchange.LogError(_level, $"limiting connections{(_isDryRun ? ", dry run," : "")} by zone \"{limit.Zone}\"");
            exchange.ConnectionLeases.Release();
            exchange.LimitConnStatus = _isDryRun ? LimitConnStatus.RejectedDryRun : LimitConnStatus.Rejected;
            return _isDryRun ? Outcome.Continue : Outcome.Status(_status);
        }
        return Outcome.Continue;
    }
}
