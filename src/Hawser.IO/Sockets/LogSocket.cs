using Hawser.IO.Native;

namespace Hawser.IO.Sockets;

/// <summary>
/// A datagram socket for messages that may be lost: UDP, or a Unix socket such as /dev/log. It opens itself with the first message, and
/// again after a failure. Any thread; it never waits.
/// </summary>
public sealed unsafe class LogSocket(SocketEndpoint server)
{
    private readonly Lock _lock = new();
    private int _descriptor = -1;

    ~LogSocket() => Close();

    /// <summary>Sends one message: 0, or an errno.</summary>
    /// <param name="call">The system call that failed.</param>
    public int Send(ReadOnlySpan<byte> message, out string call)
    {
        lock (_lock)
        {
            call = "connect";
            if (_descriptor < 0 && Open() is not 0 and var refused) return refused;
            call = "send";
            fixed (byte* start = message)
            {
                int result = Libc.Result(Libc.send(_descriptor, start, (nuint)message.Length, Libc.MSG_NOSIGNAL));
                if (result >= 0) return 0;
                Close();
                return -result;
            }
        }
    }

    private int Open()
    {
        int descriptor = Libc.Result(Libc.socket(server.Family, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC_NONBLOCK, 0));
        if (descriptor < 0) return -descriptor;
        int result;
        fixed (byte* address = server.Raw) result = Libc.Result(Libc.connect(descriptor, address, (uint)server.Raw.Length));
        if (result < 0) _ = Libc.close(descriptor);
        else _descriptor = descriptor;
        return result < 0 ? -result : 0;
    }

    private void Close()
    {
        if (_descriptor >= 0) _ = Libc.close(_descriptor);
        _descriptor = -1;
    }
}
