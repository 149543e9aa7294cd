using System.Runtime.CompilerServices;
using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.IO.Timers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Upstreams;

/// <summary>The body of the response, from the upstream to the client, and how it ends.</summary>
public sealed partial class ProxyRun
{
    // While the client keeps up, everything that has come is read at once; while it does not, no more than this.
    private const int ReadSizeWhenBehind = 16 * 1024;

    private LoopDelay? _pause;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome> RelayAsync()
    {
        HttpResponse response = exchange.Response;
        bool isBuffered = IsBuffered();
        long rate = isBuffered && _model.LimitRate is { } limit ? limit.Evaluate(exchange) : 0;
        BeginBody();
        response.IsUnbuffered = !isBuffered;
        if (!isBuffered) exchange.LimitRate = 0; // as nginx: what is passed on at once is not held back
        int owed = Rest.Length;
        BodyState state = Deliver(Rest, isFirst: true);
        ReturnHeadBuffer();
        int share = response.ShareOfTurn;
        int window = isBuffered ? _model.BufferTotal : _model.BufferSize;
        while (state == BodyState.More)
        {
            if (rate > 0 && owed > 0 && !await PauseAsync(owed * 1000L / rate)) return EndEarly();
            owed = 0;
            if (share <= 0)
            {
                if (!await response.GiveWayAsync() || _clientGone) return EndEarly();
                share = response.ShareOfTurn;
            }
            if ((IsSpooling || response.Pending > window) && !await MakeRoomAsync(isBuffered, window)) return EndEarly();
            if (response.IsBroken) return EndEarly();
            int read = _connection!.Channel.Read(Worker.Loop.ReadBuffer.AsSpan(0, ReadSize(rate)));
            if (read > 0)
            {
                Attempt.BytesReceived += read;
                owed = read;
                share -= read;
                state = Deliver(Worker.Loop.ReadBuffer.AsSpan(0, read), isFirst: false);
                continue;
            }
            if (read != -Errno.EAGAIN) return await BodyEndedAsync(read);
            WaitResult wait = await _connection.Channel.WaitReadable(_model.ReadTimeout);
            if (wait == WaitResult.Aborted) return _clientGone ? EndEarly() : await TruncatedAsync(null);
            if (wait == WaitResult.TimedOut)
            {
                return await TruncatedAsync($"upstream timed out ({Errno.Describe(Errno.ETIMEDOUT)}) while reading upstream");
            }
        }
        return state switch
        {
            BodyState.Invalid => await TruncatedAsync("upstream sent invalid chunked response while reading upstream"),
            BodyState.Reported => await TruncatedAsync(null),
            _ => await DeliveredAsync(),
        };
    }

    private int ReadSize(long rate)
    {
        int size = IsSpooling ? _model.TempFileWriteSize : exchange.Response.Pending > 0 ? ReadSizeWhenBehind : Worker.Loop.ReadBuffer.Length;
        return rate > 0 ? (int)Math.Clamp(rate, 1, Math.Min(size, _model.BufferSize)) : size;
    }

    /// <summary><c>proxy_limit_rate</c>: the time that bytes read should have taken. False when the client has gone meanwhile.</summary>
    private async ValueTask<bool> PauseAsync(long milliseconds)
    {
        _pause ??= new LoopDelay(Worker.Loop);
        return await _pause.For(milliseconds) != WaitResult.Aborted;
    }

    /// <summary><c>proxy_buffering</c>, unless the upstream says otherwise for this response.</summary>
    private bool IsBuffered()
    {
        if (_model.ResponseHeaders.Ignores(IgnoredHeaders.XAccelBuffering)) return _model.BufferResponse;
        if (!exchange.Upstream.ResponseHeaders.TryGet(KnownHeader.XAccelBuffering, out ByteSlice value)) return _model.BufferResponse;
        if (AsciiText.EqualsIgnoreCase(value.Span, "no"u8)) return false;
        return AsciiText.EqualsIgnoreCase(value.Span, "yes"u8) || _model.BufferResponse;
    }

    private ValueTask<Outcome> BodyEndedAsync(int read)
    {
        if (read == 0 && _framing.Body == BodyFraming.UntilClose)
        {
            return Pass(default, isLast: true) ? DeliveredAsync() : TruncatedAsync(null);
        }
        string what = read == 0 ? "upstream prematurely closed connection" : $"recv() failed ({Errno.Describe(-read)})";
        return TruncatedAsync($"{what} while reading upstream");
    }

    /// <summary>The upstream has said everything; the client may still be taking it.</summary>
    private ValueTask<Outcome> DeliveredAsync()
    {
        Attempt.ResponseTime = Now - Attempt.StartedAt;
        if (_framing.KeepAlive && _framing.Body != BodyFraming.UntilClose && !_hasExtraData) KeepConnection();
        return IsSpooling ? ServeRestAsync() : new(Outcome.Finished);
    }

    private async ValueTask<Outcome> ServeRestAsync()
    {
        LeavePeer(Failure.None);
        await FinishSpoolAsync();
        return exchange.Response.IsBroken ? EndEarly() : Outcome.Finished;
    }

    /// <summary>The client is shown that the response is not whole: no last chunk, fewer bytes than announced.</summary>
    private async ValueTask<Outcome> TruncatedAsync(string? reason)
    {
        if (reason is not null) exchange.LogError(LogLevel.Error, reason);
        Attempt.ResponseTime = Now - Attempt.StartedAt;
        await FinishSpoolAsync();
        return EndEarly();
    }

    private Outcome EndEarly()
    {
        _isAbandoned = true;
        if (Attempt.ResponseTime < 0) Attempt.ResponseTime = Now - Attempt.StartedAt;
        exchange.Response.Truncate();
        exchange.KeepAlive = false;
        return Outcome.Finished;
    }

    /// <summary>Keeps the connection for another request, if the upstream may and the body went out whole.</summary>
    private void KeepConnection()
    {
        if (_connection is not { } connection || !_bodySent || connection.Channel.PendingOutput > 0 || connection.Channel.PeerClosed) return;
        UpstreamModel upstream = _target.Upstream!;
        if (upstream.KeepAlive == 0 || Worker.IsDraining || !ReferenceEquals(exchange.Model, Worker.Model)) return;
        if (connection.Requests >= upstream.KeepAliveRequests || Now - connection.StartedAt > upstream.KeepAliveTime) return;
        _connection = null;
        Attempt.BytesSent = connection.Channel.BytesSent - _sentBefore;
        _state.Keep(connection);
    }
}
