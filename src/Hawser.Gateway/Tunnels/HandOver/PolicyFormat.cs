using Hawser.Protocols.WebSocket;

namespace Hawser.Gateway.Tunnels.HandOver;

/// <summary>The rules of a tunnel, as they go to another process: a tunnel keeps those it began with.</summary>
internal static class PolicyFormat
{
    public static void Write(BinaryWriter writer, TunnelPolicy policy)
    {
        writer.Write(policy.IsTracked);
        writer.Write(policy.IsStrict);
        writer.Write(policy.IdleTimeout);
        writer.Write(policy.PlainIdleTimeout);
        writer.Write(policy.UpstreamSendTimeout);
        writer.Write(policy.ClientSendTimeout);
        writer.Write(policy.PingInterval);
        writer.Write(policy.PingTimeout);
        Write(writer, policy.FromClient);
        Write(writer, policy.FromUpstream);
        writer.Write(policy.MessageRate);
        writer.Write(policy.MessageBurst);
        writer.Write((byte)policy.RateAction);
        writer.Write(policy.MaxLifetime);
        writer.Write(policy.LifetimeJitter);
        writer.Write(policy.DrainTime);
        Write(writer, policy.Heartbeat);
        Write(writer, policy.HeartbeatReply);
    }

    public static TunnelPolicy Read(BinaryReader reader) => new()
    {
        IsTracked = reader.ReadBoolean(),
        IsStrict = reader.ReadBoolean(),
        IdleTimeout = reader.ReadInt64(),
        PlainIdleTimeout = reader.ReadInt64(),
        UpstreamSendTimeout = reader.ReadInt64(),
        ClientSendTimeout = reader.ReadInt64(),
        PingInterval = reader.ReadInt64(),
        PingTimeout = reader.ReadInt64(),
        FromClient = ReadLimits(reader),
        FromUpstream = ReadLimits(reader),
        MessageRate = reader.ReadInt32(),
        MessageBurst = reader.ReadInt32(),
        RateAction = (RateAction)reader.ReadByte(),
        MaxLifetime = reader.ReadInt64(),
        LifetimeJitter = reader.ReadInt64(),
        DrainTime = reader.ReadInt64(),
        Heartbeat = ReadOptional(reader),
        HeartbeatReply = ReadOptional(reader),
    };

    private static void Write(BinaryWriter writer, FrameLimits limits)
    {
        writer.Write(limits.ExpectsMask);
        writer.Write(limits.MaxFrameSize);
        writer.Write(limits.MaxMessageSize);
        writer.Write(limits.WatchedTextLength);
    }

    private static FrameLimits ReadLimits(BinaryReader reader) => new(reader.ReadBoolean(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt32());

    private static void Write(BinaryWriter writer, byte[]? bytes)
    {
        writer.Write(bytes is not null);
        if (bytes is not null) writer.WriteBytes(bytes);
    }

    private static byte[]? ReadOptional(BinaryReader reader) => reader.ReadBoolean() ? HandOverFormat.ReadBytes(reader) : null;
}
