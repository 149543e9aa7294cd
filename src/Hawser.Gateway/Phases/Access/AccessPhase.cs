using System.Runtime.CompilerServices;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases.Access;

/// <summary>
/// Who may come in, in nginx's order: <c>allow</c> and <c>deny</c>, <c>auth_basic</c>, <c>auth_request</c>. <c>satisfy</c> says whether
/// all must agree or one is enough; <c>auth_delay</c> holds back an answer of 401.
/// </summary>
public sealed class AccessPhase
{
    private readonly IAccessCheck[] _checks;
    private readonly bool _oneIsEnough;
    private readonly long _delay;

    private AccessPhase(IAccessCheck[] checks, bool oneIsEnough, long delay)
    {
        _checks = checks;
        _oneIsEnough = oneIsEnough;
        _delay = delay;
    }

    /// <summary>The checks of a block; null where everybody may come in.</summary>
    public static AccessPhase? From(ConfigScope scope, ModelBuilder builder)
    {
        var checks = new List<IAccessCheck>();
        Add(AddressRules.From(scope));
        Add(BasicAuthentication.From(scope, builder));
        Add(SubrequestAuthorization.From(scope, builder));
        if (checks.Count == 0) return null;
        return new AccessPhase([.. checks], scope.Get(Known.Satisfy) == Satisfy.Any, (long)scope.Get(Known.AuthDelay).TotalMilliseconds);

        void Add(IAccessCheck? check)
        {
            if (check is not null) checks.Add(check);
        }
    }

    /// <summary>Continue: the client may come in. Otherwise the status that keeps it out.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome> CheckAsync(HttpExchange exchange)
    {
        int refusal = 0; // of satisfy any, until one check lets the client in
        foreach (IAccessCheck check in _checks)
        {
            AccessVerdict verdict = await check.CheckAsync(exchange);
            if (verdict.HasNoOpinion) continue;
            if (!_oneIsEnough)
            {
                if (verdict.IsAllowed) continue;
                return await RefuseAsync(exchange, verdict.Status);
            }
            if (verdict.IsAllowed)
            {
                exchange.Response.Head.Headers.RemoveAll(KnownHeader.WwwAuthenticate);
                return Outcome.Continue;
            }
            if (verdict.Status is not (401 or 403)) return Outcome.Status(verdict.Status);
            // 401 tells the client what it can do; 403 does not.
            if (refusal != 401) refusal = verdict.Status;
        }
        if (refusal == 0) return Outcome.Continue;
        if (refusal == 403) exchange.LogError(LogLevel.Error, "access forbidden by rule");
        return await RefuseAsync(exchange, refusal);
    }

    private async ValueTask<Outcome> RefuseAsync(HttpExchange exchange, int status)
    {
        if (status == 401 && _delay > 0)
        {
            exchange.LogError(LogLevel.Info, "delaying unauthorized request");
            if (await exchange.Delay.For(_delay) == IO.Sockets.WaitResult.Aborted) return Outcome.Status(499);
        }
        return Outcome.Status(status);
    }
}

/// <summary>One of the checks of <see cref="AccessPhase"/>.</summary>
internal interface IAccessCheck
{
    ValueTask<AccessVerdict> CheckAsync(HttpExchange exchange);
}

/// <summary>What a check thinks of a client.</summary>
internal readonly struct AccessVerdict
{
    private readonly int _value;

    private AccessVerdict(int value) => _value = value;

    /// <summary>The check is not concerned: the others decide.</summary>
    public static AccessVerdict NoOpinion => default;

    public static AccessVerdict Allowed => new(1);

    /// <param name="status">401, 403, or an error's.</param>
    public static AccessVerdict Refused(int status) => new(status);

    public bool HasNoOpinion => _value == 0;

    public bool IsAllowed => _value == 1;

    /// <summary>The status to answer with.</summary>
    public int Status => _value;
}
