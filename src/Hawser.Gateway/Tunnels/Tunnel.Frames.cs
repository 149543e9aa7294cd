using System.Buffers.Binary;
using Hawser.Gateway.Logging;
using Hawser.Protocols.WebSocket;

namespace Hawser.Gateway.Tunnels;

/// <summary>The frames in the bytes: limits, the gateway's own pongs, close codes, and where frames of the gateway can be put in.</summary>
public sealed partial class Tunnel
{
    // "hwsr", then a number of the tunnel's own: what a ping of the gateway carries, and how its pong is known from those of the endpoints.
    private const uint PingMark = 0x68777372;
    private const int PingLength = 8;

    private const int LargestOwnFrame = FrameHeader.MaxLength + FrameHeader.MaxControlPayload;

    private uint _pingNumber;
    private MessageBudget _budget; // the client's

    private void BeginRules()
    {
        if (!_isTracking) return;
        _pingNumber = (uint)Random.Shared.Next();
        if (_policy.MessageRate > 0)
        {
            _client.Frames.Budget = _policy.MessageBurst;
            _budget = new MessageBudget(_startedAt);
        }
        if (_policy.MaxLifetime > 0)
        {
            long lifetime = _policy.MaxLifetime - Random.Shared.NextInt64(Math.Min(_policy.LifetimeJitter, _policy.MaxLifetime) + 1);
            PlanEnd(TunnelEnd.LifetimeReached, _startedAt + lifetime);
        }
    }

    /// <summary>Follows the frames and passes the bytes on: as one run, unless something in them is not for the other side.</summary>
    private void Follow(ref End from, ref End to, int tag, ReadOnlySpan<byte> bytes)
    {
        if (from.Frames.Budget >= 0) from.Frames.Budget = _budget.Fill(from.Frames.Budget, _worker.Loop.Now, _policy.MessageRate, _policy.MessageBurst);
        long before = from.Frames.Messages;
        long told = to.IsTold ? before : -1; // what comes when the other side has been told of the end is read for its close frame alone
        int run = 0; // where the bytes begin that are passed and not written yet
        int at = 0;
        while (at < bytes.Length)
        {
            FrameStop stop = from.Frames.Scan(bytes[at..], LimitsOf(tag), out int passed);
            at += passed;
            if (stop == FrameStop.End) break;
            if (stop == FrameStop.Frame)
            {
                int length = WholeFrame(bytes[at..], out FrameHeader header, out ReadOnlySpan<byte> payload);
                if (length > 0 && !IsForGateway(ref from, in header, payload))
                {
                    at += length;
                    continue;
                }
                Forward(ref to, bytes[run..at]);
                if (length == 0)
                {
                    Hold(ref from, bytes[at..]);
                    run = bytes.Length;
                    break;
                }
                Answer(ref from, in header);
                if (from.OwesReplies == byte.MaxValue) ReplyTo(ref from, ref to);
                run = at += length;
                continue;
            }

            Forward(ref to, bytes[run..at]);
            run = at;
            bool goesOn = !_ended && Handle(stop, ref from, ref to, tag, bytes[at..]) && !_ended;
            if (told < 0 && to.IsTold) told = from.Frames.Messages;
            if (!goesOn)
            {
                run = bytes.Length;
                break;
            }
        }
        if (run < bytes.Length) Forward(ref to, bytes[run..]);
        if (told >= 0) from.Frames.Messages = told;
        CountMessages(tag, from.Frames.Messages - before);
        if (!_isTracking || _ended) return;
        if ((to.OwesPing || to.OwesClose || to.OwesReplies > 0) && from.Frames.IsAtBoundary) SendOwed(ref to, ref from);
        if (from.OwesReplies > 0) ReplyTo(ref from, ref to);
    }

    private void CountMessages(int tag, long count)
    {
        if (tag == Client) _worker.TunnelCounters.ClientMessages += count;
        else _worker.TunnelCounters.UpstreamMessages += count;
    }

    // Closing, nobody is held to limits any more: only the close frame is waited for.
    private FrameLimits LimitsOf(int tag) => _reason != TunnelEnd.None ? TunnelPolicy.Unlimited(tag == Client)
        : tag == Client ? _policy.FromClient : _policy.FromUpstream;

