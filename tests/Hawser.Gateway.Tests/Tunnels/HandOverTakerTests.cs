using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Hawser.Gateway.Tunnels.HandOver;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Tests.Tunnels;

/// <summary>The old process dies while it says something. What it had given away by then has no owner but this process, which must let it go.</summary>
public sealed class HandOverTakerTests
{
    [Theory]
    [InlineData(0, 0)]   // the length is missing
    [InlineData(2, 0)]   // half of it
    [InlineData(4, 0)]   // the state
    [InlineData(4, 9)]   // half of it
    public async Task Message_ThatIsCutOff_ClosesItsDescriptors(int lengthBytes, int stateBytes)
    {
        (DescriptorSocket mine, DescriptorSocket theirs) = DescriptorSocket.CreatePair();
        var log = new System.Collections.Concurrent.ConcurrentQueue<string>();
        new HandOverTaker(theirs, [], static () => throw new InvalidOperationException("there is no tunnel to make"), (_, text) => log.Enqueue(text)) { Taken = static () => { } }.Start();
        Assert.True(mine.Receive(new byte[8]));
        using Socket client = Connect(out Socket givenClient);
        using Socket upstream = Connect(out Socket givenUpstream);
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, 100);
        mine.Send([HandOverFormat.Tunnel, .. length[..lengthBytes]], [(int)givenClient.Handle, (int)givenUpstream.Handle]);
        if (stateBytes > 0) mine.Send(new byte[stateBytes]);
        givenClient.Dispose(); // it has its own by now
        givenUpstream.Dispose();
        mine.Dispose();

        byte[] buffer = new byte[1];
        Assert.Equal(0, await client.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Equal(0, await upstream.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        SpinWait.SpinUntil(() => !log.IsEmpty, TimeSpan.FromSeconds(20));
        Assert.Contains("hand-over of tunnels broke off", Assert.Single(log), StringComparison.Ordinal);
    }

    private static Socket Connect(out Socket given)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        peer.Connect(listener.LocalEndPoint!);
        given = listener.Accept();
        return peer;
    }
}
