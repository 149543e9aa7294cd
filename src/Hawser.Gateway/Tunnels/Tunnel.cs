using Hawser.Gateway.Exchange;
using Hawser.Gateway.Phases.Limits;
using Hawser.Gateway.Upstreams;
using Hawser.IO.Loop;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.Protocols.WebSocket;

namespace Hawser.Gateway.Tunnels;

/// <summary>
/// Two sockets tied together after a 101. Not async code: thousands of these wait for hours, and each is this one object, two transports and,
/// where something is logged, a record. It owns no buffer; only what a full socket refuses is kept until that socket drains,
/// and meanwhile nothing more is read for it.
/// </summary>
/// <remarks>
/// This file has the ends and their bytes; <c>Tunnel.Frames.cs</c> follows the frames in them, <c>Tunnel.Timers.cs</c> asks whether the peers
/// are alive, <c>Tunnel.Closing.cs</c> brings it to an end, and <c>Tunnel.HandOver.cs</c> to another process.
/// </remarks>
public sealed partial class Tunnel : TrackedConnection, IReadyHandler
{
    private const int Client = 0;
    private const int Upstream = 1;

    // Who sends less than this at once is served at once.
    private const int BulkSize = 64 * 1024;

    // What the others get when it is their turn. It grows with the line they stand in: a small share keeps a bulk tunnel's own bytes flowing through both
    // sides at the same time, a large one spares the processor's caches when there are many.
    private const int SmallestShare = 128 * 1024;
    private const int LargestShare = 512 * 1024;

    private readonly Worker _worker;
    private readonly TunnelPolicy _policy;
    private readonly long _serial;
    private readonly long _startedAt;
    private End _client;
    private End _upstream;
    private PeerState _peer = null!;
    private TunnelRecord? _record;
    private ConnectionLeases? _leases;
    private long _lastActivity;
    private bool _isTracking;
    private bool _ended;

    /// <summary>One side: what it is known to be ready for, output that its socket has not taken, and where its frames are.</summary>
    private struct End
    {
        public Transport Transport;
        public byte[]? Pending;
        public byte[]? Held;         // read, and not passed on: the beginning of a frame, or messages ahead of their time
        public long BlockedSince;
        public long BytesRead;
        public long LastRead;
        public long PingSentAt;
        public FrameTracker Frames;  // of what this side sends
        public int PendingStart;
        public int PendingEnd;
        public int HeldLength;
        public int RoundTrip;
        public bool Readable;
        public bool Writable;
        public bool SawHangUp;
        public bool IsEof;
        public bool IsReset;
        public bool IsGone;          // takes no bytes any more
        public bool IsBulk;          // has sent much at once: gets its share when it is in turn for one
        public bool IsRequeued;      // is in line for its share
        public bool IsPaused;        // not read from: it sends faster than allowed
        public bool HasClosed;       // has sent a close frame
        public bool IsTold;          // the gateway has sent it a close frame
        public bool IsShut;          // nothing more will be sent to it
        public bool OwesPing;        // due at the next boundary towards it
        public bool OwesClose;
        public byte OwesReplies;
    }

    /// <param name="exchange">The handshake it came from.</param>
    /// <param name="policy">The rules.</param>
    internal Tunnel(HttpExchange exchange, TunnelPolicy policy)
    {
        _worker = exchange.Worker;
        _serial = exchange.Connection.Serial;
        _policy = policy;
        _isTracking = policy.IsTracked;
        _startedAt = _lastActivity = _worker.Loop.Now;
        Model = exchange.Model;
    }

    /// <summary>The server it leads to.</summary>
    internal PeerState Peer => _peer;

    /// <summary>Bytes from the client to the upstream.</summary>
    public long BytesFromClient => _client.BytesRead;

    /// <summary>Bytes from the upstream to the client.</summary>
    public long BytesFromUpstream => _upstream.BytesRead;

    /// <summary>How things stand.</summary>
    public TunnelSummary Summary => new(
        _ended ? _reason : TunnelEnd.None, _closeCode, _policy.IsTracked, _client.Frames.Messages, _upstream.Frames.Messages, _client.BytesRead,
        _upstream.BytesRead, _client.RoundTrip, _worker.Loop.Now - _startedAt);

    /// <param name="reservedBits">The reserved bits that the negotiated extensions use.</param>
    internal void Begin(Transport client, Transport upstream, PeerState peer, TunnelRecord? record, ConnectionLeases? leases, byte reservedBits)
    {
        _leases = leases;
        _peer = peer;
        _record = record;
        // Edges seen before the switch are gone, so both sides count as ready until the kernel says otherwise.
        _client = NewEnd(client, reservedBits);
        _upstream = NewEnd(upstream, reservedBits);
        _worker.Loop.Rebind(client.Registration, this, Client);
        _worker.Loop.Rebind(upstream.Registration, this, Upstream);
        _worker.TunnelCounters.OpenedCount++;
        BeginRules();
        record?.Write(_worker, Model, Logging.LogMoment.Open, Summary);
        Reschedule();
    }

