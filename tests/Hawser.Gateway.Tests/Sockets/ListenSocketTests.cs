using System.Net;
using System.Net.Sockets;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Tests.Sockets;

/// <summary>What a connection has from the socket it came in by.</summary>
public sealed class ListenSocketTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NoDelay_OfTheListener_IsThatOfItsConnections(bool first)
    {
        using var reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)reserved.LocalEndPoint!).Port;
        reserved.Dispose();
        ListenSocket listener = ListenSocket.Open(SocketEndpoint.FromIP(IPAddress.Loopback, port), new ListenSocketOptions { NoDelay = first });
        try
        {
            Assert.Equal(first, AcceptedHasNoDelay(listener, port));
            listener.Apply(new ListenSocketOptions { NoDelay = !first }); // a reload
            Assert.Equal(!first, AcceptedHasNoDelay(listener, port));
        }
        finally
        {
            listener.Close();
        }
    }

    private static bool AcceptedHasNoDelay(ListenSocket listener, int port)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPAddress.Loopback, port);
        int descriptor = -1;
        Assert.True(SpinWait.SpinUntil(() => (descriptor = SocketCalls.Accept(listener.Descriptor, out _)) >= 0, TimeSpan.FromSeconds(10)));
        using var accepted = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        return accepted.NoDelay;
    }
}
