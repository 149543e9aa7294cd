using System.Net;
using System.Net.Sockets;

namespace Hawser.Testing;

/// <summary>
/// A TCP port of 127.0.0.1 that no other lease holds, in this process or in another test process.
/// </summary>
/// <remarks>
/// The port lies between 20000 and 29999: below the kernel's range for outgoing connections (32768 and up), so nobody takes it by
/// chance, and always five digits, so the length of a message that names it never varies. What marks it as taken is a bound UDP
/// socket: the TCP side stays free for the program under test, which may bind it late or more than once.
/// </remarks>
public sealed class PortLease : IDisposable
{
    private const int First = 20000;
    private const int Count = 10000;

    private readonly Socket _mark;

    private PortLease(int port, Socket mark)
    {
        Port = port;
        _mark = mark;
    }

    /// <summary>The port number.</summary>
    public int Port { get; }

    /// <summary>Leases a free port until the lease is disposed.</summary>
    /// <exception cref="InvalidOperationException">No port of the range is free.</exception>
    public static PortLease Take()
    {
        var start = Random.Shared.Next(Count);
        for (var i = 0; i < Count; i++)
        {
            var port = First + (start + i) % Count;
            if (TryMark(port) is { } mark)
            {
                if (AcceptsTcp(port))
                    return new PortLease(port, mark);
                mark.Dispose();
            }
        }

        throw new InvalidOperationException($"No free port between {First} and {First + Count - 1}.");
    }

    /// <inheritdoc/>
    public void Dispose() => _mark.Dispose();

    private static Socket? TryMark(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    // Bound on the wildcard address too, since configurations say "listen 8080".
    private static bool AcceptsTcp(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
