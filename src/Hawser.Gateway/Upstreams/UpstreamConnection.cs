using Hawser.Gateway.Tls;
using Hawser.IO.Buffers;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.IO.Timers;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Upstreams;

/// <summary>A connection to a server of an upstream, in use by one exchange or idle.</summary>
public sealed class UpstreamConnection : LoopTimer, IChannelObserver
{
    private readonly Worker _worker;
    private UpstreamLoopState? _idleIn;

    public UpstreamConnection(Worker worker, PeerModel peer, object location)
    {
        _worker = worker;
        Peer = peer;
        Location = location;
        StartedAt = worker.Loop.Now;
        Channel = worker.RentChannel();
    }

    public PeerModel Peer { get; }

    /// <summary>The location that opened it: <c>keepalive … local</c> asks.</summary>
    public object Location { get; }

    public Channel Channel { get; }

    /// <summary>Its TLS settings; null for a plain connection.</summary>
    public TlsUpstreamModel? Tls { get; private set; }

    /// <summary>The name that the server was asked for, or was checked to have; empty without.</summary>
    public string TlsName { get; private set; } = "";

    /// <summary>Whether a request that needs this kind of connection may use it.</summary>
    public bool Suits(TlsUpstreamModel? tls, ByteSlice name) =>
        ReferenceEquals(Tls?.Context, tls?.Context) && Tls?.Verifies == tls?.Verifies && (tls is null || name.Length == TlsName.Length && name.ToString() == TlsName);

    /// <summary>TLS is spoken from now on.</summary>
    public void Secure(TlsTransport transport, TlsUpstreamModel tls, ByteSlice name)
    {
        Channel.Wrap(transport);
        Tls = tls;
        TlsName = name.ToString();
    }

    public long StartedAt { get; }

    /// <summary>Requests sent over it, the one under way included.</summary>
    public int Requests { get; set; }

    /// <summary>It waited in the cache before this request: the server may have closed it in the meantime.</summary>
    public bool IsReused { get; private set; }

    /// <summary>Waits for the next request, for at most <paramref name="timeout"/> milliseconds.</summary>
    public void Sleep(UpstreamLoopState cache, long timeout)
    {
        _idleIn = cache;
        Channel.Observer = this;
        _worker.Loop.Timers.Schedule(this, _worker.Loop.Now + timeout);
    }

    /// <summary>Takes it out of sleep. False, and closed, when the server has sent something or closed it: nothing was asked.</summary>
    public bool Wake()
    {
        _idleIn = null;
        _worker.Loop.Timers.Remove(this);
        Channel.Observer = null;
        IsReused = true;
        if (!Channel.PeerClosed && (!Channel.MayHaveInput || Channel.Read(_worker.Loop.ReadBuffer.AsSpan(0, 1)) == -Errno.EAGAIN)) return true;
        Close();
        return false;
    }

    /// <param name="isInUse">Somebody will look at the channel again, and must find it closed: it goes to nobody else.</param>
    public void Close(bool isInUse = false)
    {
        _worker.Loop.Timers.Remove(this);
        Channel.Close();
        if (!isInUse) _worker.Return(Channel);
    }

    void IChannelObserver.OnBroken(Channel channel) => EndIdle();

    protected override void OnTimer() => EndIdle();

    private void EndIdle()
    {
        _idleIn?.Forget(this);
        _idleIn = null;
        Close();
    }
}
