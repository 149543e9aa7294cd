using System.Runtime.CompilerServices;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;

namespace Hawser.Gateway.Phases.Limits;

/// <summary>What a request must get past before anybody asks who it is, in nginx's order: <c>limit_req</c>, then <c>limit_conn</c>.</summary>
public sealed class LimitPhase
{
    private readonly RequestRateLimits? _requests;
    private readonly ConnectionLimits? _connections;

    private LimitPhase(RequestRateLimits? requests, ConnectionLimits? connections)
    {
        _requests = requests;
        _connections = connections;
    }

    /// <summary>The limits of a block; null without any.</summary>
    public static LimitPhase? From(ConfigScope scope, ModelBuilder builder)
    {
        RequestRateLimits? requests = RequestRateLimits.From(scope, builder);
        ConnectionLimits? connections = ConnectionLimits.From(scope, builder);
        return requests is null && connections is null ? null : new LimitPhase(requests, connections);
    }

    /// <summary>Continue, perhaps after a pause, or the status to refuse the request with.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome> CheckAsync(HttpExchange exchange)
    {
        if (_requests is not null)
        {
            Outcome outcome = await _requests.CheckAsync(exchange);
            if (outcome.Kind != OutcomeKind.Continue) return outcome;
        }
        return _connections?.Check(exchange) ?? Outcome.Continue;
    }
}
