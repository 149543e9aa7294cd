using System.Runtime.CompilerServices;
using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Upstreams;

/// <summary>The body of the response, from the upstream to the client at the client's pace.</summary>
public sealed partial class ProxyRun
{
    // While the client keeps up, everything that has come is read at once; while it does not, no more than this.
    private const int ReadSizeWhenBehind = 16 * 1024;

    private ChunkedDecoder _decoder;
    private long _remaining;

    private enum BodyState : byte
    {
        More,
        Complete,
        Invalid,
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome> RelayAsync()
    {
        HttpResponse response = exchange.Response;
        _decoder = new ChunkedDecoder(keepTrailers: false);
        _remaining = _framing.ContentLength;
        bool isBuffered = IsBuffered();
        response.IsUnbuffered = !isBuffered;
        BodyState state = Deliver(Rest, isFirst: true);
        ReturnHeadBuffer();
        int window = isBuffered ? _model.BufferTotal : _model.BufferSize;
        while (state == BodyState.More)
        {
            if (response.Pending > window && !await response.DrainAsync(window / 2)) return ClientLost();
            if (response.IsBroken) return ClientLost();
            int size = response.Pending > 0 ? ReadSizeWhenBehind : Worker.Loop.ReadBuffer.Length;
            int read = _connection!.Channel.Read(Worker.Loop.ReadBuffer.AsSpan(0, size));
            if (read > 0)
            {
                Attempt.BytesReceived += read;
                state = Deliver(Worker.Loop.ReadBuffer.AsSpan(0, read), isFirst: false);
                continue;
            }
            if (read != -Errno.EAGAIN) return BodyEnded(read);
            WaitResult wait = await _connection.Channel.WaitReadable(_model.ReadTimeout);
            if (wait == WaitResult.Aborted) return _clientGone ? ClientLost() : Truncated(null);
            if (wait == WaitResult.TimedOut)
            {
                return Truncated($"upstream timed out ({Errno.Describe(Errno.ETIMEDOUT)}) while reading upstream");
            }
        }
        if (state == BodyState.Invalid) return Truncated("upstream sent invalid chunked response while reading upstream");
        return Delivered();
    }

    /// <summary><c>proxy_buffering</c>, unless the upstream says otherwise for this response.</summary>
    private bool IsBuffered()
    {
        if (_model.ResponseHeaders.Ignores(IgnoredHeaders.XAccelBuffering)) return _model.BufferResponse;
        if (!exchange.Upstream.ResponseHeaders.TryGet(KnownHeader.XAccelBuffering, out ByteSlice value)) return _model.BufferResponse;
        if (AsciiText.EqualsIgnoreCase(value.Span, "no"u8)) return false;
        return AsciiText.EqualsIgnoreCase(value.Span, "yes"u8) || _model.BufferResponse;
    }

    /// <summary>Passes on what of <paramref name="bytes"/> belongs to the body; the head leaves with the first part.</summary>
    private BodyState Deliver(Span<byte> bytes, bool isFirst)
    {
        BodyState state = TakeBody(bytes, out int payload, out int extra);
        if (extra > 0)
        {
            exchange.LogError(LogLevel.Warn, "upstream sent more data than specified in \"Content-Length\" header while reading upstream");
            _hasExtraData = true;
        }
        Attempt.ResponseLength += payload;
        bool isLast = state == BodyState.Complete;
        if (isFirst) exchange.Response.Start(bytes[..payload], isLast);
        else if (payload > 0 || isLast) exchange.Response.Write(bytes[..payload], isLast);
        return state;
    }

    private bool _hasExtraData;

    /// <summary>Finds the payload in <paramref name="bytes"/> and moves it to the front.</summary>
    private BodyState TakeBody(Span<byte> bytes, out int payload, out int extra)
    {
        payload = extra = 0;
        switch (_framing.Body)
        {
            case BodyFraming.None:
                extra = bytes.Length;
                return BodyState.Complete;
            case BodyFraming.Sized:
                payload = (int)Math.Min(bytes.Length, _remaining);
                extra = bytes.Length - payload;
                _remaining -= payload;
                return _remaining == 0 ? BodyState.Complete : BodyState.More;
            case BodyFraming.Chunked:
                return Unchunk(bytes, out payload, out extra);
            default:
                payload = bytes.Length;
                return BodyState.More;
        }
    }

    private BodyState Unchunk(Span<byte> bytes, out int payload, out int extra)
    {
        payload = extra = 0;
        for (int position = 0; position < bytes.Length;)
        {
            ChunkStatus status = _decoder.Decode(bytes[position..], out ByteRange piece, out int consumed);
            if (status == ChunkStatus.Data)
            {
                bytes.Slice(position + piece.Start, piece.Length).CopyTo(bytes[payload..]);
                payload += piece.Length;
            }
            position += consumed;
            if (status == ChunkStatus.Error) return BodyState.Invalid;
            if (status != ChunkStatus.Complete && !_decoder.IsComplete) continue;
            extra = bytes.Length - position;
            return BodyState.Complete;
        }
        return BodyState.More;
    }

    private Outcome BodyEnded(int read)
    {
        if (read == 0 && _framing.Body == BodyFraming.UntilClose)
        {
            exchange.Response.Write(default, isLast: true);
            return Delivered();
        }
        string what = read == 0 ? "upstream prematurely closed connection" : $"recv() failed ({Errno.Describe(-read)})";
        return Truncated($"{what} while reading upstream");
    }

    private Outcome Delivered()
    {
        Attempt.ResponseTime = Now - Attempt.StartedAt;
        if (_framing.KeepAlive && _framing.Body != BodyFraming.UntilClose && !_hasExtraData) KeepConnection();
        return Outcome.Finished;
    }

    /// <summary>The client is shown that the response is not whole: no last chunk, fewer bytes than announced.</summary>
    private Outcome Truncated(string? reason)
    {
        if (reason is not null) exchange.LogError(LogLevel.Error, reason);
        Attempt.ResponseTime = Now - Attempt.StartedAt;
        exchange.Response.Truncate();
        exchange.KeepAlive = false;
        return Outcome.Finished;
    }

    private Outcome ClientLost()
    {
        Attempt.ResponseTime = Now - Attempt.StartedAt;
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
