using System.Text;
using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;
using Hawser.Protocols.WebSocket;

namespace Hawser.Gateway.Tunnels;

/// <summary>
/// Step a of a handshake: is it one, may it pass, and what does the client hear if not. The directive <c>websocket</c> decides how much the
/// gateway knows of the protocol.
/// </summary>
internal static class WebSocketAdmission
{
    /// <param name="isHandshake">A valid opening handshake that will go upstream as one (<c>websocket auto</c>).</param>
    /// <returns>A refusal, or <see cref="Outcome.Continue"/>.</returns>
    public static Outcome Check(HttpExchange exchange, out bool isHandshake)
    {
        isHandshake = false;
        WebSocketMode mode = exchange.Location.Core.WebSocket;
        if (mode == WebSocketMode.Nginx || !exchange.RequestHeaders.Contains(KnownHeader.Upgrade)) return Outcome.Continue;
        HandshakeVerdict verdict = exchange.Handshake;
        if (verdict == HandshakeVerdict.NotAHandshake) return Outcome.Continue;
        if (mode == WebSocketMode.Off)
        {
            exchange.LogError(LogLevel.Warn, "websocket handshake refused: \"websocket off\"");
            exchange.Worker.TunnelCounters.Handshake(HandshakeOutcome.TurnedOff);
            return Outcome.Status(403);
        }
        if (verdict != HandshakeVerdict.Valid) return Refuse(exchange, verdict);
        if (!IsOriginAllowed(exchange)) return Outcome.Status(403);
        isHandshake = true;
        return Outcome.Continue;
    }

    /// <summary>A client that is no browser sends no Origin, and could send any: there is nothing to defend against.</summary>
    private static bool IsOriginAllowed(HttpExchange exchange)
    {
        if (exchange.Location.Core.WebSocketOrigins is not { } origins || !exchange.RequestHeaders.TryGet(KnownHeader.Origin, out ByteSlice origin)) return true;
        if (origins.Allows(exchange, origin.Span)) return true;
        exchange.LogError(LogLevel.Warn, $"websocket handshake refused: origin \"{origin}\" is not allowed by \"websocket_origins\"");
        exchange.Worker.TunnelCounters.Handshake(HandshakeOutcome.OriginRefused);
        return false;
    }

    /// <summary>
    /// Looks at the proof in the upstream's 101. A wrong one is the client's to refuse (RFC 6455 §4.1); the log says whose fault it was.
    /// </summary>
    public static void CheckAccept(HttpExchange exchange)
    {
        exchange.RequestHeaders.TryGet(KnownHeader.SecWebSocketKey, out ByteSlice key);
        if (exchange.Upstream.ResponseHeaders.TryGet(KnownHeader.SecWebSocketAccept, out ByteSlice accept)
            && OpeningHandshake.AcceptMatches(key.Span, accept.Span)) return;
        exchange.LogError(LogLevel.Warn, accept.IsEmpty
            ? "upstream sent 101 without \"Sec-WebSocket-Accept\": clients will refuse it"
            : $"upstream sent a \"Sec-WebSocket-Accept\" that does not match the key, \"{accept}\": clients will refuse it");
    }

    private static Outcome Refuse(HttpExchange exchange, HandshakeVerdict verdict)
    {
        ReadOnlySpan<byte> why = verdict.Explanation();
        exchange.LogError(LogLevel.Warn, $"invalid websocket handshake: {Encoding.UTF8.GetString(why).TrimEnd()}");
        ResponseHead head = exchange.Response.Head;
        head.Status = verdict.StatusCode();
        exchange.Worker.TunnelCounters.Handshake(head.Status == 426 ? HandshakeOutcome.UnsupportedVersion : HandshakeOutcome.Invalid);
        if (head.Status == 426)
        {
            head.Headers.Add(ByteSlice.FromLatin1("Sec-WebSocket-Version"), ByteSlice.FromLatin1("13"), KnownHeader.SecWebSocketVersion);
        }
        head.ContentType = ByteSlice.FromLatin1("text/plain");
        exchange.Response.SendWhole(why);
        return Outcome.Finished;
    }
}
