namespace Hawser.Protocols.WebSocket;

/// <summary>The opcodes of RFC 6455 §5.2. The values between are reserved.</summary>
public enum FrameOpcode : byte
{
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xA,
}
