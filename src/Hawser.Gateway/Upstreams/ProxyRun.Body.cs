using Hawser.Gateway.Logging;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Upstreams;

/// <summary>Finding the body in what the upstream sends, and the range of it that was asked for.</summary>
public sealed partial class ProxyRun
{
    private ChunkedDecoder _decoder;
    private long _remaining;
    private bool _hasExtraData;
    private long _position;   // in the body
    private long _rangeStart; // of the body, what the client gets
    private long _rangeEnd;

    private enum BodyState : byte
    {
        More,
        Complete,
        Invalid,

        /// <summary>Invalid, and the log says why.</summary>
        Reported,
    }

    private void BeginBody()
    {
        _decoder = new ChunkedDecoder(keepTrailers: _model.PassTrailers);
        _remaining = _framing.ContentLength;
        _position = _rangeStart = 0;
        _rangeEnd = long.MaxValue;
        if (exchange.Response.Head.Ranges is { } plan) (_rangeStart, _rangeEnd) = (plan.Ranges[0].Start, plan.Ranges[0].End);
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
        Span<byte> part = Cut(bytes[..payload]);
        bool isLast = state == BodyState.Complete || _position >= _rangeEnd;
        if (isLast && state == BodyState.More)
        {
            // Nobody wants the rest. The connection still has to deliver it, so it is of no use any more.
            _hasExtraData = true;
            state = BodyState.Complete;
        }
        // The length counts from between the head, which may show it and does not know it yet, and the trailers, which do.
        bool endsAtOnce = isLast && !exchange.Location.Headers.HasTrailers;
        if (isFirst) exchange.Response.Start(part, endsAtOnce);
        Attempt.ResponseLength += payload;
        if (isFirst) part = default;
        bool hasMore = isFirst ? isLast && !endsAtOnce : part.Length > 0 || isLast;
        return hasMore && !Pass(part, isLast) ? BodyState.Reported : state;
    }

    private bool Pass(ReadOnlySpan<byte> part, bool isLast)
    {
        if (IsSpooling) return TrySpool(part, isLast);
        exchange.Response.Write(part, isLast);
        return true;
    }

    /// <summary>What of a piece of the body lies in the range.</summary>
    private Span<byte> Cut(Span<byte> piece)
    {
        long start = Math.Clamp(_rangeStart - _position, 0, piece.Length);
        long end = Math.Clamp(_rangeEnd - _position, start, piece.Length);
        _position += piece.Length;
        return piece[(int)start..(int)end];
    }

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
                return _isInTrailers ? TakeTrailers(bytes, out extra) : Unchunk(bytes, out payload, out extra);
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
            if (_model.PassTrailers) return TakeTrailers(bytes[position..], out extra);
            extra = bytes.Length - position;
            return BodyState.Complete;
        }
        return BodyState.More;
    }
}