    /// <summary>Deals with what stands at a frame boundary. False when the rest of the bytes has been dealt with too.</summary>
    private bool Handle(FrameStop stop, ref End from, ref End to, int tag, ReadOnlySpan<byte> rest)
    {
        switch (stop)
        {
            case FrameStop.Boundary:
                from.Frames.StopAt = FrameBoundary.None;
                SendOwed(ref to, ref from);
                return true;
            case FrameStop.Incomplete:
                Hold(ref from, rest);
                return false;
            case FrameStop.Budget:
                if (_policy.RateAction == RateAction.Close)
                {
                    BeginClose(TunnelEnd.RateExceeded);
                    return true;
                }
                Hold(ref from, rest);
                Pause(ref from);
                return false;
            case FrameStop.FrameTooBig or FrameStop.MessageTooBig:
                BeginClose(tag == Client ? TunnelEnd.ClientMessageTooBig : TunnelEnd.UpstreamMessageTooBig);
                return true;
            default:
                FrameError error = from.Frames.Explain(rest, LimitsOf(tag));
                Misframed(ref from, ref to, tag, rest, error);
                return false;
        }
    }

    /// <summary>The length of the frame at the start of <paramref name="bytes"/>, 0 while it is not all there.</summary>
    private static int WholeFrame(ReadOnlySpan<byte> bytes, out FrameHeader header, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        int start = FrameHeader.TryRead(bytes, out header, out _);
        long length = start + header.PayloadLength;
        if (start == 0 || length > bytes.Length) return 0;
        payload = bytes[start..(int)length];
        return (int)length;
    }

    /// <summary>Looks at a whole frame. True when it is meant for the gateway and must not go on.</summary>
    private bool IsForGateway(ref End from, in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        Span<byte> plain = stackalloc byte[payload.Length];
        payload.CopyTo(plain);
        if (header.IsMasked) FrameMask.Apply(plain, header.MaskingKey);
        from.Frames.Take(in header);
        switch (header.Opcode)
        {
            case FrameOpcode.Close:
                NoteClose(ref from, plain);
                return false;
            case FrameOpcode.Pong:
                return IsOwnPong(plain);
            default:
                return plain.SequenceEqual(_policy.Heartbeat);
        }
    }

    private bool IsOwnPong(ReadOnlySpan<byte> payload) => payload.Length == PingLength
        && BinaryPrimitives.ReadUInt32BigEndian(payload) == PingMark && BinaryPrimitives.ReadUInt32BigEndian(payload[4..]) == _pingNumber;