    /// <summary>Bytes that were read before the tunnel began; they go first.</summary>
    internal void Inject(byte[]? bytes, bool fromClient)
    {
        if (bytes is null || _ended) return;
        if (fromClient) Take(ref _client, ref _upstream, Client, bytes, bytes.Length);
        else Take(ref _upstream, ref _client, Upstream, bytes, bytes.Length);
    }

    /// <summary>Output that the connection before the tunnel had not sent; it is no frame.</summary>
    internal void InjectOutput(byte[]? bytes, bool toClient)
    {
        if (bytes is null || _ended) return;
        if (toClient) Write(ref _client, bytes);
        else Write(ref _upstream, bytes);
    }

    internal void Resume()
    {
        if (!_ended) Relay(ref _client, ref _upstream, Client);
        if (!_ended) Relay(ref _upstream, ref _client, Upstream);
    }

    void IReadyHandler.OnReady(int tag, ReadyEvents events)
    {
        if (_ended || _isOffered) return;
        ref End self = ref tag == Client ? ref _client : ref _upstream;
        ref End other = ref tag == Client ? ref _upstream : ref _client;
        const ReadyEvents ended = ReadyEvents.PeerClosed | ReadyEvents.HangUp | ReadyEvents.Error;
        if (events == ReadyEvents.None)
        {
            self.IsRequeued = false;
            if (self.IsPaused && _reason != TunnelEnd.None) Unpause();
            if (_ended) return;
        }
        if ((events & ended) != 0) self.SawHangUp = true;
        if ((events & (ReadyEvents.Readable | ended)) != 0) self.Readable = true;
        if ((events & (ReadyEvents.Writable | ReadyEvents.HangUp | ReadyEvents.Error)) != 0 && !self.Writable)
        {
            self.Writable = true;
            Flush(ref self);
            if (!_ended && self.Pending is null) Relay(ref other, ref self, 1 - tag);
        }
        if (!_ended && self.Readable) Relay(ref self, ref other, tag, isShare: events == ReadyEvents.None);
    }

    private End NewEnd(Transport transport, byte reservedBits) => new()
    {
        Transport = transport,
        Readable = true,
        Writable = true,
        SawHangUp = transport.SawHangUp,
        LastRead = _worker.Loop.Now,
        RoundTrip = -1,
        Frames = new FrameTracker(reservedBits),
    };

    /// <summary>
    /// Passes on what one side has sent. Whoever sends much at once gets in line (<see cref="EventLoop.Requeue"/>) and has its share when others have had
    /// theirs; whoever sends little is served at once.
    /// </summary>
    /// <param name="isShare">Its turn in that line has come.</param>
    private void Relay(ref End from, ref End to, int tag, bool isShare = false)
    {
        byte[] buffer = _worker.Loop.ReadBuffer;
        int left = isShare ? Math.Clamp(_worker.Loop.Waiting * (SmallestShare / 2), SmallestShare, LargestShare) : BulkSize;
        while (from.Readable && !from.IsEof && to.Pending is null && !from.IsPaused && !from.IsRequeued)
        {
            if (left <= 0 || (from.IsBulk && !isShare))
            {
                Requeue(ref from, tag);
                return;
            }
            // What was held back goes in front of what comes, so both are one run of bytes and one write. It is short: only an end that is paused holds
            // messages back, and it is not read from before these have been followed.
            int held = from.HeldLength;
            int room = Math.Min(left, buffer.Length - held);
            int read = from.Transport.Read(buffer.AsSpan(held, room));
            if (read <= 0)
            {
                from.Readable = false;
                if (read != -Errno.EAGAIN || from.IsGone) SawEnd(ref from, read);
                break;
            }
            left -= read;
            from.IsBulk = read >= BulkSize;
            // A short read has emptied the socket: the next byte brings an edge, and asking again would cost a call.
            if (read < room && !from.SawHangUp) from.Readable = false;
            if (held > 0) TakeHeld(ref from, buffer);
            Take(ref from, ref to, tag, buffer.AsSpan(0, held + read), read);
            if (_ended) return;
        }
        Settle();
    }

    private void Requeue(ref End end, int tag)
    {
        if (!end.IsRequeued) _worker.Loop.Requeue(this, tag);
        end.IsRequeued = true;
    }

    private static void SawEnd(ref End end, int read)
    {
        end.IsEof = true;
        end.IsReset = read < 0;
        if (read < 0) end.IsGone = true;
    }

