using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Phases.Limits;
using Hawser.Gateway.Upstreams;
using Hawser.IO.Loop;
using Hawser.IO.Native;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Tunnels;

/// <summary>
/// Two sockets tied together after a 101. Not async code: thousands of these wait for hours, and each is this one object, two transports and,
/// where something is logged, a record. It owns no buffer; only what a full socket refuses is kept until that socket drains,
/// and meanwhile nothing more is read for it.
/// </summary>
public sealed class Tunnel : TrackedConnection, IReadyHandler
{
    private const int Client = 0;
    private const int Upstream = 1;

    // Reads per turn before others get theirs: at the read buffer's 256 KiB, half a megabyte.
    private const int ReadsPerTurn = 2;

    private readonly Worker _worker;
    private readonly long _serial;
    private readonly long _readTimeout;
    private readonly long _upstreamSendTimeout;
    private readonly long _clientSendTimeout;
    private End _client;
    private End _upstream;
    private PeerState _peer = null!;
    private TunnelRecord? _record;
    private ConnectionLeases? _leases;
    private long _lastActivity;
    private bool _ended;

    /// <summary>One side: what it is known to be ready for, and output that its socket has not taken.</summary>
    private struct End
    {
        public Transport Transport;
        public byte[]? Pending;
        public int PendingStart;
        public int PendingEnd;
        public bool Readable;
        public bool Writable;
        public bool SawHangUp;
        public bool IsEof;
        public bool IsRequeued;
        public long BlockedSince;
        public long BytesRead;
    }

    /// <param name="exchange">The handshake it came from.</param>
    /// <param name="readTimeout">Milliseconds without a byte from either side before the tunnel ends; 0: no such bound.</param>
    /// <param name="sendTimeout">Milliseconds the upstream may take nothing.</param>
    internal Tunnel(HttpExchange exchange, long readTimeout, long sendTimeout)
    {
        _worker = exchange.Worker;
        _serial = exchange.Connection.Serial;
        _readTimeout = readTimeout;
        _upstreamSendTimeout = sendTimeout;
        _clientSendTimeout = exchange.Location.Core.SendTimeout;
        Model = exchange.Model;
    }

    /// <summary>The server it leads to.</summary>
    internal PeerState Peer => _peer;

    /// <summary>Bytes from the client to the upstream.</summary>
    public long BytesFromClient => _client.BytesRead;

    /// <summary>Bytes from the upstream to the client.</summary>
    public long BytesFromUpstream => _upstream.BytesRead;

    internal void Begin(Transport client, Transport upstream, PeerState peer, TunnelRecord? record, ConnectionLeases? leases)
    {
        _leases = leases;
        _peer = peer;
        _record = record;
        _lastActivity = _worker.Loop.Now;
        // Edges seen before the switch are gone, so both sides count as ready until the kernel says otherwise.
        _client = new End { Transport = client, Readable = true, Writable = true };
        _upstream = new End { Transport = upstream, Readable = true, Writable = true };
        _worker.Loop.Rebind(client.Registration, this, Client);
        _worker.Loop.Rebind(upstream.Registration, this, Upstream);
        if (_readTimeout > 0) _worker.Loop.Timers.Schedule(this, _lastActivity + _readTimeout);
    }

    /// <summary>Bytes that were read before the tunnel began; they go first.</summary>
    internal void Inject(byte[]? bytes, bool fromClient)
    {
        if (bytes is null || _ended) return;
        ref End from = ref fromClient ? ref _client : ref _upstream;
        from.BytesRead += bytes.Length;
        Write(ref fromClient ? ref _upstream : ref _client, bytes);
    }

    internal void Resume()
    {
        if (!_ended) Relay(ref _client, ref _upstream, Client);
        if (!_ended) Relay(ref _upstream, ref _client, Upstream);
    }

    public override void BeginDrain()
    {
        // A tunnel has no idle moment that it could end in; worker_shutdown_timeout decides.
    }

    public override void EndNow() => Finish();

    void IReadyHandler.OnReady(int tag, ReadyEvents events)
    {
        if (_ended) return;
        ref End self = ref tag == Client ? ref _client : ref _upstream;
        ref End other = ref tag == Client ? ref _upstream : ref _client;
        const ReadyEvents ended = ReadyEvents.PeerClosed | ReadyEvents.HangUp | ReadyEvents.Error;
        if (events == ReadyEvents.None) self.IsRequeued = false;
        if ((events & ended) != 0) self.SawHangUp = true;
        if ((events & (ReadyEvents.Readable | ended)) != 0) self.Readable = true;
        if ((events & (ReadyEvents.Writable | ReadyEvents.HangUp | ReadyEvents.Error)) != 0 && !self.Writable)
        {
            self.Writable = true;
            Flush(ref self);
            if (!_ended && self.Pending is null) Relay(ref other, ref self, 1 - tag);
        }
        if (!_ended && self.Readable) Relay(ref self, ref other, tag);
    }

