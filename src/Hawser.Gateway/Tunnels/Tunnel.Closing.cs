using Hawser.Protocols.WebSocket;

namespace Hawser.Gateway.Tunnels;

/// <summary>
/// How it ends. Of itself, as in nginx: the end of either side is the end of both, once what that side had sent has been delivered. Or because
/// the gateway wants it: then each side gets a close frame at the next frame boundary of its stream, and a little time to answer.
/// </summary>
public sealed partial class Tunnel
{
    // How long a frame in the middle may take to be finished before the connection is cut instead.
    private const long BoundaryTimeout = 5_000;

    private const long DefaultDrainTime = 10_000;

    // How long a peer may take to answer a close frame, so that closing does not reset the connection under the frame (RFC 6455 §7.1.1).
    private const long AnswerTimeout = 2_000;

    // How long the endpoints may take to end a connection over which one of them has sent a close frame.
    private const long HandshakeTimeout = 30_000;

    private long _endAt = Infinite;     // the planned end; once closing, the latest end
    private ushort _closeCode;
    private TunnelEnd _reason;
    private TunnelEnd _plannedEnd;
    private TunnelEnd _closer;

    /// <summary>Ends the tunnel at the next frame boundary, with a close frame to both sides; a plain one at once.</summary>
    public void Close(TunnelEnd reason) => BeginClose(reason);

    /// <summary>Ends the tunnel at some time within the next <paramref name="spread"/> milliseconds, as <see cref="Close"/> does.</summary>
    public void CloseWithin(long spread, TunnelEnd reason)
    {
        if (_ended || _isOffered || _reason != TunnelEnd.None) return;
        PlanEnd(reason, _worker.Loop.Now + Random.Shared.NextInt64(spread + 1));
        Reschedule();
    }

    /// <summary>A graceful stop. Plain tunnels have no moment that they could end in; there worker_shutdown_timeout decides, as in nginx.</summary>
    public override void BeginDrain()
    {
        if (_isTracking && _policy.DrainTime >= 0) CloseWithin(_policy.DrainTime, TunnelEnd.Drained);
    }

    /// <summary>
    /// An administrator wants it to end (<c>hawser drain</c>): within <c>websocket_drain</c>, or its usual 10 seconds. A plain tunnel has no
    /// moment for that and stays until one of its ends goes.
    /// </summary>
    public void Drain()
    {
        if (_isTracking) CloseWithin(_policy.DrainTime >= 0 ? _policy.DrainTime : DefaultDrainTime, TunnelEnd.Drained);
    }

    /// <summary>It begins while its process or its server is drained: it ends as those do that were there before.</summary>
    internal void JoinDrain()
    {
        if (_worker.IsDraining && !_worker.KeepsTunnels) BeginDrain();
        if (_peer.IsDraining) Drain();
    }

    public override void EndSoon() => BeginClose(_worker.KeepsTunnels ? TunnelEnd.Restarted : TunnelEnd.ShutdownTimeout);

    /// <summary>A close frame where one can be sent at once, and the end.</summary>
    public override void EndNow()
    {
        if (_ended) return;
        BeginClose(TunnelEnd.Stopped);
        if (!_isOffered) Finish();
    }

    private void PlanEnd(TunnelEnd reason, long at)
    {
        if (at >= _endAt) return;
        _endAt = at;
        _plannedEnd = reason;
    }

    private void BeginClose(TunnelEnd reason)
    {
        if (_ended || _reason != TunnelEnd.None) return;
        if (_isOffered)
        {
            _endWhenBack = reason;
            return;
        }
        _reason = reason;
        if (!_isTracking)
        {
            Finish();
            return;
        }
        // The one that is not there any more is not waited for.
        if (reason is TunnelEnd.ClientUnresponsive or TunnelEnd.ClientStalled) Abandon(ref _client);
        if (reason is TunnelEnd.UpstreamUnresponsive or TunnelEnd.UpstreamStalled) Abandon(ref _upstream);
        if (_closeCode == 0) _closeCode = reason.CloseCode();
        _endAt = _worker.Loop.Now + BoundaryTimeout;
        LiftRate();
        Tell(ref _client, ref _upstream);
        Tell(ref _upstream, ref _client);
        Reschedule();
        Settle();
    }

    /// <summary>The client's answer to a close frame is behind what it has sent faster than it may, in its socket or held here.</summary>
    private void LiftRate()
    {
        _client.Frames.Budget = -1;
        if (_client.IsPaused) Requeue(ref _client, Client); // not from here: this may be in the middle of the other side's bytes
    }

    private void Abandon(ref End end)
    {
        end.IsGone = end.IsEof = true;
        DropPending(ref end);
    }

