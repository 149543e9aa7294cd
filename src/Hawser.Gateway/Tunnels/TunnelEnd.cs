using Hawser.Protocols.WebSocket;

namespace Hawser.Gateway.Tunnels;

/// <summary>Why a tunnel ended: whose doing, and at which stage. Log lines, variables and counters all use this one list.</summary>
public enum TunnelEnd : byte
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>The client sent the first close frame; in a plain tunnel, it ended its stream.</summary>
    ClientClosed,

    /// <summary>The same of the upstream.</summary>
    UpstreamClosed,

    /// <summary>The client's connection ended without a close frame, or was reset.</summary>
    ClientVanished,

    /// <summary>The same of the upstream.</summary>
    UpstreamVanished,

    /// <summary>The client did not answer a ping within <c>websocket_ping_timeout</c>.</summary>
    ClientUnresponsive,

    /// <summary>The same of the upstream.</summary>
    UpstreamUnresponsive,

    /// <summary>The client took no bytes for <c>send_timeout</c>.</summary>
    ClientStalled,

    /// <summary>The upstream took no bytes for <c>proxy_send_timeout</c>.</summary>
    UpstreamStalled,

    /// <summary>Neither side sent anything for <c>proxy_read_timeout</c>.</summary>
    Idle,

    /// <summary>What the client sent is no frame, with <c>websocket_strict on</c>.</summary>
    ClientProtocolError,

    /// <summary>The same of the upstream.</summary>
    UpstreamProtocolError,

    /// <summary>A message or frame of the client was larger than allowed.</summary>
    ClientMessageTooBig,

    /// <summary>The same of the upstream.</summary>
    UpstreamMessageTooBig,

    /// <summary>The client sent more messages than <c>websocket_message_rate … action=close</c> allows.</summary>
    RateExceeded,

    /// <summary><c>websocket_max_lifetime</c></summary>
    LifetimeReached,

    /// <summary>The process, a server or an upstream is drained.</summary>
    Drained,

    /// <summary><c>worker_shutdown_timeout</c> after a reload or during a graceful stop.</summary>
    ShutdownTimeout,

    /// <summary>The process is stopped at once.</summary>
    Stopped,

    /// <summary>The process is replaced by another one, which cannot take this tunnel over.</summary>
    Restarted,

    /// <summary>Another process has taken the tunnel over: its peers notice nothing.</summary>
    HandedOver,
}

/// <summary>What a <see cref="TunnelEnd"/> means to peers, logs and metrics.</summary>
public static class TunnelEnds
{
    /// <summary>How many values there are.</summary>
    public const int Count = (int)TunnelEnd.HandedOver + 1;

    /// <summary>The code of the close frames that the gateway sends (RFC 6455 §7.4); 0 where it sends none.</summary>
    public static ushort CloseCode(this TunnelEnd end) => end switch
    {
        TunnelEnd.ClientVanished or TunnelEnd.ClientUnresponsive or TunnelEnd.ClientStalled => ClosePayload.InternalError,
        // Not 1011, after which some clients never come back: docs/decisions/0055-a-vanished-upstream-is-a-bad-gateway.md.
        TunnelEnd.UpstreamVanished or TunnelEnd.UpstreamUnresponsive or TunnelEnd.UpstreamStalled => ClosePayload.BadGateway,
        TunnelEnd.Idle or TunnelEnd.LifetimeReached or TunnelEnd.Drained or TunnelEnd.ShutdownTimeout or TunnelEnd.Stopped => ClosePayload.GoingAway,
        TunnelEnd.ClientProtocolError or TunnelEnd.UpstreamProtocolError => ClosePayload.ProtocolError,
        TunnelEnd.ClientMessageTooBig or TunnelEnd.UpstreamMessageTooBig => ClosePayload.MessageTooBig,
        TunnelEnd.RateExceeded => ClosePayload.PolicyViolation,
        TunnelEnd.Restarted => ClosePayload.ServiceRestart,
        _ => 0,
    };

    /// <summary>Whose doing it was: <c>client</c>, <c>upstream</c> or <c>gateway</c>; empty for a tunnel that lives.</summary>
    public static ReadOnlySpan<byte> ClosedBy(this TunnelEnd end) => end switch
    {
        TunnelEnd.None => default,
        TunnelEnd.ClientClosed or TunnelEnd.ClientVanished => "client"u8,
        TunnelEnd.UpstreamClosed or TunnelEnd.UpstreamVanished => "upstream"u8,
        _ => "gateway"u8,
    };

    /// <summary>The name in metrics, such as <c>client_vanished</c>.</summary>
    public static string MetricName(this TunnelEnd end) => end switch
    {
        TunnelEnd.None => "open",
        TunnelEnd.ClientClosed => "client_closed",
        TunnelEnd.UpstreamClosed => "upstream_closed",
        TunnelEnd.ClientVanished => "client_vanished",
        TunnelEnd.UpstreamVanished => "upstream_vanished",
        TunnelEnd.ClientUnresponsive => "client_unresponsive",
        TunnelEnd.UpstreamUnresponsive => "upstream_unresponsive",
        TunnelEnd.ClientStalled => "client_stalled",
        TunnelEnd.UpstreamStalled => "upstream_stalled",
        TunnelEnd.Idle => "idle",
        TunnelEnd.ClientProtocolError => "client_protocol_error",
        TunnelEnd.UpstreamProtocolError => "upstream_protocol_error",
        TunnelEnd.ClientMessageTooBig => "client_message_too_big",
        TunnelEnd.UpstreamMessageTooBig => "upstream_message_too_big",
        TunnelEnd.RateExceeded => "rate_exceeded",
        TunnelEnd.LifetimeReached => "lifetime_reached",
        TunnelEnd.Drained => "drained",
        TunnelEnd.ShutdownTimeout => "shutdown_timeout",
        TunnelEnd.Stopped => "stopped",
        TunnelEnd.Restarted => "restarted",
        TunnelEnd.HandedOver => "handed_over",
        _ => throw new ArgumentOutOfRangeException(nameof(end)),
    };

    /// <summary>The reason in the gateway's close frames (at most 123 bytes); empty where the code says it all.</summary>
    public static ReadOnlySpan<byte> CloseReason(this TunnelEnd end) => end switch
    {
        TunnelEnd.ClientVanished => "client is gone"u8,
        TunnelEnd.UpstreamVanished => "upstream is gone"u8,
        TunnelEnd.ClientUnresponsive or TunnelEnd.ClientStalled => "client does not respond"u8,
        TunnelEnd.UpstreamUnresponsive or TunnelEnd.UpstreamStalled => "upstream does not respond"u8,
        TunnelEnd.Idle => "idle"u8,
        TunnelEnd.ClientMessageTooBig or TunnelEnd.UpstreamMessageTooBig => "message too big"u8,
        TunnelEnd.RateExceeded => "too many messages"u8,
        TunnelEnd.LifetimeReached => "lifetime reached"u8,
        TunnelEnd.Restarted => "restart"u8,
        _ => default,
    };
}