    protected override void OnTimer()
    {
        if (_ended) return;
        long now = _worker.Loop.Now;
        if (IsBlockedTooLong(in _upstream, _upstreamSendTimeout, now) || _readTimeout > 0 && now - _lastActivity >= _readTimeout)
        {
            Log($"upstream timed out ({Errno.Describe(Errno.ETIMEDOUT)}) while proxying upgraded connection");
            Finish();
        }
        else if (IsBlockedTooLong(in _client, _clientSendTimeout, now))
        {
            Log($"client timed out ({Errno.Describe(Errno.ETIMEDOUT)}) while proxying upgraded connection");
            Finish();
        }
        else Reschedule();
    }

    private static bool IsBlockedTooLong(in End end, long timeout, long now) => end.Pending is not null && now - end.BlockedSince >= timeout;

    private void Reschedule()
    {
        long next = _readTimeout > 0 ? _lastActivity + _readTimeout : Infinite;
        if (_client.Pending is not null) next = Math.Min(next, _client.BlockedSince + _clientSendTimeout);
        if (_upstream.Pending is not null) next = Math.Min(next, _upstream.BlockedSince + _upstreamSendTimeout);
        _worker.Loop.Timers.Schedule(this, next);
    }

    private void Relay(ref End from, ref End to, int tag)
    {
        byte[] buffer = _worker.Loop.ReadBuffer;
        for (int reads = 0; from.Readable && to.Pending is null; reads++)
        {
            if (reads == ReadsPerTurn)
            {
                if (!from.IsRequeued) _worker.Loop.Requeue(this, tag);
                from.IsRequeued = true;
                return;
            }
            int read = from.Transport.Read(buffer);
            if (read <= 0)
            {
                if (read == -Errno.EAGAIN) from.Readable = false;
                else from.IsEof = true;
                break;
            }
            from.BytesRead += read;
            _lastActivity = _worker.Loop.Now;
            // A short read has emptied the socket: the next byte brings an edge, and asking again would cost a call.
            if (read < buffer.Length && !from.SawHangUp) from.Readable = false;
            Write(ref to, buffer.AsSpan(0, read));
            if (_ended) return;
        }
        EndIfDone();
    }

    private void Write(ref End to, ReadOnlySpan<byte> bytes)
    {
        if (to.Pending is null && to.Writable)
        {
            int written = to.Transport.Write(bytes);
            if (written == bytes.Length) return;
            if (written < 0 && written != -Errno.EAGAIN)
            {
                Finish(); // the peer is gone; what it would have been sent has nowhere to go
                return;
            }
            to.Writable = false;
            bytes = bytes[Math.Max(0, written)..];
        }
        Keep(ref to, bytes);
    }

    private void Keep(ref End to, ReadOnlySpan<byte> bytes)
    {
        int kept = to.PendingEnd - to.PendingStart;
        byte[] buffer = _worker.Loop.Buffers.Rent(kept + bytes.Length);
        if (to.Pending is not null)
        {
            to.Pending.AsSpan(to.PendingStart, kept).CopyTo(buffer);
            _worker.Loop.Buffers.Return(to.Pending);
        }
        bytes.CopyTo(buffer.AsSpan(kept));
        (to.Pending, to.PendingStart, to.PendingEnd) = (buffer, 0, kept + bytes.Length);
        to.BlockedSince = _worker.Loop.Now;
        Reschedule();
    }

    private void Flush(ref End to)
    {
        if (to.Pending is null) return;
        int written = to.Transport.Write(to.Pending.AsSpan(to.PendingStart, to.PendingEnd - to.PendingStart));
        if (written < 0)
        {
            to.Writable = false;
            if (written != -Errno.EAGAIN) Finish();
            return;
        }
        to.PendingStart += written;
        to.BlockedSince = _worker.Loop.Now;
        if (to.PendingStart < to.PendingEnd)
        {
            to.Writable = false;
            return;
        }
        DropPending(ref to);
        EndIfDone();
    }

    private void DropPending(ref End end)
    {
        if (end.Pending is not null) _worker.Loop.Buffers.Return(end.Pending);
        end.Pending = null;
        end.PendingStart = end.PendingEnd = 0;
    }

    /// <summary>As nginx: the end of either side is the end of both, once what that side had sent has been delivered.</summary>
    private void EndIfDone()
    {
        if (_ended) return;
        bool done = _upstream.IsEof && _client.Pending is null || _client.IsEof && _upstream.Pending is null || _client.IsEof && _upstream.IsEof;
        if (done) Finish();
    }

    private void Log(string message) => Model.ErrorLog.Write(LogLevel.Error, message, _serial);

    private void Finish()
    {
        if (_ended) return;
        _ended = true;
        _worker.Loop.Timers.Remove(this);
        Close(ref _client);
        Close(ref _upstream);
        _peer.Leave();
        _leases?.Release();
        _record?.Complete(_worker, Model, toClient: _upstream.BytesRead, fromUpstream: _upstream.BytesRead, toUpstream: _client.BytesRead);
        _worker.Forget(this);
    }

    private void Close(ref End end)
    {
        DropPending(ref end);
        _worker.Loop.Unregister(end.Transport.Registration);
        end.Transport.Close();
    }
}
