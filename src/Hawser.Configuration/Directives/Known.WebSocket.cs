using Hawser.Configuration.Model;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

public static partial class Known
{
    public static readonly Directive<WebSocketMode> WebSocket = Modules.WebSocket.Choice(
        "websocket", In.HttpServerLocation, WebSocketMode.Auto, "auto",
        [new("auto", WebSocketMode.Auto), new("nginx", WebSocketMode.Nginx), new("off", WebSocketMode.Off)],
        "auto: a valid opening handshake that reaches a proxy_pass goes upstream as one, without the header lines nginx wants. "
        + "nginx: nothing is added. off: a handshake gets 403.");
}
