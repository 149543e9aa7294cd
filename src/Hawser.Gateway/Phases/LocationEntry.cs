using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary>Puts a location's settings in force. Everything that chooses a location goes through here.</summary>
public static class LocationEntry
{
    /// <summary>
    /// Makes <paramref name="location"/> the exchange's, or what its <c>limit_except</c> says for the method, and gives up keep-alive
    /// where its settings forbid it.
    /// </summary>
    public static void Enter(HttpExchange exchange, LocationModel location)
    {
        if (location.LimitExcept is { } limit && limit.AppliesTo(exchange.Method)) location = limit.Location;
        exchange.Location = location;
        if (exchange.KeepAlive) exchange.KeepAlive = AllowsKeepAlive(exchange, location.Core);
    }

    private static bool AllowsKeepAlive(HttpExchange exchange, CoreModel core)
    {
        IClientConnection connection = exchange.Connection;
        return core.KeepAliveTimeout != 0
            && connection.Requests < core.KeepAliveRequests
            && exchange.Worker.Loop.Now - connection.StartedAt <= core.KeepAliveTime
            && !IsDisabledBrowser(exchange, core.KeepAliveDisable);
    }

    private static bool IsDisabledBrowser(HttpExchange exchange, KeepAliveDisable disabled)
    {
        bool oldExplorer = disabled.HasFlag(KeepAliveDisable.Msie6) && exchange.Method == RequestMethod.Post;
        bool safari = disabled.HasFlag(KeepAliveDisable.Safari);
        if ((!oldExplorer && !safari) || !exchange.RequestHeaders.TryGet(KnownHeader.UserAgent, out ByteSlice agent)) return false;
        return (oldExplorer && OldBrowsers.IsMsie6(agent.Span)) || (safari && OldBrowsers.IsSafari(agent.Span));
    }
}
