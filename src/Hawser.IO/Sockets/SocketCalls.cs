using System.Text;
using Hawser.IO.Native;

namespace Hawser.IO.Sockets;

/// <summary>Socket system calls that are not on a transport: opening, options, names. Results below zero are negated errnos.</summary>
public static unsafe class SocketCalls
{
    private const int LargestAddress = 128;

    /// <summary>Starts a connection; 0 when it is established already, <c>-EINPROGRESS</c> when writability will tell.</summary>
    /// <param name="descriptor">The socket, also when connecting failed at once: the caller closes it; -1 when there is none.</param>
    /// <param name="local">Address to connect from, or null for the kernel's choice.</param>
    /// <param name="transparent">Allow <paramref name="local"/> to be foreign (IP_TRANSPARENT).</param>
    public static int Connect(SocketEndpoint remote, SocketEndpoint? local, bool transparent, out int descriptor)
    {
        descriptor = -1;
        int fd = DescriptorReserve.Guard(Libc.Result(Libc.socket(remote.Family, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC_NONBLOCK, 0)));
        if (fd < 0) return fd;
        descriptor = fd;
        if (local is not null)
        {
            if (transparent && SetOption(fd, Libc.IPPROTO_IP, Libc.IP_TRANSPARENT, 1) is < 0 and var refused) return refused;
            // Without this the kernel would pick the port at bind() and run out of ports long before the four-tuples do.
            if (local.Port == 0 && !local.IsUnix) SetOption(fd, Libc.IPPROTO_IP, Libc.IP_BIND_ADDRESS_NO_PORT, 1);
            fixed (byte* address = local.Raw)
            {
                int bound = Libc.Result(Libc.bind(fd, address, (uint)local.Raw.Length));
                if (bound < 0) return bound;
            }
        }
        fixed (byte* address = remote.Raw) return Libc.Result(Libc.connect(fd, address, (uint)remote.Raw.Length));
    }

    /// <summary>Takes one connection off a listening socket: a descriptor, or a negated errno.</summary>
    public static int Accept(int listener, out SocketEndpoint peer)
    {
        byte* address = stackalloc byte[LargestAddress];
        uint length = LargestAddress;
        int fd = Libc.Result(Libc.accept4(listener, address, &length, Libc.SOCK_CLOEXEC_NONBLOCK));
        peer = SocketEndpoint.FromRaw(fd < 0 ? default : new ReadOnlySpan<byte>(address, (int)Math.Min(length, LargestAddress)));
        return fd;
    }

    /// <summary>The local address of a socket.</summary>
    public static SocketEndpoint LocalEndpoint(int fd)
    {
        byte* address = stackalloc byte[LargestAddress];
        uint length = LargestAddress;
        int result = Libc.Result(Libc.getsockname(fd, address, &length));
        return SocketEndpoint.FromRaw(result < 0 ? default : new ReadOnlySpan<byte>(address, (int)Math.Min(length, LargestAddress)));
    }

    /// <summary>The pending error of a socket (SO_ERROR), which the call clears: 0 or an errno.</summary>
    public static int PendingError(int fd)
    {
        int error = 0;
        uint length = sizeof(int);
        int result = Libc.Result(Libc.getsockopt(fd, Libc.SOL_SOCKET, Libc.SO_ERROR, &error, &length));
        return result < 0 ? -result : error;
    }

    /// <summary>Copies the kernel's TCP_INFO into <paramref name="info"/>; how many bytes it gave, or a negated errno.</summary>
    public static int TcpInfo(int fd, Span<byte> info)
    {
        fixed (byte* start = info)
        {
            uint length = (uint)info.Length;
            int result = Libc.Result(Libc.getsockopt(fd, Libc.IPPROTO_TCP, Libc.TCP_INFO, start, &length));
            return result < 0 ? result : (int)length;
        }
    }

    public static int SetNoDelay(int fd) => SetOption(fd, Libc.IPPROTO_TCP, Libc.TCP_NODELAY, 1);

    public static int SetReceiveBuffer(int fd, int bytes) => SetOption(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF, bytes);

    public static int SetSendBuffer(int fd, int bytes) => SetOption(fd, Libc.SOL_SOCKET, Libc.SO_SNDBUF, bytes);

    public static int SetCork(int fd, bool on) => SetOption(fd, Libc.IPPROTO_TCP, Libc.TCP_CORK, on ? 1 : 0);

    public static int SetKeepAlive(int fd) => SetOption(fd, Libc.SOL_SOCKET, Libc.SO_KEEPALIVE, 1);

    /// <summary>Makes the next close() send a reset (SO_LINGER with 0 seconds): what <c>reset_timedout_connection</c> asks for.</summary>
    public static void ResetOnClose(int fd)
    {
        int* linger = stackalloc int[2] { 1, 0 };
        _ = Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_LINGER, linger, 2 * sizeof(int));
    }

    /// <summary>Ends the reading half by ourselves. The kernel then reports the end, as it would for one that the peer has sent.</summary>
    internal static void ShutdownRead(int fd) => _ = Libc.shutdown(fd, Libc.SHUT_RD);

    public static void Close(int fd) => _ = Libc.close(fd);

    /// <summary>Removes a file, a Unix socket's name for example; a name that is gone already is no error.</summary>
    public static int Unlink(string latin1Path)
    {
        fixed (byte* path = Encoding.Latin1.GetBytes(latin1Path + "\0")) return Libc.Result(Libc.unlink(path));
    }

    /// <summary>Gives a descriptor from another process the flags that this one's sockets have: non-blocking, closed on exec.</summary>
    internal static void PrepareInherited(int fd)
    {
        _ = Libc.fcntl(fd, Libc.F_SETFD, Libc.FD_CLOEXEC);
        _ = Libc.fcntl(fd, Libc.F_SETFL, Libc.fcntl(fd, Libc.F_GETFL, 0) | Libc.O_NONBLOCK);
    }

    /// <summary>The value of an integer option, or a negated errno.</summary>
    internal static int GetOption(int fd, int level, int option)
    {
        int value = 0;
        uint length = sizeof(int);
        int result = Libc.Result(Libc.getsockopt(fd, level, option, &value, &length));
        return result < 0 ? result : value;
    }

    internal static int SetOption(int fd, int level, int option, int value) =>
        Libc.Result(Libc.setsockopt(fd, level, option, &value, sizeof(int)));
}
