using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;

namespace Hawser.Configuration.Binding;

/// <summary>
/// Rules for WebSockets where nothing is done for them: under <c>websocket nginx</c> a handshake is a request like any other, and a tunnel is bytes.
/// Somebody who writes <c>websocket_origins</c> there would believe to be protected.
/// </summary>
internal static class WebSocketChecks
{
    private static readonly Directive[] s_rules =
    [
        Known.WebSocketPingInterval, Known.WebSocketPingTimeout, Known.WebSocketDrain, Known.WebSocketMaxMessageSize, Known.WebSocketMaxFrameSize,
        Known.WebSocketMessageRate, Known.WebSocketOrigins, Known.WebSocketMaxLifetime, Known.WebSocketHeartbeat, Known.WebSocketStrict,
    ];

    public static void Run(BindContext context, HttpConfig http) => Check(context, http);

    private static void Check(BindContext context, ConfigScope scope)
    {
        if (IsPlainThroughout(scope))
        {
            foreach (Directive rule in s_rules)
            {
                if (scope.GetOwn(rule) is { } setting)
                    Warn(context, rule, setting);
            }
        }
        foreach (ConfigScope inner in Inside(scope))
            Check(context, inner);
    }

    /// <summary>Here and in all blocks inside, which would inherit the rules.</summary>
    private static bool IsPlainThroughout(ConfigScope scope)
    {
        if (scope.Get(Known.WebSocket) != WebSocketMode.Nginx)
            return false;
        foreach (ConfigScope inner in Inside(scope))
        {
            if (!IsPlainThroughout(inner))
                return false;
        }
        return true;
    }

    private static IReadOnlyList<ConfigScope> Inside(ConfigScope scope) => scope switch
    {
        HttpConfig http => http.Servers,
        ServerConfig server => server.Locations,
        LocationConfig location => location.Locations,
        _ => [],
    };

    private static void Warn(BindContext context, Directive rule, StoredSetting setting)
    {
        string message = $"\"{rule.Name}\" directive has no effect under \"websocket nginx\"";
        const string Hint = "there a WebSocket is bytes, as in nginx; websocket auto holds it to the rules of websocket_*";
        context.Session.Diagnostics.Add(
            new Diagnostic(Severity.Warning, message, setting.Span, Hint)
            {
                Place = new ReportedPlace(setting.Span.File, setting.Span.File.GetLine(setting.Span.Start)),
                Ordinal = context.Node.EndOrdinal,
            });
    }
}
