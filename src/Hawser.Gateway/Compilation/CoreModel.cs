using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Tunnels;

namespace Hawser.Gateway.Compilation;

/// <summary>Times are milliseconds, sizes bytes, throughout the models.</summary>
public sealed class CoreModel
{
    public required long KeepAliveTimeout { get; init; }

    /// <summary>Seconds for the <c>Keep-Alive: timeout=</c> field; 0 sends none.</summary>
    public required long KeepAliveHeader { get; init; }

    public required long KeepAliveTime { get; init; }

    public required int KeepAliveRequests { get; init; }

    public required KeepAliveDisable KeepAliveDisable { get; init; }

    public required long SendTimeout { get; init; }

    public required long ClientBodyTimeout { get; init; }

    /// <summary>0: any size.</summary>
    public required long ClientMaxBodySize { get; init; }

    public required int ClientBodyBufferSize { get; init; }

    public required BodyInFile ClientBodyInFileOnly { get; init; }

    public required bool ClientBodyInSingleBuffer { get; init; }

    public required TempPathConfig ClientBodyTempPath { get; init; }

    public required LingeringClose LingeringClose { get; init; }

    public required long LingeringTime { get; init; }

    public required long LingeringTimeout { get; init; }

    public required bool ResetTimedOutConnection { get; init; }

    public required ServerTokens ServerTokens { get; init; }

    public required bool TcpNoDelay { get; init; }

    public required bool ChunkedTransferEncoding { get; init; }

    public required bool AbsoluteRedirect { get; init; }

    public required bool PortInRedirect { get; init; }

    public required bool ServerNameInRedirect { get; init; }

    public required WebSocketMode WebSocket { get; init; }

    /// <summary>Which pages may open a WebSocket; null for all.</summary>
    public OriginPolicy? WebSocketOrigins { get; init; }

    public static CoreModel From(ConfigScope scope)
    {
        KeepAliveTimeout keepAlive = scope.Get(Known.KeepAliveTimeout);
        return new CoreModel
        {
            KeepAliveTimeout = (long)keepAlive.Timeout.TotalMilliseconds,
            KeepAliveHeader = (long)keepAlive.Header.TotalSeconds,
            KeepAliveTime = (long)scope.Get(Known.KeepAliveTime).TotalMilliseconds,
            KeepAliveRequests = scope.Get(Known.KeepAliveRequests),
            KeepAliveDisable = scope.Get(Known.KeepAliveDisable),
            SendTimeout = (long)scope.Get(Known.SendTimeout).TotalMilliseconds,
            ClientBodyTimeout = (long)scope.Get(Known.ClientBodyTimeout).TotalMilliseconds,
            ClientMaxBodySize = scope.Get(Known.ClientMaxBodySize),
            ClientBodyBufferSize = (int)Math.Min(scope.Get(Known.ClientBodyBufferSize), int.MaxValue / 2),
            ClientBodyInFileOnly = scope.Get(Known.ClientBodyInFileOnly),
            ClientBodyInSingleBuffer = scope.Get(Known.ClientBodyInSingleBuffer),
            ClientBodyTempPath = scope.Get(Known.ClientBodyTempPath),
            LingeringClose = scope.Get(Known.LingeringClose),
            LingeringTime = (long)scope.Get(Known.LingeringTime).TotalMilliseconds,
            LingeringTimeout = (long)scope.Get(Known.LingeringTimeout).TotalMilliseconds,
            ResetTimedOutConnection = scope.Get(Known.ResetTimedoutConnection),
            ServerTokens = scope.Get(Known.ServerTokens),
            TcpNoDelay = scope.Get(Known.TcpNodelay),
            ChunkedTransferEncoding = scope.Get(Known.ChunkedTransferEncoding),
            AbsoluteRedirect = scope.Get(Known.AbsoluteRedirect),
            PortInRedirect = scope.Get(Known.PortInRedirect),
            ServerNameInRedirect = scope.Get(Known.ServerNameInRedirect),
            WebSocket = scope.Get(Known.WebSocket),
            WebSocketOrigins = OriginPolicy.From(scope.Get(Known.WebSocketOrigins)),
        };
    }
}
