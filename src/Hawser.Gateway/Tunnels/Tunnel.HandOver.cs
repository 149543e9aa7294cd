using Hawser.Gateway.Phases.Limits;
using Hawser.Gateway.Tunnels.HandOver;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;
using Hawser.Protocols.WebSocket;

namespace Hawser.Gateway.Tunnels;

/// <summary>
/// The way to another process and from one, when the binary changes (docs/decisions/0042-live-hand-over.md). What is in the kernel's buffers
/// goes with the descriptors; what has been read and not passed on goes with the state.
/// </summary>
public sealed partial class Tunnel
{
    private bool _isOffered;
    private bool _wasRefused;
    private TunnelEnd _endWhenBack;

    /// <summary>Takes up a tunnel that another process began. It does nothing until <see cref="Activate"/>.</summary>
    /// <exception cref="InvalidDataException">It cannot be continued here.</exception>
    internal Tunnel(Worker worker, HandOverContext context, BinaryReader reader, int client, int upstream)
    {
        _worker = worker;
        _isOffered = true;
        Model = context.Model;
        long now = worker.Loop.Now;
        _policy = context.Policy(HandOverFormat.ReadBytes(reader));
        string name = reader.ReadString();
        int occurrence = reader.ReadInt32();
        _peer = context.Peer(name, SocketEndpoint.FromRaw(HandOverFormat.ReadBytes(reader)), occurrence);
        _serial = reader.ReadInt64();
        _startedAt = reader.ReadTime(now);
        _lastActivity = reader.ReadTime(now);
        _isTracking = reader.ReadBoolean();
        _pingNumber = reader.ReadUInt32();
        _budget = new MessageBudget(reader.ReadTime(now), reader.ReadInt32());
        _endAt = reader.ReadTime(now);
        _plannedEnd = (TunnelEnd)reader.ReadByte();
        _closer = (TunnelEnd)reader.ReadByte();
        _closeCode = reader.ReadUInt16();
        Import(ref _client, reader, now);
        Import(ref _upstream, reader, now);
        if (reader.ReadBoolean()) _record = TunnelRecord.Import(reader, context, now);
        _leases = ConnectionLeases.Import(reader, context.Zones); // last: nothing can go wrong any more that would leave a place taken
        _client.Transport = new SocketTransport(client);
        _upstream.Transport = new SocketTransport(upstream);
    }

    /// <summary>
    /// Whether it can go on in another process: sockets as they are, with nothing of a TLS session in this process's memory, and no ending under
    /// way, which is over soon anyway.
    /// </summary>
    internal bool CanBeHandedOver => !_ended && !_wasRefused && _reason == TunnelEnd.None
        && _client.Transport is SocketTransport && _upstream.Transport is SocketTransport && IsWhole(in _client) && IsWhole(in _upstream);

    /// <summary>Both descriptors, for as long as the tunnel is on offer.</summary>
    internal (int Client, int Upstream) Descriptors => (_client.Transport.Descriptor, _upstream.Transport.Descriptor);

    /// <summary>Writes all that another process must know, and keeps still until <see cref="Withdraw"/> or <see cref="GiveAway"/>.</summary>
    internal void Offer(BinaryWriter writer)
    {
        long now = _worker.Loop.Now;
        _isOffered = true;
        _worker.Loop.Timers.Remove(this);
        _worker.Loop.Detach(_client.Transport.Registration, _client.Transport.Descriptor);
        _worker.Loop.Detach(_upstream.Transport.Registration, _upstream.Transport.Descriptor);
        using (var policy = new MemoryStream())
        {
            using (var rules = new BinaryWriter(policy)) PolicyFormat.Write(rules, _policy);
            writer.WriteBytes(policy.ToArray());
        }
        writer.Write(_peer.Upstream ?? "");
        writer.Write(_peer.Occurrence);
        writer.WriteBytes(_peer.Endpoint.Raw);
        writer.Write(_serial);
        writer.WriteTime(_startedAt, now);
        writer.WriteTime(_lastActivity, now);
        writer.Write(_isTracking);
        writer.Write(_pingNumber);
        writer.WriteTime(_budget.FilledAt, now);
        writer.Write(_budget.Part);
        writer.WriteTime(_endAt, now);
        writer.Write((byte)_plannedEnd);
        writer.Write((byte)_closer);
        writer.Write(_closeCode);
        Export(in _client, writer, now);
        Export(in _upstream, writer, now);
        writer.Write(_record is not null);
        _record?.Export(writer, now);
        ConnectionLeases.Export(_leases, writer);
    }

    /// <summary>The other process does not take it: it goes on here.</summary>
    internal void Withdraw()
    {
        _wasRefused = true;
        Register();
        if (_endWhenBack != TunnelEnd.None) EndFor(_endWhenBack);
    }

