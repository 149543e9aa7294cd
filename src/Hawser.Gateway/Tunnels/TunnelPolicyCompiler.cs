using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Protocols.WebSocket;

namespace Hawser.Gateway.Tunnels;

/// <summary>Directives → <see cref="TunnelPolicy"/>.</summary>
internal static class TunnelPolicyCompiler
{
    /// <summary>For a WebSocket (<c>websocket auto</c>).</summary>
    public static TunnelPolicy WebSocket(ConfigScope scope)
    {
        Setting<TimeSpan> readTimeout = scope.Find(Known.ProxyReadTimeout);
        MessageRateConfig? rate = scope.Get(Known.WebSocketMessageRate);
        LifetimeConfig lifetime = scope.Get(Known.WebSocketMaxLifetime);
        HeartbeatConfig? heartbeat = scope.Get(Known.WebSocketHeartbeat);
        long maxFrame = OrAny(scope.Get(Known.WebSocketMaxFrameSize));
        long maxMessage = OrAny(scope.Get(Known.WebSocketMaxMessageSize));
        return Plain(scope) with
        {
            IsTracked = true,
            IsStrict = scope.Get(Known.WebSocketStrict),
            // nginx's timer only where somebody has asked for it: an idle socket is not a dead one, and whether it is dead the pings tell.
            IdleTimeout = readTimeout.IsExplicit ? Milliseconds(readTimeout.Value) : 0,
            PingInterval = Milliseconds(scope.Get(Known.WebSocketPingInterval)),
            PingTimeout = Milliseconds(scope.Get(Known.WebSocketPingTimeout)),
            FromClient = new FrameLimits(ExpectsMask: true, maxFrame, maxMessage, heartbeat?.Text.Length ?? -1),
            FromUpstream = new FrameLimits(ExpectsMask: false, maxFrame, maxMessage),
            MessageRate = rate?.Rate ?? 0,
            MessageBurst = rate?.Burst ?? 0,
            RateAction = rate is { Closes: true } ? RateAction.Close : RateAction.Pause,
            MaxLifetime = Milliseconds(lifetime.Time),
            LifetimeJitter = Milliseconds(lifetime.Jitter),
            DrainTime = scope.Get(Known.WebSocketDrain) is { } drain ? Milliseconds(drain) : -1,
            Heartbeat = heartbeat is null ? null : Encoding.Latin1.GetBytes(heartbeat.Text),
            HeartbeatReply = heartbeat is null ? null : TextFrame(heartbeat.Reply),
        };
    }

    /// <summary>For anything else, and for <c>websocket nginx</c>: nginx's timers alone.</summary>
    public static TunnelPolicy Plain(ConfigScope scope)
    {
        long readTimeout = Milliseconds(scope.Get(Known.ProxyReadTimeout));
        return new TunnelPolicy
        {
            IdleTimeout = readTimeout,
            PlainIdleTimeout = readTimeout,
            UpstreamSendTimeout = Milliseconds(scope.Get(Known.ProxySendTimeout)),
            ClientSendTimeout = Milliseconds(scope.Get(Known.SendTimeout)),
            DrainTime = -1,
        };
    }

    private static byte[] TextFrame(string latin1)
    {
        var header = new FrameHeader(FrameOpcode.Text, latin1.Length);
        byte[] frame = new byte[header.Length + latin1.Length];
        Encoding.Latin1.GetBytes(latin1, frame.AsSpan(header.Write(frame)));
        return frame;
    }

    private static long OrAny(long size) => size == 0 ? long.MaxValue : size;

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
