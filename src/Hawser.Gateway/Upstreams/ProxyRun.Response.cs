using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Phases;
using Hawser.Gateway.Tunnels;
using Hawser.IO.Buffers;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Upstreams;

/// <summary>Reading the response head, and deciding what becomes of the response.</summary>
public sealed partial class ProxyRun
{
    private ResponseHeadParser? _head; // while a head is being read
    private ResponseFraming _framing;
    private byte[]? _headBuffer;     // a head that came in pieces, or bytes behind a head that must wait
    private int _bufferedStart;
    private int _bufferedEnd;
    private bool _requestIsHead;
    private int _uploadStatus;

    /// <summary>Reads what has come of the response heads. False when the final one is still to come: wait until the channel is readable.</summary>
    private bool ReadHead(out Failure failure)
    {
        Channel channel = _connection!.Channel;
        // What comes behind the head has come without regard to a limit, so it should not be much.
        int room = _model.LimitRate is null ? Worker.Loop.ReadBuffer.Length : Math.Min(_model.BufferSize, Worker.Loop.ReadBuffer.Length);
        while (true)
        {
            int read = channel.Read(Worker.Loop.ReadBuffer.AsSpan(0, room));
            if (read > 0)
            {
                Attempt.BytesReceived += read;
                if (TakeHeadBytes(read, out failure)) return true;
                continue;
            }
            failure = Failure.None;
            if (read != -Errno.EAGAIN) failure = HeadEnded(read);
            else if (channel.WriteError == Errno.ETIMEDOUT) failure = TimedOut("sending request to upstream");
            return failure != Failure.None;
        }
    }

    private void ReturnHeadParser()
    {
        if (_head is { } parser) Worker.Return(parser);
        _head = null;
    }

    private Failure TimedOut(string doing)
    {
        exchange.LogError(LogLevel.Error, $"upstream timed out ({Errno.Describe(Errno.ETIMEDOUT)}) while {doing}");
        return Failure.Timeout;
    }

    private Failure HeadEnded(int read)
    {
        string what = read == 0 ? "upstream prematurely closed connection" : $"recv() failed ({Errno.Describe(-read)})";
        exchange.LogError(LogLevel.Error, $"{what} while reading response header from upstream");
        return Failure.Error;
    }

    /// <summary>Parses what was read. False when more is needed.</summary>
    private bool TakeHeadBytes(int read, out Failure failure)
    {
        ResponseHeadParser parser = _head ??= Worker.RentResponseParser();
        ReadOnlySpan<byte> message;
        if (_headBuffer is null) message = Worker.Loop.ReadBuffer.AsSpan(0, read);
        else
        {
            AppendHead(Worker.Loop.ReadBuffer.AsSpan(0, read));
            message = _headBuffer.AsSpan(_bufferedStart, _bufferedEnd - _bufferedStart);
        }
        while (true)
        {
            HeadStatus status = parser.Parse(message);
            failure = Failure.None;
            if (status == HeadStatus.NeedMore && message.Length < _model.BufferSize)
            {
                if (_headBuffer is null) AppendHead(message);
                return false;
            }
            ResponseRejection rejection = status == HeadStatus.Error ? parser.Error
                : status == HeadStatus.NeedMore || parser.Consumed > _model.BufferSize ? ResponseRejection.HeadTooBig
                : ResponseFraming.Decide(parser, message, _requestIsHead, out _framing);
            if (rejection != ResponseRejection.None)
            {
                failure = Reject(rejection);
                return true;
            }
            CopyHead(parser, message);
            message = message[parser.Consumed..];
            if (!parser.IsInterim)
            {
                KeepRest(message);
                return true;
            }
            PassEarlyHints(parser.Consumed);
            parser.Reset();
            if (_headBuffer is not null) _bufferedStart = _bufferedEnd - message.Length;
            if (message.IsEmpty) return false;
        }
    }

    private Failure Reject(ResponseRejection rejection)
    {
        exchange.LogError(LogLevel.Error, $"{rejection.LogText()} while reading response header from upstream");
        return Failure.InvalidHeader;
    }

    private void CopyHead(ResponseHeadParser parser, ReadOnlySpan<byte> message)
    {
        HeaderList fields = exchange.Upstream.ResponseHeaders;
        fields.Clear();
        if (Attempt.Status == 0 || !parser.IsInterim) Attempt.Status = parser.StatusCode;
        Attempt.HeaderTime = Now - Attempt.StartedAt;
        ByteSlice head = exchange.Arena.Copy(message[..parser.Consumed]);
        _statusText = Of(head, parser.StatusText);
        _statusCode = parser.StatusCode;
        _isHeadless = parser.IsHttp09;
        if (_isHeadless) exchange.LogError(LogLevel.Error, "upstream sent no valid HTTP/1.0 header while reading response header from upstream");
        foreach (ref readonly HeaderField field in parser.Headers)
        {
            if (IsSingle(field.Known) && fields.Contains(field.Known))
            {
                exchange.LogError(LogLevel.Warn, $"upstream sent duplicate header line: \"{Of(head, field.Name)}: {Of(head, field.Value)}\", ignored");
                continue;
            }
            fields.Add(Of(head, field.Name), Of(head, field.Value), field.Known);
        }
    }

