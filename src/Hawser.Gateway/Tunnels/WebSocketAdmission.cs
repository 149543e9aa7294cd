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
        HandshakeVerdict verdict = Judge(exchange);
        if (verdict == HandshakeVerdict.NotAHandshake) return Outcome.Continue;
        if (mode == WebSocketMode.Off)
        {
            exchange.LogError(LogLevel.Error, "websocket handshake refused: \"websocket off\"");
            return Outcome.Status(403);
        }
        if (verdict == HandshakeVerdict.Valid)
        {
            isHandshake = true;
            return Outcome.Continue;
        }
        return Refuse(exchange, verdict);
    }

    private static HandshakeVerdict Judge(HttpExchange exchange)
    {
        var check = new OpeningHandshake(exchange.Method, isHttp11: exchange.Version >= 11);
        foreach (ref readonly Header field in exchange.RequestHeaders.Fields) check.Add(field.Known, field.Value.Span);
        return check.Verdict;
    }

    private static Outcome Refuse(HttpExchange exchange, HandshakeVerdict verdict)
    {
        string why = verdict.Explanation();
        exchange.LogError(LogLevel.Error, $"invalid websocket handshake: {why}");
        ResponseHead head = exchange.Response.Head;
        head.Status = verdict == HandshakeVerdict.BadVersion ? 426 : 400;
        if (verdict == HandshakeVerdict.BadVersion)
        {
            head.Headers.Add(ByteSlice.FromLatin1("Sec-WebSocket-Version"), ByteSlice.FromLatin1("13"), KnownHeader.SecWebSocketVersion);
        }
        head.ContentType = ByteSlice.FromLatin1("text/plain");
        exchange.Response.SendWhole(Encoding.UTF8.GetBytes(why + "\n"));
        return Outcome.Finished;
    }
}