    /// <summary>The other process has taken it: here it ends, and its peers notice nothing.</summary>
    internal void GiveAway()
    {
        _ended = true;
        _reason = TunnelEnd.HandedOver;
        _worker.TunnelCounters.Ended(_reason);
        CloseCopy(ref _client);
        CloseCopy(ref _upstream);
        _peer.Leave();
        _leases?.Release();
        _worker.Forget(this);
    }

    /// <summary>Begins to serve it here.</summary>
    internal void Activate()
    {
        _peer.Enter();
        _worker.TunnelCounters.OpenedCount++;
        _worker.TakeOver(this);
        MoveToPool(ref _client);
        MoveToPool(ref _upstream);
        Register();
        JoinDrain();
    }

    /// <summary>It was agreed on and not committed: the other process goes on with it.</summary>
    internal void Discard()
    {
        _leases?.Release();
        _client.Transport.Close();
        _upstream.Transport.Close();
    }

    // Until here they belonged to nobody but the state, which may also be discarded on another thread than the pool's.
    private void MoveToPool(ref End end)
    {
        BufferPool pool = _worker.Loop.Buffers;
        end.Pending = Copy(end.Pending, pool);
        end.Held = Copy(end.Held, pool);

        static byte[]? Copy(byte[]? bytes, BufferPool pool)
        {
            if (bytes is null) return null;
            byte[] buffer = pool.Rent(bytes.Length);
            bytes.CopyTo(buffer, 0);
            return buffer;
        }
    }

    private static bool IsWhole(in End end) => !end.IsEof && !end.IsGone && !end.IsShut && !end.IsReset && !end.IsTold;

    private void EndFor(TunnelEnd reason)
    {
        if (reason == TunnelEnd.Stopped) EndNow();
        else BeginClose(reason);
    }

    private void Register()
    {
        _isOffered = false;
        _client.IsRequeued = _upstream.IsRequeued = false;
        _client.Readable = _client.Writable = _upstream.Readable = _upstream.Writable = true;
        _client.Transport.Registration = _worker.Loop.Register(_client.Transport.Descriptor, this, Client);
        _upstream.Transport.Registration = _worker.Loop.Register(_upstream.Transport.Descriptor, this, Upstream);
        Reschedule();
        Flush(ref _client);
        if (!_ended) Flush(ref _upstream);
        if (!_ended) Resume();
    }

    // The loop has forgotten it already, and the connection lives on in the other process: close(2) ends nothing but this copy.
    private void CloseCopy(ref End end)
    {
        DropPending(ref end);
        DropHeld(ref end);
        end.Transport.Close();
    }

    private static void Export(in End end, BinaryWriter writer, long now)
    {
        writer.WriteBytes(end.Pending is null ? default : end.Pending.AsSpan(end.PendingStart, end.PendingEnd - end.PendingStart));
        writer.WriteBytes(end.Held is null ? default : end.Held.AsSpan(0, end.HeldLength));
        writer.WriteTime(end.BlockedSince, now);
        writer.Write(end.BytesRead);
        writer.WriteTime(end.LastRead, now);
        writer.WriteTime(end.PingSentAt, now);
        writer.Write(end.RoundTrip);
        writer.Write(end.IsPaused);
        writer.Write(end.HasClosed);
        writer.Write(end.OwesPing);
        writer.Write(end.OwesReplies);
        FrameTracker frames = end.Frames;
        writer.Write(frames.AllowedReserved);
        writer.Write(frames.Remaining);
        writer.Write(frames.MessageSize);
        writer.Write(frames.Messages);
        writer.Write(frames.IsInMessage);
        writer.Write(frames.Budget);
        writer.Write((byte)frames.StopAt);
        writer.Write(frames.WatchesPongs);
    }

    private static void Import(ref End end, BinaryReader reader, long now)
    {
        byte[] pending = HandOverFormat.ReadBytes(reader);
        byte[] held = HandOverFormat.ReadBytes(reader);
        if (pending.Length > 0) (end.Pending, end.PendingEnd) = (pending, pending.Length);
        if (held.Length > 0) (end.Held, end.HeldLength) = (held, held.Length);
        end.BlockedSince = reader.ReadTime(now);
        end.BytesRead = reader.ReadInt64();
        end.LastRead = reader.ReadTime(now);
        end.PingSentAt = reader.ReadTime(now);
        end.RoundTrip = reader.ReadInt32();
        end.IsPaused = reader.ReadBoolean();
        end.HasClosed = reader.ReadBoolean();
        end.OwesPing = reader.ReadBoolean();
        end.OwesReplies = reader.ReadByte();
        end.Frames = FrameTracker.Restore(reader.ReadByte(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadBoolean());
        end.Frames.Budget = reader.ReadInt32();
        end.Frames.StopAt = (FrameBoundary)reader.ReadByte();
        end.Frames.WatchesPongs = reader.ReadBoolean();
    }
}
