using Hawser.IO.Loop;
using Hawser.IO.Native;

namespace Hawser.IO.Sockets;

/// <summary>
/// A UDP socket connected to one peer, on a loop: the kernel drops what others send, and tells of a port where nobody listens. The local
/// port is the kernel's choice, at random.
/// </summary>
public sealed unsafe class DatagramSocket
{
    private readonly EventLoop _loop;
    private readonly int _registration;
    private int _descriptor;

    private DatagramSocket(EventLoop loop, int descriptor, IReadyHandler handler)
    {
        _loop = loop;
        _descriptor = descriptor;
        _registration = loop.Register(descriptor, handler, 0);
    }

    /// <summary>Opens a socket. <paramref name="handler"/> reads until <c>-EAGAIN</c> when it is told of something.</summary>
    /// <param name="socket">The socket; null on failure.</param>
    /// <returns>0, or an errno.</returns>
    public static int Open(EventLoop loop, SocketEndpoint remote, IReadyHandler handler, out DatagramSocket? socket)
    {
        socket = null;
        int descriptor = Libc.Result(Libc.socket(remote.Family, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC_NONBLOCK, 0));
        if (descriptor < 0) return -descriptor;
        int result;
        fixed (byte* address = remote.Raw) result = Libc.Result(Libc.connect(descriptor, address, (uint)remote.Raw.Length));
        if (result < 0)
        {
            _ = Libc.close(descriptor);
            return -result;
        }
        try
        {
            socket = new DatagramSocket(loop, descriptor, handler);
        }
        catch (IOException)
        {
            _ = Libc.close(descriptor);
            throw;
        }
        return 0;
    }

    /// <summary>Sends one datagram: its length, or a negated errno (that of an earlier datagram, too).</summary>
    public int Send(ReadOnlySpan<byte> datagram)
    {
        fixed (byte* start = datagram)
        {
            int result;
            do result = Libc.Result(Libc.send(_descriptor, start, (nuint)datagram.Length, Libc.MSG_NOSIGNAL));
            while (result == -Errno.EINTR);
            return result;
        }
    }

    /// <summary>Receives one datagram, cut off to the buffer: its length, or a negated errno.</summary>
    public int Receive(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            int result;
            do result = Libc.Result(Libc.recv(_descriptor, start, (nuint)buffer.Length, 0));
            while (result == -Errno.EINTR);
            return result;
        }
    }

    /// <summary>Closes at once. Safe to call twice.</summary>
    public void Close()
    {
        if (_descriptor < 0) return;
        _loop.Unregister(_registration);
        _ = Libc.close(_descriptor);
        _descriptor = -1;
    }
}
