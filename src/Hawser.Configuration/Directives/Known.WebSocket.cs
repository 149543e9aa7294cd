using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

public static partial class Known
{
    public static readonly Directive<WebSocketMode> WebSocket = Modules.WebSocket.Choice(
        "websocket", In.HttpServerLocation, WebSocketMode.Auto, "auto",
        [new("auto", WebSocketMode.Auto), new("nginx", WebSocketMode.Nginx), new("off", WebSocketMode.Off)],
        "auto: a valid opening handshake that reaches a proxy_pass goes upstream as one, without the header lines nginx wants. "
        + "nginx: nothing is added, a tunnel is bytes, and of the directives websocket_* only websocket_upgrade_insecure has an effect. off: a handshake gets 403.");

    public static readonly Directive<bool> WebSocketUpgradeInsecure = Modules.WebSocket.Flag(
        "websocket_upgrade_insecure", In.HttpServerLocation, false,
        "Whether HTML that goes out over TLS tells browsers to open wss:// and https:// where the page says ws:// and http://: "
        + "Content-Security-Policy: upgrade-insecure-requests, added to a policy that is there.");

    /// <summary>Zero: no pings.</summary>
    public static readonly Directive<TimeSpan> WebSocketPingInterval = Modules.WebSocket.Add(
        new Directive<TimeSpan>(
            "websocket_ping_interval", In.HttpServerLocation, Arity.One, TimeSpan.FromSeconds(20), WebSocketBinder.PositiveTimeOrOff)
        {
            Syntax = ["time", "off"],
            DefaultText = "20s",
            Summary = "A peer of a WebSocket that has sent nothing for so long is sent a ping by the gateway itself. Its pong goes no further. "
                + "off sends none; 0 is refused.",
        });

    public static readonly Directive<TimeSpan> WebSocketPingTimeout = Modules.WebSocket.Add(
        new Directive<TimeSpan>("websocket_ping_timeout", In.HttpServerLocation, Arity.One, TimeSpan.FromSeconds(20), WebSocketBinder.PositiveTime)
        {
            Syntax = ["time"],
            DefaultText = "20s",
            Summary = "A peer that has sent nothing for so long after a ping is dead, and the other one is closed: the upstream with 1011, the client with 1014.",
        });

    /// <summary>Null: a graceful stop waits for tunnels as nginx does.</summary>
    public static readonly Directive<TimeSpan?> WebSocketDrain = Modules.WebSocket.Add(
        new Directive<TimeSpan?>("websocket_drain", In.HttpServerLocation, Arity.One, TimeSpan.FromSeconds(10), WebSocketBinder.TimeOrOff)
        {
            Syntax = ["time", "off"],
            DefaultText = "10s",
            Summary = "During a graceful stop, WebSockets are closed with 1001, spread over so long, so that clients do not reconnect all at once. "
                + "off waits until they end, as nginx does.",
        });

    public static readonly Directive<long> WebSocketMaxMessageSize = Modules.WebSocket.Size(
        "websocket_max_message_size", In.HttpServerLocation, 0, "0",
        "The largest message, as it is on the wire and over all its fragments; a larger one closes both sides with 1009. 0 for any size.");

    public static readonly Directive<long> WebSocketMaxFrameSize = Modules.WebSocket.Size(
        "websocket_max_frame_size", In.HttpServerLocation, 0, "0",
        "The largest payload of one frame; a larger one closes both sides with 1009. 0 for any size.");

    public static readonly Directive<MessageRateConfig?> WebSocketMessageRate = Modules.WebSocket.Add(
        new Directive<MessageRateConfig?>("websocket_message_rate", In.HttpServerLocation, new Arity(1, 3), null, WebSocketBinder.MessageRate)
        {
            Syntax = ["rate=number/s [burst=number] [action=pause | close]", "off"],
            DefaultText = "off",
            Summary = "How many messages a second the client of each WebSocket may send, and how many at once (burst, by default those of a second): "
                + "whole numbers, at least 1. "
                + "With pause it is not read from until it may send again; with close it is closed with 1008.",
        });

    public static readonly Directive<OriginsConfig?> WebSocketOrigins = Modules.WebSocket.Add(
        new Directive<OriginsConfig?>("websocket_origins", In.HttpServerLocation, Arity.OneOrMore, null, WebSocketBinder.Origins)
        {
            Syntax = ["any", "same | origin ..."],
            DefaultText = "any",
            Summary = "Which pages may open a WebSocket: those of the host that is asked (same), or those listed, such as https://app.example.com, "
                + "*.example.com or ~regex. same compares host and port, a scheme's usual port being none, and not the scheme. *.example.com is every "
                + "host below example.com, and not example.com itself. A handshake with another Origin gets 403; one without an Origin, which no browser sends, passes.",
        });

    public static readonly Directive<LifetimeConfig> WebSocketMaxLifetime = Modules.WebSocket.Add(
        new Directive<LifetimeConfig>("websocket_max_lifetime", In.HttpServerLocation, Arity.OneOrTwo, default, WebSocketBinder.MaxLifetime)
        {
            Syntax = ["time [jitter=time]", "off"],
            DefaultText = "off",
            Summary = "A WebSocket that has lived so long is closed with 1001 at the next frame boundary, so that load can move to other machines. "
                + "jitter, at most as long as the time, shortens it by a random part of its own.",
        });

    public static readonly Directive<HeartbeatConfig?> WebSocketHeartbeat = Modules.WebSocket.Add(
        new Directive<HeartbeatConfig?>("websocket_heartbeat", In.HttpServerLocation, new Arity(1, 3), null, WebSocketBinder.Heartbeat)
        {
            Syntax = ["text reply text", "off"],
            DefaultText = "off",
            Summary = "A text frame of the client with exactly this text, not compressed, is answered by the gateway and goes no further. "
                + "Both texts have 1 to 125 bytes. Of replies that the client does not take, 255 are kept for it.",
        });

    public static readonly Directive<bool> WebSocketStrict = Modules.WebSocket.Flag(
        "websocket_strict", In.HttpServerLocation, false,
        "on: bytes that are no frame close both sides with 1002. off: that is logged, and the WebSocket goes on as plain bytes, "
        + "without limits, pings, heartbeat replies, and a close at the end of its lifetime or of a graceful stop.");
}