    private void NoteClose(ref End from, ReadOnlySpan<byte> payload)
    {
        from.HasClosed = true;
        if (_closer != TunnelEnd.None || _reason != TunnelEnd.None) return;
        _closeCode = payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload) : ClosePayload.NoStatus;
        _closer = TagOf(ref from) == Client ? TunnelEnd.ClientClosed : TunnelEnd.UpstreamClosed;
        PlanEnd(_closer, _worker.Loop.Now + HandshakeTimeout);
        Reschedule();
    }

    /// <summary>A frame for the gateway: the pong it waited for, or a heartbeat.</summary>
    private void Answer(ref End from, in FrameHeader header)
    {
        if (header.Opcode == FrameOpcode.Pong)
        {
            from.RoundTrip = (int)Math.Min(_worker.Loop.Now - from.PingSentAt, int.MaxValue);
            _worker.TunnelCounters.RoundTrip(from.RoundTrip);
            return;
        }
        _lastActivity = _worker.Loop.Now;
        _worker.TunnelCounters.HeartbeatCount++;
        if (from.OwesReplies < byte.MaxValue) from.OwesReplies++;
    }

    /// <summary>Sends the replies to heartbeats as soon as they can be sent to <paramref name="to"/>, among what <paramref name="from"/> sends to it.</summary>
    private void ReplyTo(ref End to, ref End from)
    {
        // A reply is a data frame: it must not come between another message's fragments, which come from the other side.
        if (from.Frames is { IsAtBoundary: true, IsInMessage: false }) SendOwed(ref to, ref from);
        else if (from.Frames.StopAt == FrameBoundary.None) from.Frames.StopAt = FrameBoundary.Message;
    }

    /// <summary>Sends what the gateway has to say to <paramref name="to"/>, whose stream, made by <paramref name="from"/>, is at a boundary.</summary>
    private void SendOwed(ref End to, ref End from)
    {
        if (to.OwesClose)
        {
            SendClose(ref to);
            return;
        }
        if (to.OwesPing) SendPing(ref to, ref from);
        if (to.OwesReplies == 0) return;
        if (from.Frames.IsInMessage)
        {
            from.Frames.StopAt = FrameBoundary.Message;
            return;
        }
        if (to.Pending is null) SendReplies(ref to, ref from); // otherwise when it takes bytes again: who reads nothing must not make a queue of them
    }

    private void SendReplies(ref End to, ref End from)
    {
        ReadOnlySpan<byte> reply = _policy.HeartbeatReply;
        Span<byte> all = _worker.Loop.Scratch.AsSpan(0, reply.Length * to.OwesReplies); // 255 of 127 bytes at most
        for (int at = 0; at < all.Length; at += reply.Length) reply.CopyTo(all[at..]);
        to.OwesReplies = 0;
        if (!to.IsTold && !from.HasClosed) Write(ref to, all);
    }

    /// <summary>A control frame of the gateway's own; masked where the gateway plays the client (§5.3).</summary>
    private void SendControl(ref End to, FrameOpcode opcode, ReadOnlySpan<byte> payload)
    {
        bool isMasked = TagOf(ref to) == Upstream;
        uint key = isMasked ? (uint)Random.Shared.Next() : 0;
        Span<byte> frame = stackalloc byte[LargestOwnFrame];
        int length = new FrameHeader(opcode, IsFinal: true, Reserved: 0, payload.Length, isMasked, key).Write(frame);
        payload.CopyTo(frame[length..]);
        if (isMasked) FrameMask.Apply(frame.Slice(length, payload.Length), key);
        Write(ref to, frame[..(length + payload.Length)]);
    }

    private void SendPing(ref End to, ref End from)
    {
        to.OwesPing = false;
        if (to.IsTold || from.HasClosed || to.HasClosed) return;
        Span<byte> payload = stackalloc byte[PingLength];
        BinaryPrimitives.WriteUInt32BigEndian(payload, PingMark);
        BinaryPrimitives.WriteUInt32BigEndian(payload[4..], _pingNumber);
        to.Frames.WatchesPongs = true; // for good: an answer may come late
        to.PingSentAt = _worker.Loop.Now;
        _worker.TunnelCounters.PingCount++;
        SendControl(ref to, FrameOpcode.Ping, payload);
    }

    /// <summary>What came is no frame. The endpoints may know better: unless the configuration is strict, the tunnel goes on as plain bytes.</summary>
    private void Misframed(ref End from, ref End to, int tag, ReadOnlySpan<byte> rest, FrameError error)
    {
        _worker.TunnelCounters.FramingErrorCount++;
        string who = tag == Client ? "client" : "upstream";
        if (_reason != TunnelEnd.None)
        {
            SawEnd(ref from, 0); // closing: there will be no close frame to wait for
            return;
        }
        if (_policy.IsStrict)
        {
            Log(tag == Client ? LogLevel.Info : LogLevel.Error, $"{who} sent {error.LogText()}, websocket is closed with 1002");
            BeginClose(tag == Client ? TunnelEnd.ClientProtocolError : TunnelEnd.UpstreamProtocolError);
            from.HasClosed = true; // nor here
            return;
        }
        Log(tag == Client ? LogLevel.Info : LogLevel.Warn, $"{who} sent {error.LogText()}, websocket goes on as plain bytes");
        _isTracking = false;
        _endAt = Infinite;
        Forward(ref to, rest);
        if (to.HeldLength > 0)
        {
            Forward(ref from, to.Held.AsSpan(0, to.HeldLength));
            DropHeld(ref to);
        }
        if (to.IsPaused)
        {
            to.IsPaused = false;
            Requeue(ref to, 1 - tag); // what has come meanwhile brings no edge any more
        }
        Reschedule();
    }

    private void Pause(ref End from)
    {
        from.IsPaused = true;
        Reschedule();
    }

    private long PausedUntil => _budget.NextAt(_policy.MessageRate);

    private void Unpause()
    {
        _client.IsPaused = false;
        byte[] buffer = _worker.Loop.ReadBuffer;
        int held = _client.HeldLength;
        if (held > 0)
        {
            TakeHeld(ref _client, buffer);
            Follow(ref _client, ref _upstream, Client, buffer.AsSpan(0, held));
        }
        if (!_ended) Relay(ref _client, ref _upstream, Client);
    }
}
