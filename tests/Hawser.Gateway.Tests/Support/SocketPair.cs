using System.Net;
using System.Net.Sockets;

namespace Hawser.Gateway.Tests.Support;

/// <summary>Both ends of a TCP connection; the near one does not block.</summary>
internal sealed class SocketPair : IDisposable
{
    public SocketPair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Far.Connect(listener.LocalEndPoint!);
        Near = listener.Accept();
        Near.Blocking = false;
    }

    public Socket Near { get; }

    public Socket Far { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}