    /// <summary>Sends a close frame to <paramref name="to"/> now, or at the boundary that the stream of <paramref name="from"/> comes to.</summary>
    private void Tell(ref End to, ref End from)
    {
        if (to.IsGone || to.IsTold || from.HasClosed) return; // it has had one of the other side
        if (from.Frames.IsAtBoundary) SendClose(ref to);
        else if (!from.IsEof)
        {
            to.OwesClose = true;
            from.Frames.StopAt = FrameBoundary.Frame;
        }
    }

    private void SendClose(ref End to)
    {
        to.OwesClose = to.OwesPing = false;
        to.OwesReplies = 0;
        Span<byte> payload = stackalloc byte[FrameHeader.MaxControlPayload];
        ushort code = _reason.CloseCode();
        // The endpoints' own closing was not finished in time: the gateway answers for the one that did not.
        if (code == 0) code = ClosePayload.MayBeSent(_closeCode) ? _closeCode : ClosePayload.Normal;
        int length = ClosePayload.Write(payload, code, _reason.CloseReason());
        SendControl(ref to, FrameOpcode.Close, payload[..length]);
        to.IsTold = true;
        if (!_client.OwesClose && !_upstream.OwesClose) _endAt = _worker.Loop.Now + AnswerTimeout;
    }

    /// <summary>Looks whether something has come to its end: to be called after every change.</summary>
    private void Settle()
    {
        if (_ended) return;
        if (_reason == TunnelEnd.None)
        {
            if (_upstream.IsEof && _client.Pending is null) Bereave(ref _upstream, ref _client);
            else if (_client.IsEof && _upstream.Pending is null) Bereave(ref _client, ref _upstream);
            if (_ended || _reason == TunnelEnd.None) return;
        }
        if (IsDone(ref _client, ref _upstream) && IsDone(ref _upstream, ref _client)) Finish();
    }

    /// <summary>Nothing more can be expected of this side. Where that is because all is said, its stream is ended.</summary>
    private static bool IsDone(ref End end, ref End other)
    {
        if (end.IsEof || end.IsGone) return true;
        if (end.Pending is not null) return false;
        if (end.OwesClose) return other.IsEof; // the frame in the middle of which it is will not be finished: cut
        if (!end.HasClosed) return false;
        Shut(ref end);
        return true;
    }

    private static void Shut(ref End end)
    {
        if (end.IsShut || end.IsGone) return;
        end.IsShut = true;
        end.Transport.ShutdownWrite();
    }

    /// <summary>One side has ended and what it had sent is delivered: the other one ends too.</summary>
    private void Bereave(ref End gone, ref End left)
    {
        bool isClient = TagOf(ref gone) == Client;
        _reason = _closer != TunnelEnd.None ? _closer
            : _isTracking || gone.IsReset ? isClient ? TunnelEnd.ClientVanished : TunnelEnd.UpstreamVanished
            : isClient ? TunnelEnd.ClientClosed : TunnelEnd.UpstreamClosed;
        bool isMidFrame = !gone.Frames.IsAtBoundary || gone.HeldLength > 0;
        if (gone.HeldLength > 0)
        {
            Forward(ref left, gone.Held.AsSpan(0, gone.HeldLength));
            DropHeld(ref gone);
        }
        gone.IsGone = true;
        DropPending(ref gone);
        if (!_isTracking || left.IsGone || left.IsEof)
        {
            Finish();
            return;
        }
        if (_closer == TunnelEnd.None)
        {
            _closeCode = ClosePayload.Abnormal;
            if (!isMidFrame) SendClose(ref left);
        }
        // A reset client has left nobody in a hurry; otherwise the other side gets the time to read what was sent.
        if (left.HasClosed || isClient && gone.IsReset)
        {
            Finish();
            return;
        }
        if (left.Pending is null) Shut(ref left);
        LiftRate();
        _endAt = _worker.Loop.Now + AnswerTimeout;
        Reschedule();
    }

    private void Finish()
    {
        if (_ended) return;
        _ended = true;
        _worker.Loop.Timers.Remove(this);
        _worker.TunnelCounters.Ended(_reason);
        if (_closeCode == 0 && _policy.IsTracked) _closeCode = ClosePayload.Abnormal;
        TunnelSummary summary = Summary;
        Release(ref _client);
        Release(ref _upstream);
        _peer.Leave();
        _leases?.Release();
        _record?.Write(_worker, Model, Logging.LogMoment.Close, summary);
        _worker.Forget(this);
    }

    private void Release(ref End end)
    {
        DropPending(ref end);
        DropHeld(ref end);
        _worker.Loop.Unregister(end.Transport.Registration);
        end.Transport.Close();
    }
}