    /// <summary>Bytes of one side, with what had been held back in front of them.</summary>
    private void Take(ref End from, ref End to, int tag, ReadOnlySpan<byte> bytes, int fresh)
    {
        from.BytesRead += fresh;
        from.LastRead = _worker.Loop.Now;
        TunnelCounters counters = _worker.TunnelCounters;
        if (tag == Client) counters.ClientBytes += fresh;
        else counters.UpstreamBytes += fresh;
        if (_isTracking) Follow(ref from, ref to, tag, bytes);
        else Forward(ref to, bytes);
    }

    /// <summary>Passes bytes of the endpoints on, unless that side has been told that nothing more comes.</summary>
    private void Forward(ref End to, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        _lastActivity = _worker.Loop.Now;
        if (!to.IsTold) Write(ref to, bytes);
    }

    private void Write(ref End to, ReadOnlySpan<byte> bytes)
    {
        if (to.IsGone || to.IsShut) return;
        if (to.Pending is null && to.Writable)
        {
            int written = to.Transport.Write(bytes);
            if (written == bytes.Length) return;
            if (written < 0 && written != -Errno.EAGAIN)
            {
                LoseWriter(ref to);
                return;
            }
            to.Writable = false;
            bytes = bytes[Math.Max(0, written)..];
        }
        Keep(ref to, bytes);
    }

    /// <summary>
    /// It takes nothing any more: what it would have been sent has nowhere to go. What it had sent before is still read, up to the end that
    /// must come.
    /// </summary>
    private void LoseWriter(ref End end)
    {
        end.IsGone = true;
        DropPending(ref end);
        end.Readable = end.SawHangUp = true;
        Requeue(ref end, TagOf(ref end));
    }

    private ref End OtherOf(ref End end) => ref TagOf(ref end) == Client ? ref _upstream : ref _client;

    private int TagOf(ref End end) => System.Runtime.CompilerServices.Unsafe.AreSame(ref end, ref _client) ? Client : Upstream;

    private void Keep(ref End to, ReadOnlySpan<byte> bytes)
    {
        if (to.Pending is null)
        {
            to.BlockedSince = _worker.Loop.Now;
            to.Pending = _worker.Loop.Buffers.Rent(bytes.Length);
        }
        else if (bytes.Length > to.Pending.Length - to.PendingEnd) MakeRoom(ref to, bytes.Length);
        bytes.CopyTo(to.Pending.AsSpan(to.PendingEnd));
        to.PendingEnd += bytes.Length;
        Reschedule();
    }

    // Moved only where half of it becomes free, and doubled otherwise: what comes in small pieces is copied a few times, not once for each.
    private void MakeRoom(ref End to, int length)
    {
        byte[] present = to.Pending!;
        int kept = to.PendingEnd - to.PendingStart;
        byte[] buffer = kept + length <= present.Length / 2 ? present : _worker.Loop.Buffers.Rent(Math.Max(kept + length, present.Length * 2));
        present.AsSpan(to.PendingStart, kept).CopyTo(buffer);
        if (buffer != present) _worker.Loop.Buffers.Return(present);
        (to.Pending, to.PendingStart, to.PendingEnd) = (buffer, 0, kept);
    }

    private void Flush(ref End to)
    {
        if (to.Pending is null) return;
        int written = to.Transport.Write(to.Pending.AsSpan(to.PendingStart, to.PendingEnd - to.PendingStart));
        if (written < 0)
        {
            to.Writable = false;
            if (written != -Errno.EAGAIN) LoseWriter(ref to);
            return;
        }
        to.PendingStart += written;
        // As in nginx, whose timers begin anew with every event: who takes what was kept for it is not idle.
        to.BlockedSince = _lastActivity = _worker.Loop.Now;
        if (to.PendingStart < to.PendingEnd)
        {
            to.Writable = false;
            return;
        }
        DropPending(ref to);
        if (to.OwesReplies > 0) ReplyTo(ref to, ref OtherOf(ref to));
        if (IdleTimeout > 0) Reschedule(); // it was not idle while this waited
        Settle();
    }

    private void DropPending(ref End end)
    {
        if (end.Pending is null) return;
        _worker.Loop.Buffers.Return(end.Pending);
        end.Pending = null;
        OtherOf(ref end).LastRead = _worker.Loop.Now; // it was not listened to; its silence counts from here
        end.PendingStart = end.PendingEnd = 0;
    }

    private void Hold(ref End from, ReadOnlySpan<byte> bytes)
    {
        from.Held = _worker.Loop.Buffers.Rent(bytes.Length);
        bytes.CopyTo(from.Held);
        from.HeldLength = bytes.Length;
    }

    private void TakeHeld(ref End from, Span<byte> destination)
    {
        from.Held.AsSpan(0, from.HeldLength).CopyTo(destination);
        DropHeld(ref from);
    }

    private void DropHeld(ref End from)
    {
        if (from.Held is not null) _worker.Loop.Buffers.Return(from.Held);
        from.Held = null;
        from.HeldLength = 0;
    }
}
