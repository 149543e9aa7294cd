using Hawser.Protocols.WebSocket;

namespace Hawser.Gateway.Tunnels;

/// <summary>What happens to a client that sends messages faster than <c>websocket_message_rate</c>.</summary>
public enum RateAction : byte
{
    /// <summary>It is not read from until it may send again.</summary>
    Pause,

    /// <summary>It is closed with 1008.</summary>
    Close,
}

/// <summary>The rules of a kind of tunnel, compiled once for each location. Times are milliseconds, sizes bytes; 0 turns off.</summary>
/// <remarks>Plain values, so that a tunnel can be handed to another process together with its rules.</remarks>
public sealed record TunnelPolicy
{
    /// <summary>A WebSocket whose frames are followed. Everything else is bytes.</summary>
    public bool IsTracked { get; init; }

    /// <summary>A framing error ends the tunnel with 1002; otherwise it goes on as plain bytes.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Without a byte of either side, pings and pongs of the gateway left out.</summary>
    public long IdleTimeout { get; init; }

    /// <summary>The same for a WebSocket that had to become a plain tunnel, whose peers nobody asks any more.</summary>
    public long PlainIdleTimeout { get; init; }

    public long UpstreamSendTimeout { get; init; }

    public long ClientSendTimeout { get; init; }

    /// <summary>A peer that has sent nothing for so long is pinged.</summary>
    public long PingInterval { get; init; }

    public long PingTimeout { get; init; }

    public FrameLimits FromClient { get; init; } = s_fromClient;

    public FrameLimits FromUpstream { get; init; } = s_fromUpstream;

    /// <summary>Messages a second from the client.</summary>
    public int MessageRate { get; init; }

    /// <summary>Messages that may come at once.</summary>
    public int MessageBurst { get; init; }

    public RateAction RateAction { get; init; }

    public long MaxLifetime { get; init; }

    /// <summary>The lifetime is shortened by a random part of this.</summary>
    public long LifetimeJitter { get; init; }

    /// <summary>A drain is spread over so long; negative: a graceful stop waits for the tunnel's own end, as nginx does.</summary>
    public long DrainTime { get; init; }

    /// <summary>The payload of a client's heartbeat; null for none.</summary>
    public byte[]? Heartbeat { get; init; }

    /// <summary>The whole frame that answers it.</summary>
    public byte[]? HeartbeatReply { get; init; }

    private static readonly FrameLimits s_fromClient = new(ExpectsMask: true);
    private static readonly FrameLimits s_fromUpstream = new(ExpectsMask: false);

    /// <summary>A direction without limits, for a tunnel that is being closed.</summary>
    internal static FrameLimits Unlimited(bool fromClient) => fromClient ? s_fromClient : s_fromUpstream;
}
