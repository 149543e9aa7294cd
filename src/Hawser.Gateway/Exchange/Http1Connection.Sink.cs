using Hawser.Gateway.Phases;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Exchange;

/// <summary>Step 7: the answer in HTTP/1 framing.</summary>
public sealed partial class Http1Connection : IResponseSink
{
    private long _sentBefore;
    private bool _chunked;
    private bool _truncated;
    private bool _sinkBroken;
    private bool _waitForSocket;

    /// <summary>Bytes sent to the client for this exchange so far.</summary>
    public long BytesSent => _channel.BytesSent + _channel.PendingOutput - _sentBefore;

    int IResponseSink.Pending => _channel.PendingOutput;

    bool IResponseSink.IsBroken => _sinkBroken;

    /// <summary>Bytes of heads sent for this exchange: what <c>$body_bytes_sent</c> leaves out.</summary>
    public long HeadBytesSent { get; private set; }

    private long SendTimeout => _exchange!.Location.Core.SendTimeout;

    private void BeginSink()
    {
        _sentBefore = _channel.BytesSent;
        HeadBytesSent = 0;
        _chunked = _truncated = _waitForSocket = false;
    }

    void IResponseSink.Start(HttpExchange exchange, ReadOnlySpan<byte> body, bool isLast)
    {
        if (exchange.Version == 9)
        {
            exchange.KeepAlive = false; // HTTP/0.9: the body is the answer
            Send(body);
            return;
        }
        if (_worker.IsDraining || _listener.IsClosed || _isEnding) exchange.KeepAlive = false;
        Framing framing = DecideFraming(exchange);
        if (framing != Framing.Upgrade) _channel.Pacer = exchange.Location.RateLimit.Pace(exchange, _sentBefore);
        exchange.Response.IsChunked = _chunked = framing == Framing.Chunked;
        ReadOnlySpan<byte> head = Http1HeadWriter.Write(exchange, framing, _worker.Loop, out byte[]? rented);
        HeadBytesSent += head.Length;
        bool hasTrailers = isLast && CollectTrailers();
        SendWithHead(head, body, isLast && !hasTrailers);
        if (hasTrailers) SendTrailers();
        if (rented is not null) _worker.Loop.Buffers.Return(rented);
    }

    void IResponseSink.SendInterim(HttpExchange exchange, ResponseHead head)
    {
        if (exchange.Version < 11) return;
        ReadOnlySpan<byte> bytes = Http1HeadWriter.WriteInterim(head, _worker.Loop);
        HeadBytesSent += bytes.Length;
        Send(bytes);
    }

    /// <summary>The client has gone before its request was whole: whatever is answered now is not sent.</summary>
    internal void GiveUpAnswering() => _sinkBroken = true;

    /// <summary>Tells a client that waits (<c>Expect: 100-continue</c>) to send the body.</summary>
    internal void SendContinue() => Send("HTTP/1.1 100 Continue\r\n\r\n"u8);

    void IResponseSink.Write(ReadOnlySpan<byte> body, bool isLast)
    {
        if (_chunked)
        {
            bool hasTrailers = isLast && CollectTrailers();
            SendChunk(body, isLast && !hasTrailers);
            if (hasTrailers) SendTrailers();
        }
        else if (!body.IsEmpty) Send(body);
    }

    /// <summary>The end of the body is the time to evaluate <c>add_trailer</c>. True if there are trailers, which only chunks have room for.</summary>
    private bool CollectTrailers()
    {
        if (!_chunked) return false;
        ResponseFilters.AddTrailers(_exchange!);
        return _exchange!.Response.Head.Trailers.Count > 0;
    }

    // "0" CRLF, the fields, CRLF (RFC 9112 §7.1.2)
    private void SendTrailers()
    {
        HeaderList trailers = _exchange!.Response.Head.Trailers;
        int length = 5;
        foreach (ref readonly Header field in trailers.Fields) length += field.Name.Length + field.Value.Length + 4;
        byte[] room = _worker.Loop.Buffers.Rent(length);
        var writer = new Span<byte>(room);
        int at = Copy("0\r\n"u8, writer);
        foreach (ref readonly Header field in trailers.Fields)
        {
            at += Copy(field.Name.Span, writer[at..]);
            at += Copy(": "u8, writer[at..]);
            at += Copy(field.Value.Span, writer[at..]);
            at += Copy("\r\n"u8, writer[at..]);
        }
        at += Copy("\r\n"u8, writer[at..]);
        Send(writer[..at]);
        _worker.Loop.Buffers.Return(room);
    }