    private static readonly ByteSlice s_get = ByteSlice.FromLatin1("GET");

    private ByteSlice _statusText;
    private int _statusCode;
    private bool _isHeadless;

    /// <summary>Of these fields nginx takes the first and forgets the others.</summary>
    private static bool IsSingle(KnownHeader known) => known is KnownHeader.Status or KnownHeader.ContentType or KnownHeader.Date
        or KnownHeader.LastModified or KnownHeader.ETag or KnownHeader.Server or KnownHeader.Location or KnownHeader.Refresh
        or KnownHeader.Expires or KnownHeader.XAccelExpires or KnownHeader.XAccelRedirect or KnownHeader.XAccelLimitRate;

    private static ByteSlice Of(ByteSlice head, ByteRange range) => range.Length == 0 ? default : head.Slice(range.Start, range.Length);

    private void AppendHead(ReadOnlySpan<byte> bytes)
    {
        BufferPool pool = Worker.Loop.Buffers;
        int kept = _bufferedEnd - _bufferedStart;
        if (_headBuffer is null || _headBuffer.Length - _bufferedEnd < bytes.Length)
        {
            byte[] larger = pool.Rent(kept + bytes.Length);
            _headBuffer?.AsSpan(_bufferedStart, kept).CopyTo(larger);
            if (_headBuffer is not null) pool.Return(_headBuffer);
            (_headBuffer, _bufferedStart, _bufferedEnd) = (larger, 0, kept);
        }
        bytes.CopyTo(_headBuffer.AsSpan(_bufferedEnd));
        _bufferedEnd += bytes.Length;
    }

    /// <summary>Body bytes behind the head stay where they are: in the read buffer until the next await, or in the head's own buffer.</summary>
    private void KeepRest(ReadOnlySpan<byte> rest)
    {
        if (_headBuffer is not null)
        {
            _bufferedStart = _bufferedEnd - rest.Length;
            _restInReadBuffer = default;
            return;
        }
        int start = rest.IsEmpty ? 0 : (int)System.Runtime.CompilerServices.Unsafe.ByteOffset(
            ref Worker.Loop.ReadBuffer[0], ref System.Runtime.InteropServices.MemoryMarshal.GetReference(rest));
        _restInReadBuffer = new ByteRange(start, rest.Length);
    }

    private ByteRange _restInReadBuffer;

    /// <summary>What came behind the head. Writable: chunk framing is taken out in place.</summary>
    private Span<byte> Rest => _headBuffer is not null
        ? _headBuffer.AsSpan(_bufferedStart, _bufferedEnd - _bufferedStart)
        : Worker.Loop.ReadBuffer.AsSpan(_restInReadBuffer.Start, _restInReadBuffer.Length);

    private void ReturnHeadBuffer()
    {
        if (_headBuffer is not null) Worker.Loop.Buffers.Return(_headBuffer);
        _headBuffer = null;
        _bufferedStart = _bufferedEnd = 0;
        _restInReadBuffer = default;
    }

    /// <summary>Decides what becomes of a response whose head is complete. Runs without an await up to the first write: <see cref="Rest"/> is still there.</summary>
    private ValueTask<Outcome> AnswerAsync()
    {
        exchange.Upstream.ResponseTrailers.Clear();
        if (_statusCode == 101 && ClientAskedForUpgrade()) return new ValueTask<Outcome>(StartTunnel());
        if (_isHandshake) Worker.TunnelCounters.RefusedHandshake(_statusCode);
        AccelLimitRate();
        if (_model.InterceptErrors && _statusCode >= 300 && exchange.Location.ErrorPages.Find(_statusCode) is not null)
        {
            return new ValueTask<Outcome>(Intercept());
        }
        if (AccelRedirect() is { } redirect) return new ValueTask<Outcome>(redirect);
        FillHead();
        if (exchange.Response.Head.AllowRanges && PrepareRange() is not 0 and var refusal)
        {
            FinishAttempt();
            return new ValueTask<Outcome>(Outcome.Status(refusal));
        }
        return RelayAsync();
    }

    /// <summary>proxy_force_ranges: one range can be cut out of a body that passes by; of several, the client gets all.</summary>
    private int PrepareRange()
    {
        ResponseHead head = exchange.Response.Head;
        int refusal = RangePlan.Prepare(exchange);
        if (head.Ranges is { Count: > 1 }) head.Ranges = null;
        return refusal;
    }

