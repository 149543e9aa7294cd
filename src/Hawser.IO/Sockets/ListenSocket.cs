using System.Text;
using Hawser.IO.Native;

namespace Hawser.IO.Sockets;

/// <summary>What nginx's <c>listen</c> can ask of a socket. Null means the kernel's default.</summary>
public sealed record ListenSocketOptions
{
    /// <summary>Connections that may wait to be accepted; nginx's default on Linux is 511.</summary>
    public int Backlog { get; init; } = 511;

    public int? SendBuffer { get; init; }

    public int? ReceiveBuffer { get; init; }

    public bool ReusePort { get; init; }

    /// <summary>nginx's default: an IPv6 wildcard does not take IPv4 connections.</summary>
    public bool IPv6Only { get; init; } = true;

    public bool? KeepAlive { get; init; }

    public int? KeepAliveIdleSeconds { get; init; }

    public int? KeepAliveIntervalSeconds { get; init; }

    public int? KeepAliveProbes { get; init; }

    public bool DeferAccept { get; init; }

    public int? FastOpen { get; init; }

    /// <summary>TCP_NODELAY for what is accepted: on Linux a connection has it from its listener, which saves a call for each.</summary>
    public bool NoDelay { get; init; }
}

/// <summary>A listening descriptor. It outlives configurations: a reload that names the same address keeps it.</summary>
public sealed unsafe class ListenSocket
{
    private ListenSocket(SocketEndpoint endpoint, int descriptor)
    {
        Endpoint = endpoint;
        Descriptor = descriptor;
    }

    public SocketEndpoint Endpoint { get; }

    public int Descriptor { get; private set; }

    /// <exception cref="IOException">The message is nginx's, <c>bind() to 127.0.0.1:80 failed (98: Address already in use)</c>.</exception>
    public static ListenSocket Open(SocketEndpoint endpoint, ListenSocketOptions options)
    {
        int fd = Libc.Result(Libc.socket(endpoint.Family, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC_NONBLOCK, 0));
        if (fd < 0) throw Failure("socket", endpoint, fd);
        try
        {
            Configure(fd, endpoint, options);
            fixed (byte* address = endpoint.Raw)
            {
                int bound = Libc.Result(Libc.bind(fd, address, (uint)endpoint.Raw.Length));
                if (bound < 0) throw Failure("bind", endpoint, bound);
            }
            if (endpoint.IsUnix) OpenToAll(endpoint.UnixPath);
            int listening = Libc.Result(Libc.listen(fd, options.Backlog));
            if (listening < 0) throw Failure("listen", endpoint, listening);
            return new ListenSocket(endpoint, fd);
        }
        catch
        {
            _ = Libc.close(fd);
            throw;
        }
    }

    /// <summary>Takes over a socket that listens already: another process has handed it down.</summary>
    /// <returns>Null when the descriptor is no stream socket that listens.</returns>
    public static ListenSocket? Inherit(int descriptor)
    {
        if (SocketCalls.GetOption(descriptor, Libc.SOL_SOCKET, Libc.SO_ACCEPTCONN) != 1) return null;
        if (SocketCalls.GetOption(descriptor, Libc.SOL_SOCKET, Libc.SO_TYPE) != Libc.SOCK_STREAM) return null;
        SocketCalls.PrepareInherited(descriptor);
        return new ListenSocket(SocketCalls.LocalEndpoint(descriptor), descriptor);
    }

    /// <summary>Applies what a reload may change on a socket that stays: backlog, buffer sizes, and whether small segments wait.</summary>
    public void Apply(ListenSocketOptions options)
    {
        SetBuffers(Descriptor, options);
        if (!Endpoint.IsUnix) SetTcp(Descriptor, Libc.TCP_NODELAY, options.NoDelay ? 1 : 0);
        _ = Libc.listen(Descriptor, options.Backlog);
    }

    /// <summary>Stops listening. A Unix socket's name stays: see <see cref="RemoveName"/>.</summary>
    public void Close()
    {
        if (Descriptor < 0) return;
        _ = Libc.close(Descriptor);
        Descriptor = -1;
    }

    /// <summary>
    /// Removes the name of a Unix socket, unless another process goes on listening on it. For the control thread: the directory may be one
    /// where a loop, which has given up root, may change nothing.
    /// </summary>
    public void RemoveName()
    {
        if (Endpoint.IsUnix) SocketCalls.Unlink(Endpoint.UnixPath);
    }

    private static void Configure(int fd, SocketEndpoint endpoint, ListenSocketOptions options)
    {
        SetBuffers(fd, options);
        if (endpoint.IsUnix) return;
        SocketCalls.SetOption(fd, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1);
        if (options.ReusePort) SocketCalls.SetOption(fd, Libc.SOL_SOCKET, Libc.SO_REUSEPORT, 1);
        if (endpoint.IsIPv6) SocketCalls.SetOption(fd, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, options.IPv6Only ? 1 : 0);
        if (options.KeepAlive is { } keepAlive) SocketCalls.SetOption(fd, Libc.SOL_SOCKET, Libc.SO_KEEPALIVE, keepAlive ? 1 : 0);
        SetTcp(fd, Libc.TCP_KEEPIDLE, options.KeepAliveIdleSeconds);
        SetTcp(fd, Libc.TCP_KEEPINTVL, options.KeepAliveIntervalSeconds);
        SetTcp(fd, Libc.TCP_KEEPCNT, options.KeepAliveProbes);
        SetTcp(fd, Libc.TCP_FASTOPEN, options.FastOpen);
        SetTcp(fd, Libc.TCP_DEFER_ACCEPT, options.DeferAccept ? 1 : null);
        SetTcp(fd, Libc.TCP_NODELAY, options.NoDelay ? 1 : null);
    }

    private static void SetBuffers(int fd, ListenSocketOptions options)
    {
        if (options.SendBuffer is { } send) SocketCalls.SetOption(fd, Libc.SOL_SOCKET, Libc.SO_SNDBUF, send);
        if (options.ReceiveBuffer is { } receive) SocketCalls.SetOption(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF, receive);
    }

    private static void SetTcp(int fd, int option, int? value)
    {
        if (value is { } number) SocketCalls.SetOption(fd, Libc.IPPROTO_TCP, option, number);
    }

    // As nginx: anybody may connect to a Unix socket, the directory's permissions decide.
    private static void OpenToAll(string path)
    {
        fixed (byte* raw = Encoding.Latin1.GetBytes(path + "\0")) _ = Libc.chmod(raw, 0b110_110_110);
    }

    private static IOException Failure(string call, SocketEndpoint endpoint, int result) =>
        new($"{call}() to {endpoint} failed ({Errno.Describe(-result)})", -result);
}
