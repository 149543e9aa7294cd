using System.Runtime.CompilerServices;
using Hawser.Configuration.Routing;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Phases;
using Hawser.Gateway.Tls;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Exchange;

/// <summary>
/// The path of a request between its head and its log line. Steps, as everywhere in the code:
/// 1 accept · 2 head · 3 server · 4 rewrite and find location · 5 limits and access · 6 content · 7 response · 8 log.
/// 1, 2, 7 and 8 belong to the connection, 3 to the head reader; 4 to 6 are here. Within them the order is that of nginx's phases.
/// </summary>
internal static class ExchangePipeline
{
    private enum Step : byte
    {
        ServerRewrite,
        FindLocation,
        LocationRewrite,
        Limits,
        Access,
        Precontent,
        Content,
    }

    /// <summary>Answers the request. False when the connection must not be kept alive, whatever the client asked for.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<bool> RunAsync(HttpExchange exchange)
    {
        Outcome outcome = exchange.RefusedWith == RequestRejection.None ? TlsGuard.Check(exchange) : Refuse(exchange);
        Step step = Step.ServerRewrite;
        if (outcome.Kind == OutcomeKind.Continue) exchange.Server.Defaults.RealAddress?.Apply(exchange); // who the client is, as far as the server can tell
        while (true)
        {
            switch (outcome.Kind)
            {
                case OutcomeKind.Finished:
                    return !exchange.Response.IsBroken;
                case OutcomeKind.Tunnel:
                    return false;
                case OutcomeKind.Status:
                    if (!MayAnswer(exchange, outcome.StatusCode)) return false;
                    outcome = ErrorResponder.ResolveStatus(exchange, outcome.StatusCode);
                    continue;
                case OutcomeKind.Redirect:
                    outcome = InternalRedirect.Enter(exchange, outcome);
                    step = Step.ServerRewrite;
                    continue;
                case OutcomeKind.NamedLocation:
                    outcome = InternalRedirect.Enter(exchange, outcome);
                    step = Step.LocationRewrite;
                    continue;
                case OutcomeKind.FindLocation:
                    outcome = InternalRedirect.Enter(exchange, outcome);
                    step = Step.FindLocation;
                    continue;
            }
            switch (step)
            {
                case Step.ServerRewrite: // 4 rewrite of the server …
                    outcome = exchange.Server.Defaults.Rewrite.Execute(exchange);
                    step = Step.FindLocation;
                    // A rewrite of the server changes the path before any location is looked for: no need to look again.
                    if (outcome.Kind == OutcomeKind.FindLocation) outcome = Outcome.Continue;
                    break;
                case Step.FindLocation: // … find location …
                    outcome = FindLocation(exchange);
                    step = Step.LocationRewrite;
                    break;
                case Step.LocationRewrite: // … and rewrite of the location
                    if (!ReferenceEquals(exchange.Location, exchange.Server.Defaults)) outcome = exchange.Location.Rewrite.Execute(exchange);
                    step = Step.Limits;
                    break;
                case Step.Limits: // 5 limits …
                    exchange.Location.RealAddress?.Apply(exchange);
                    if (exchange.Location.Limits is { } limits) outcome = await limits.CheckAsync(exchange);
                    step = Step.Access;
                    break;
                case Step.Access: // … and access
                    if (exchange.Location.Access is { } access && !exchange.IsSubrequest) outcome = await access.CheckAsync(exchange);
                    step = Step.Precontent;
                    break;
                case Step.Precontent: // 6 content: where it comes from …
                    outcome = exchange.Location.TryFiles?.Execute(exchange) ?? Outcome.Continue;
                    if (outcome.Kind == OutcomeKind.Continue && exchange.Location.Mirror is { } mirror) outcome = await mirror.StartAsync(exchange);
                    step = Step.Content;
                    break;
                case Step.Content: // … and the answer itself
                    outcome = await (exchange.Location.Content ?? exchange.Location.Files.Content).HandleAsync(exchange);
                    break;
            }
        }
    }

    /// <summary>A request that ended before it could be answered is logged with the status it would have had.</summary>
    public static void LogUnanswered(HttpExchange exchange)
    {
        RequestRejection rejection = exchange.RefusedWith;
        exchange.Response.Head.Status = rejection.StatusCode();
        exchange.LogError(LogLevel.Info, rejection == RequestRejection.HeaderTimeout
            ? "client timed out (110: Connection timed out) while reading client request headers"
            : rejection.LogText());
        exchange.Location.Logging.LogAccess(exchange);
    }

    private static Outcome Refuse(HttpExchange exchange)
    {
        exchange.LogError(LogLevel.Info, exchange.RefusedWith.LogText());
        return Outcome.Status(exchange.RefusedWith.StatusCode());
    }

    /// <summary>Nothing can be said any more when the head is out or the client is gone; 444 asks for silence.</summary>
    private static bool MayAnswer(HttpExchange exchange, int status)
    {
        if (status is not (408 or 444 or 499) && !exchange.Response.IsStarted) return true;
        if (!exchange.Response.IsStarted) exchange.Response.Head.Status = status;
        exchange.Response.Truncate();
        exchange.KeepAlive = false;
        return false;
    }

    private static Outcome FindLocation(HttpExchange exchange)
    {
        LocationMatch<LocationModel> match = exchange.Server.Locations.Find(exchange);
        LocationEntry.Enter(exchange, match.Location ?? exchange.Server.Defaults);
        if (exchange.Location.IsInternal && !exchange.IsInternal) return Outcome.Status(404);
        long limit = exchange.Location.Core.ClientMaxBodySize;
        if (limit != 0 && exchange.Body.DeclaredLength > limit && !exchange.Body.IsComplete)
        {
            exchange.LogError(LogLevel.Error, $"client intended to send too large body: {exchange.Body.DeclaredLength} bytes");
            return Outcome.Status(413);
        }
        return match.AutoRedirect ? ErrorResponder.RedirectWithSlash(exchange, match.Location!) : Outcome.Continue;
    }
}
