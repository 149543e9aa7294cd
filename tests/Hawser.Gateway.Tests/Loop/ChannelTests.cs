using System.Net;
using System.Net.Sockets;
using Hawser.Gateway.Tests.Support;
using Hawser.IO.Native;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Tests.Loop;

/// <summary>Channels are used again: one on which somebody waits belongs to whoever waits.</summary>
public sealed class ChannelTests
{
    [Fact]
    public void TakeTransport_WhileSomebodyWaits_IsRefused()
    {
        using var gateway = new Bench();
        Channel channel = gateway.Worker.RentChannel();
        channel.Open(new SilentTransport(gateway.Pair), connected: true, awaitsInput: true);
        bool hasWoken = false;
        channel.WaitReadable(1000).UnsafeOnCompleted(() => hasWoken = true);
        Assert.Throws<InvalidOperationException>(() => channel.TakeTransport());
        Assert.True(channel.IsOpen);
        Assert.False(hasWoken);
    }

    [Fact]
    public void Return_WhileSomebodyWaits_IsReportedAndNotPooled()
    {
        using var gateway = new Bench();
        Channel channel = gateway.Worker.RentChannel();
        channel.Open(new SilentTransport(gateway.Pair), connected: true, awaitsInput: true);
        channel.WaitReadable(1000).UnsafeOnCompleted(static () => { });
        gateway.Worker.Return(channel);
        Assert.Single(gateway.Reported);
        Assert.NotSame(channel, gateway.Worker.RentChannel());
    }

    [Fact]
    public void Return_OfAClosedChannel_ServesTheNext()
    {
        using var gateway = new Bench();
        Channel channel = gateway.Worker.RentChannel();
        channel.Open(new SilentTransport(gateway.Pair), connected: true, awaitsInput: true);
        channel.Close();
        gateway.Worker.Return(channel);
        Assert.Empty(gateway.Reported);
        Assert.Same(channel, gateway.Worker.RentChannel());
    }

    [Fact]
    public void Connect_ToAClosedPort_EndsWithTheErrnoAndServesTheNext()
    {
        int port;
        using (var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            port = ((IPEndPoint)closed.LocalEndPoint!).Port;
        }
        using var gateway = new Bench();
        Channel channel = gateway.Worker.RentChannel();
        int error = 0;
        gateway.Worker.Loop.Post(
            _ =>
            {
                error = -channel.Connect(SocketEndpoint.FromIP(IPAddress.Loopback, port), null, isTransparent: false, out bool hasSocket);
                Assert.True(hasSocket);
                if (error == Errno.EINPROGRESS) channel.WaitWritable(10_000).UnsafeOnCompleted(Finish);
                else gateway.Worker.Loop.Stop();
            },
            null);
        gateway.Worker.Loop.Run();
        Assert.Equal(Errno.ECONNREFUSED, error);
        channel.Close();
        gateway.Worker.Return(channel);
        Assert.Empty(gateway.Reported);
        Assert.Same(channel, gateway.Worker.RentChannel());

        void Finish()
        {
            error = channel.ConnectError;
            gateway.Worker.Loop.Stop();
        }
    }

    private sealed class Bench : IDisposable
    {
        public Bench() => Worker = new Worker(0, new ManualTime(), Reported.Add, static () => { });

        public List<Exception> Reported { get; } = [];

        public Worker Worker { get; }

        public SocketPair Pair { get; } = new();

        public void Dispose()
        {
            Pair.Dispose();
            Worker.Loop.Dispose();
        }
    }

    /// <summary>A socket that its owner closes.</summary>
    private sealed class SilentTransport(SocketPair pair) : Transport
    {
        public override int Descriptor => (int)pair.Near.Handle;

        public override int Read(Span<byte> buffer) => 0;

        public override int Peek(Span<byte> buffer) => 0;

        public override int Write(ReadOnlySpan<byte> buffer) => buffer.Length;

        public override void ShutdownWrite()
        {
        }

        public override void Close()
        {
        }
    }
}