    int IResponseSink.WriteFile(int file, ref long offset, int count)
    {
        if (_chunked) return -1;
        int sent = _channel.SendFile(file, ref offset, count, out bool unsupported);
        if (unsupported) return -1;
        if (_channel.WriteError != 0) _sinkBroken = true;
        _waitForSocket = sent < count;
        return sent;
    }

    public async ValueTask<bool> DrainAsync(int bytes)
    {
        if (_sinkBroken) return false;
        while (_channel.PendingOutput > bytes || _waitForSocket)
        {
            WaitResult wait = _waitForSocket ? await _channel.WaitWritable(SendTimeout) : await _channel.WaitDrained(bytes);
            if (_waitForSocket && wait == WaitResult.TimedOut)
            {
                LogSendTimeout();
                _channel.FailWrite(Errno.ETIMEDOUT);
            }
            _waitForSocket = false;
            if (_channel.WriteError != 0 || wait == WaitResult.Aborted) break;
        }
        if (_channel.WriteError == 0 && !_isEnding) return true;
        _sinkBroken = true;
        return false;
    }

    void IResponseSink.Truncate() => _truncated = true;

    // Head, first body part and chunk framing leave in one segment wherever they fit into the scratch buffer behind the head.
    private void SendWithHead(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool isLast)
    {
        byte[] scratch = _worker.Loop.Scratch;
        int framing = _chunked ? ChunkedEncoder.MaxSizeLineLength + 16 : 0;
        bool inScratch = !head.IsEmpty && head.Overlaps(scratch);
        if (!inScratch || head.Length + body.Length + framing > scratch.Length)
        {
            Send(head);
            ((IResponseSink)this).Write(body, isLast);
            return;
        }
        int length = head.Length;
        length += _chunked ? WriteChunk(scratch.AsSpan(length), body, isLast) : Copy(body, scratch.AsSpan(length));
        Send(scratch.AsSpan(0, length));
    }

    private void SendChunk(ReadOnlySpan<byte> body, bool isLast)
    {
        byte[] scratch = _worker.Loop.Scratch;
        if (body.Length + ChunkedEncoder.MaxSizeLineLength + 16 <= scratch.Length)
        {
            int length = WriteChunk(scratch, body, isLast);
            if (length > 0) Send(scratch.AsSpan(0, length));
            return;
        }
        Send(scratch.AsSpan(0, ChunkedEncoder.WriteSizeLine(scratch, body.Length)));
        Send(body);
        Send(isLast ? "\r\n0\r\n\r\n"u8 : "\r\n"u8);
    }

    private static int WriteChunk(Span<byte> destination, ReadOnlySpan<byte> body, bool isLast)
    {
        int length = 0;
        if (!body.IsEmpty)
        {
            length = ChunkedEncoder.WriteSizeLine(destination, body.Length);
            body.CopyTo(destination[length..]);
            length += body.Length;
            ChunkedEncoder.ChunkEnd.CopyTo(destination[length..]);
            length += ChunkedEncoder.ChunkEnd.Length;
        }
        if (isLast) length += Copy(ChunkedEncoder.LastChunk, destination[length..]);
        return length;
    }

    private static int Copy(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        source.CopyTo(destination);
        return source.Length;
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        if (_sinkBroken || bytes.IsEmpty) return;
        if (!_channel.Send(bytes, SendTimeout)) _sinkBroken = true;
    }

    /// <summary>How the client will know where the body ends. Where only the end of the connection can tell, it is not kept alive.</summary>
    private static Framing DecideFraming(HttpExchange exchange)
    {
        ResponseHead head = exchange.Response.Head;
        if (head.Status == 101) return Framing.Upgrade;
        if (head.Status is 204 or 304 || head.ContentLength >= 0) return Framing.Length;
        if (exchange.Method == RequestMethod.Head) return Framing.None;
        if (exchange.Version >= 11 && exchange.Location.Core.ChunkedTransferEncoding) return Framing.Chunked;
        exchange.KeepAlive = false;
        return Framing.Close;
    }
}

/// <summary>How the end of an answer's body is told.</summary>
public enum Framing : byte
{
    /// <summary>There is no body and no field about it.</summary>
    None,

    /// <summary>Content-Length, or a status that has no body.</summary>
    Length,

    Chunked,

    /// <summary>By closing the connection.</summary>
    Close,

    /// <summary>101: what follows is another protocol.</summary>
    Upgrade,
}