    // A subrequest has the client's fields, and no connection to switch.
    private bool ClientAskedForUpgrade() => _isHandshake || !exchange.IsSubrequest && exchange.RequestHeaders.Contains(KnownHeader.Upgrade);

    private void FillHead()
    {
        ResponseHead head = exchange.Response.Head;
        // The rest of a body that was being streamed belongs to nobody now: the connection cannot carry another request.
        if (_streamedBody && !exchange.Body.IsComplete) exchange.KeepAlive = false;
        head.Status = _statusCode;
        head.StatusLine = _statusText;
        head.ContentLength = _framing.ContentLength >= 0 ? _framing.ContentLength : ResponseHead.UnknownLength;
        if (_isHeadless)
        {
            // nginx's way with an answer that is no HTTP/1: its bytes are the answer, and the status is nobody's.
            exchange.Version = 9;
            head.Status = 0;
        }
        _model.ResponseHeaders.Copy(exchange, exchange.Upstream.ResponseHeaders, head);
        head.AllowRanges = _model.ForceRanges;
    }

    /// <summary><c>X-Accel-Limit-Rate</c>: how fast the client may be served, bytes per second.</summary>
    private void AccelLimitRate()
    {
        if (_model.ResponseHeaders.Ignores(IgnoredHeaders.XAccelLimitRate)) return;
        if (!exchange.Upstream.ResponseHeaders.TryGet(KnownHeader.XAccelLimitRate, out ByteSlice value)) return;
        if (AsciiText.TryParseInt64(value.Span, out long rate)) exchange.LimitRate = rate;
    }

    /// <summary><c>X-Accel-Redirect</c>: the upstream names another location to answer.</summary>
    private Outcome? AccelRedirect()
    {
        if (_model.ResponseHeaders.Ignores(IgnoredHeaders.XAccelRedirect)) return null;
        if (!exchange.Upstream.ResponseHeaders.TryGet(KnownHeader.XAccelRedirect, out ByteSlice uri)) return null;
        Outcome outcome = InternalRedirect.ToAccelTarget(exchange, uri);
        if (outcome.Kind == OutcomeKind.Redirect) KeepAccelHeaders();
        FinishAttempt();
        return outcome;
    }

    /// <summary>The few fields that an X-Accel-Redirect carries over to the answer of the other location.</summary>
    private void KeepAccelHeaders()
    {
        ResponseHead head = exchange.Response.Head;
        foreach (ref readonly Header field in exchange.Upstream.ResponseHeaders.Fields)
        {
            switch (field.Known)
            {
                case KnownHeader.ContentType:
                    head.ContentType = field.Value;
                    break;
                case KnownHeader.SetCookie or KnownHeader.ContentDisposition or KnownHeader.CacheControl or KnownHeader.Expires or KnownHeader.AcceptRanges:
                    head.Headers.Add(field.Name, field.Value, field.Known);
                    break;
            }
        }
        if (exchange.Method == RequestMethod.Head) return;
        exchange.Method = RequestMethod.Get;
        exchange.MethodName = s_get;
    }

    private Outcome Intercept()
    {
        ResponseHead head = exchange.Response.Head;
        if (_statusCode == 401)
        {
            foreach (ref readonly Header field in exchange.Upstream.ResponseHeaders.Fields)
            {
                if (field.Known == KnownHeader.WwwAuthenticate) head.Headers.Add(field.Name, field.Value, field.Known);
            }
        }
        FinishAttempt();
        return Outcome.Status(_statusCode);
    }

    /// <summary>The attempt is over without its body having been wanted.</summary>
    private void FinishAttempt()
    {
        Attempt.ResponseTime = Now - Attempt.StartedAt;
        bool reusable = _framing.KeepAlive && _framing.Body == BodyFraming.None || _framing is { KeepAlive: true, Body: BodyFraming.Sized, ContentLength: 0 };
        if (reusable && Rest.IsEmpty) KeepConnection();
    }

    private Outcome StartTunnel()
    {
        FillHead();
        exchange.KeepAlive = false;
        return TunnelStarter.Start(exchange, this, Rest);
    }

    /// <summary>Gives the upstream connection to a tunnel; its server stays counted as busy until the tunnel ends.</summary>
    internal Transport TakeUpstream(out PeerState peer, out byte[]? pendingOutput)
    {
        UpstreamConnection connection = _connection!;
        _connection = null;
        peer = _peer!.State;
        _state.Left(_picks, _peer, succeeded: true, Attempt.HeaderTime, Attempt.HeaderTime, Worker.Loop.UnixMilliseconds);
        peer.Succeeded();
        _peer = null;
        Attempt.BytesSent = connection.Channel.BytesSent - _sentBefore;
        pendingOutput = connection.Channel.TakePendingOutput();
        Transport transport = connection.Channel.TakeTransport();
        Worker.Return(connection.Channel);
        return transport;
    }

    internal ProxyModel Model => _model;

    internal bool IsHandshake => _isHandshake;
}
