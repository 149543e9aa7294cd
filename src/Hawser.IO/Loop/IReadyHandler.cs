namespace Hawser.IO.Loop;

/// <summary>What a descriptor is ready for (the epoll bits that the engine registers).</summary>
[Flags]
public enum ReadyEvents : uint
{
    None = 0,
    Readable = 0x001,
    Writable = 0x004,
    Error = 0x008,
    HangUp = 0x010,

    /// <summary>The peer has shut down its writing half (EPOLLRDHUP).</summary>
    PeerClosed = 0x2000,
}

/// <summary>
/// Receives readiness of the descriptors registered for it. Notifications are edges: a handler remembers what it was told and
/// reads or writes until the kernel says EAGAIN.
/// </summary>
public interface IReadyHandler
{
    /// <param name="tag">The number given at registration: tells the ends of a tunnel apart without an object for each.</param>
    /// <param name="events">What became ready.</param>
    void OnReady(int tag, ReadyEvents events);
}
