using Hawser.Gateway.Logging;
using Hawser.IO.Native;
using Hawser.Protocols.WebSocket;

namespace Hawser.Gateway.Tunnels;

/// <summary>
/// Deadlines. All are lazy: a byte stores a time, and the one timer of the tunnel looks at what was stored when it fires. Whether a peer is dead
/// and whether a tunnel is idle are two questions: an idle tunnel whose peers answer pings stays open unless the configuration bounds it.
/// </summary>
public sealed partial class Tunnel
{
    private long IdleTimeout => _isTracking ? _policy.IdleTimeout : _policy.IsTracked ? _policy.PlainIdleTimeout : _policy.IdleTimeout;

    // As in nginx, which does not wait for the upstream while more of it is there than the client takes: that wait is send_timeout's.
    private long IdleAt => _client.Pending is null ? _lastActivity + IdleTimeout : Infinite;

    private bool IsPinging => _isTracking && _policy.PingInterval > 0 && _reason == TunnelEnd.None && _closer == TunnelEnd.None;

    protected override void OnTimer()
    {
        if (_ended) return;
        long now = _worker.Loop.Now;
        if (_reason != TunnelEnd.None)
        {
            if (now >= _endAt) Finish(); // it was given its time
            else Reschedule();
            return;
        }
        if (FindEnd(now) is not TunnelEnd.None and var end)
        {
            LogTimeout(end);
            BeginClose(end);
            return;
        }
        _record?.Tick(_worker, Model, now - _startedAt, Summary);
        if (_client.IsPaused && now >= PausedUntil) Unpause();
        if (IsPinging)
        {
            AskIfAlive(ref _client, ref _upstream, now);
            AskIfAlive(ref _upstream, ref _client, now);
        }
        if (!_ended) Reschedule();
    }

    private TunnelEnd FindEnd(long now)
    {
        if (IsBlockedTooLong(in _upstream, _policy.UpstreamSendTimeout, now)) return TunnelEnd.UpstreamStalled;
        if (IdleTimeout > 0 && now >= IdleAt) return TunnelEnd.Idle;
        if (IsBlockedTooLong(in _client, _policy.ClientSendTimeout, now)) return TunnelEnd.ClientStalled;
        if (IsPinging && IsDead(in _client, in _upstream, now)) return TunnelEnd.ClientUnresponsive;
        if (IsPinging && IsDead(in _upstream, in _client, now)) return TunnelEnd.UpstreamUnresponsive;
        return now >= _endAt ? _plannedEnd : TunnelEnd.None;
    }

    private static bool IsBlockedTooLong(in End end, long timeout, long now) => end.Pending is not null && now - end.BlockedSince >= timeout;

    // Any byte is a sign of life, not the pong alone. Who is sent more than it takes has a deadline of its own (send_timeout).
    private bool IsDead(in End end, in End other, long now) => IsAsked(in end, in other) && now - end.PingSentAt >= _policy.PingTimeout;

    private static bool IsAsked(in End end, in End other) => end.PingSentAt > end.LastRead && CanAnswer(in end, in other) && !end.IsEof;

    /// <summary>
    /// A ping would not only queue behind what the end does not take, and its answer would be read: nothing is read from it while the other end
    /// takes nothing, or while it is held to its rate. What it has sent meanwhile, pongs among it, is in the kernel, and says nothing against it.
    /// </summary>
    private static bool CanAnswer(in End end, in End other) => end.Pending is null && other.Pending is null && !end.IsPaused;

    private void AskIfAlive(ref End end, ref End other, long now)
    {
        if (_ended || now < NextQuestion(in end, in other) || IsAsked(in end, in other)) return;
        if (!CanAnswer(in end, in other))
        {
            end.PingSentAt = now; // ask again later
            end.LastRead = now;
            return;
        }
        end.OwesPing = true;
        if (other.Frames.IsAtBoundary) SendPing(ref end, ref other);
        else
        {
            other.Frames.StopAt = FrameBoundary.Frame;
            end.LastRead = now; // in the middle of a frame towards it, nothing can be asked; look again after another interval
        }
    }

    private long NextQuestion(in End end, in End other) =>
        IsAsked(in end, in other) ? end.PingSentAt + _policy.PingTimeout : Math.Max(end.LastRead, end.PingSentAt) + _policy.PingInterval;

    private void LogTimeout(TunnelEnd end)
    {
        string timedOut = $"timed out ({Errno.Describe(Errno.ETIMEDOUT)})";
        switch (end)
        {
            case TunnelEnd.Idle or TunnelEnd.UpstreamStalled:
                Log(LogLevel.Error, $"upstream {timedOut} while proxying upgraded connection");
                break;
            case TunnelEnd.ClientStalled:
                Log(LogLevel.Error, $"client {timedOut} while proxying upgraded connection");
                break;
            case TunnelEnd.ClientUnresponsive:
                Log(LogLevel.Info, $"client {timedOut}: no answer to a websocket ping");
                break;
            case TunnelEnd.UpstreamUnresponsive:
                Log(LogLevel.Error, $"upstream {timedOut}: no answer to a websocket ping");
                break;
        }
    }

    private void Reschedule()
    {
        long next = _endAt; // once it is closing, nothing else counts
        if (_reason == TunnelEnd.None)
        {
            if (_client.Pending is not null) next = Math.Min(next, _client.BlockedSince + _policy.ClientSendTimeout);
            if (_upstream.Pending is not null) next = Math.Min(next, _upstream.BlockedSince + _policy.UpstreamSendTimeout);
            if (IdleTimeout > 0) next = Math.Min(next, IdleAt);
            if (IsPinging) next = Math.Min(next, Math.Min(NextQuestion(in _client, in _upstream), NextQuestion(in _upstream, in _client)));
            if (_client.IsPaused) next = Math.Min(next, PausedUntil);
            if (_record is not null) next = Math.Min(next, _record.NextTick(_startedAt));
        }
        _worker.Loop.Timers.Schedule(this, next);
    }

    private void Log(LogLevel level, string message) => Model.ErrorLog.Write(level, message, _serial);
}
