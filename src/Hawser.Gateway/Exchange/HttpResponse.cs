using Hawser.Gateway.Filters;
using Hawser.Gateway.Phases;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Exchange;

/// <summary>Where an answer goes: HTTP/1 framing today, an HTTP/2 stream later.</summary>
public interface IResponseSink
{
    /// <summary>Sends the head together with the first part of the body. <paramref name="isLast"/>: there is nothing after it.</summary>
    void Start(HttpExchange exchange, ReadOnlySpan<byte> body, bool isLast);

    /// <summary>Sends an interim (1xx) head.</summary>
    void SendInterim(HttpExchange exchange, ResponseHead head);

    void Write(ReadOnlySpan<byte> body, bool isLast);

    /// <summary>Sends part of a file; how many bytes went now, -1 when the sink wants them through <see cref="Write"/>.</summary>
    int WriteFile(int file, ref long offset, int count);

    /// <summary>Bytes waiting for the client.</summary>
    int Pending { get; }

    /// <summary>Waits until at most <paramref name="bytes"/> wait for the client; false when it is gone or too slow.</summary>
    ValueTask<bool> DrainAsync(int bytes);

    /// <summary>The answer cannot be completed: make that visible (no last chunk, close instead of keep-alive).</summary>
    void Truncate();

    /// <summary>The client is gone.</summary>
    bool IsBroken { get; }
}

/// <summary>
/// The answer of an exchange as its maker sees it: fill <see cref="Head"/>, then <see cref="Start"/>, then <see cref="Write"/>. The header
/// filters run in <see cref="Start"/>; a body that must not be sent (HEAD, 304) is dropped here and nowhere else. Body filters, if the header
/// filters have chosen any, stand between <see cref="Write"/> and the sink.
/// </summary>
public sealed class HttpResponse(HttpExchange exchange)
{
    // How much may wait for the client while filters work.
    private const int FilterWindow = 32 * 1024;

    private IResponseSink _sink = null!;
    private BodyFilter? _filters;    // the first; nearly always there is none
    private BodyFilter? _lastFilter;
    private bool _isHeadOut;
    private bool _hasBodyFailed;

    public ResponseHead Head { get; } = new();

    /// <summary>The head is on its way: it is too late for an error page.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>The last byte has been handed over.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The body is not sent: a HEAD request, or a status that has none.</summary>
    public bool IsHeadOnly { get; private set; }

    /// <summary>Body bytes handed over, framing excluded (<c>$body_bytes_sent</c> counts what was sent, framing included).</summary>
    public long BodyLength { get; private set; }

    /// <summary>The body goes out chunked. The sink, which decides that, says so when it starts.</summary>
    public bool IsChunked { get; set; }

    /// <summary>The client is gone, or the body cannot be completed.</summary>
    public bool IsBroken => _sink.IsBroken || _hasBodyFailed;

    /// <summary>Bytes waiting for the client. Without a bound while a filter holds input back: what comes of that is not known yet.</summary>
    public int Pending => HoldsInput ? int.MaxValue : _sink.Pending;

    /// <summary>Each part is to reach the client at once, whatever a filter would rather wait for (<c>proxy_buffering off</c>).</summary>
    public bool IsUnbuffered { get; set; }

    /// <summary>Whether the client takes gzip, once something has asked (<see cref="CompressionModel"/>).</summary>
    internal bool? TakesGzip { get; set; }

    /// <summary>Bytes of the body before and after compression; zero without it (<c>$gzip_ratio</c>).</summary>
    internal (long From, long To) Compression { get; private set; }

    private bool HoldsInput => _filters is not null && _filters.HoldsInput;

    public void Attach(IResponseSink sink) => _sink = sink;

    /// <summary>Appends a step to those that the body passes through. For header filters.</summary>
    internal void AddFilter(BodyFilter filter)
    {
        filter.Attach(this);
        if (_lastFilter is null) _filters = filter;
        else _lastFilter.Next = filter;
        _lastFilter = filter;
    }

    /// <summary>The answer will be another one, or has no body.</summary>
    internal void DropFilters()
    {
        for (BodyFilter? filter = _filters; filter is not null;)
        {
            BodyFilter? next = filter.Next;
            filter.Release();
            filter = next;
        }
        _filters = _lastFilter = null;
    }

    /// <summary>A filter cannot go on: the answer ends here, visibly.</summary>
    internal void FailBody()
    {
        _hasBodyFailed = true;
        Truncate();
    }

    internal void NoteCompression(long from, long to) => Compression = (from, to);

    /// <summary>Runs the header filters and sends the head with what there is of the body.</summary>
    /// <param name="body">The first part of the body, or all of it.</param>
    /// <param name="isLast">The body ends with <paramref name="body"/>.</param>
    public void Start(ReadOnlySpan<byte> body, bool isLast)
    {
        IsStarted = true;
        ResponseFilters.Apply(exchange);
        IsHeadOnly = exchange.IsSubrequest || exchange.Method == Hawser.Protocols.Http1.RequestMethod.Head || Head.Status is 204 or 304 or (>= 100 and < 200);
        if (IsHeadOnly)
        {
            body = default;
            isLast = true;
            DropFilters();
        }
        BodyLength += body.Length;
        IsComplete = isLast;
        if (_filters is null)
        {
            _sink.Start(exchange, body, isLast);
            return;
        }
        _filters.Write(body, MarkFor(isLast));
        if (!_isHeadOut) Emit(default, BodyMark.More); // the filters wait for more; the client need not
    }

    /// <summary>Sends an answer that is whole: its length becomes Content-Length.</summary>
    public void SendWhole(ReadOnlySpan<byte> body)
    {
        Head.ContentLength = body.Length;
        Start(body, isLast: true);
    }

    public void SendInterim(ResponseHead head) => _sink.SendInterim(exchange, head);

    /// <summary>Sends a further part of the body. Ignored for answers without one.</summary>
    public void Write(ReadOnlySpan<byte> body, bool isLast)
    {
        if (IsComplete) return;
        BodyLength += body.Length;
        IsComplete = isLast;
        if (_filters is null) _sink.Write(body, isLast);
        else _filters.Write(body, MarkFor(isLast));
    }

    /// <summary>What has passed the filters goes to the sink, the head ahead of the first of it.</summary>
    internal void Emit(ReadOnlySpan<byte> part, BodyMark mark)
    {
        if (_isHeadOut)
        {
            if (!part.IsEmpty || mark == BodyMark.End) _sink.Write(part, mark == BodyMark.End);
            return;
        }
        _isHeadOut = true;
        _sink.Start(exchange, part, mark == BodyMark.End);
    }

    /// <summary>
    /// How much of a body goes in one turn of the loop, in bytes: a client that takes everything at once must not keep it from the others. Filters work
    /// on every byte, so less goes through them in the same time.
    /// </summary>
    internal int ShareOfTurn => _filters is null ? 1 << 20 : 128 * 1024;

    /// <summary>Lets others have their turn. False when the request has come to its end meanwhile.</summary>
    internal async ValueTask<bool> GiveWayAsync() => await exchange.Delay.ForATurn() != WaitResult.Aborted;

    /// <summary>Sends a file region as the body, at the client's pace. False when the client went away.</summary>
    public async ValueTask<bool> WriteFileAsync(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, long count, bool isLast)
    {
        if (IsComplete) return true;
        if (_filters is not null) return await WriteFileThroughFiltersAsync(file, offset, count, isLast);
        byte[]? buffer = null;
        int share = ShareOfTurn;
        try
        {
            while (count > 0)
            {
                if (share <= 0)
                {
                    if (!await GiveWayAsync()) return false;
                    share = ShareOfTurn;
                }
                if (!await _sink.DrainAsync(0)) return false;
                int want = (int)Math.Min(count, share);
                int sent = _sink.WriteFile((int)file.DangerousGetHandle(), ref offset, want);
                if (sent < 0)
                {
                    buffer ??= exchange.Worker.Loop.Buffers.Rent(32 * 1024);
                    int read = RandomAccess.Read(file, buffer.AsSpan(0, Math.Min(want, buffer.Length)), offset);
                    if (read == 0)
                    {
                        Truncate(); // the file has become shorter since its length was announced
                        return false;
                    }
                    _sink.Write(buffer.AsSpan(0, read), isLast && read == count);
                    offset += read;
                    sent = read;
                }
                count -= sent;
                share -= sent;
                BodyLength += sent;
                if (_sink.IsBroken) return false;
            }
            if (isLast) IsComplete = true;
            return true;
        }
        finally
        {
            if (buffer is not null) exchange.Worker.Loop.Buffers.Return(buffer);
        }
    }

    /// <summary>Waits until the client has taken all but <paramref name="bytes"/> of what was written; false when it is gone.</summary>
    public ValueTask<bool> DrainAsync(int bytes) => HoldsInput ? DrainFiltersAsync(bytes) : _sink.DrainAsync(bytes);

    private BodyMark MarkFor(bool isLast) => isLast ? BodyMark.End : IsUnbuffered ? BodyMark.Flush : BodyMark.More;

    private async ValueTask<bool> DrainFiltersAsync(int bytes)
    {
        while (HoldsInput)
        {
            if (!await _sink.DrainAsync(FilterWindow)) return false;
            _filters!.Resume();
        }
        return !_hasBodyFailed && await _sink.DrainAsync(bytes);
    }

    private async ValueTask<bool> WriteFileThroughFiltersAsync(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, long count, bool isLast)
    {
        byte[] buffer = exchange.Worker.Loop.Buffers.Rent(FilterWindow);
        int share = ShareOfTurn;
        try
        {
            while (count > 0)
            {
                if (share <= 0)
                {
                    if (!await GiveWayAsync()) return false;
                    share = ShareOfTurn;
                }
                if (Pending > FilterWindow && !await DrainAsync(FilterWindow / 2)) return false;
                int read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(count, buffer.Length)), offset);
                if (read == 0)
                {
                    Truncate(); // the file has become shorter since its length was asked for
                    return false;
                }
                offset += read;
                count -= read;
                share -= read;
                Write(buffer.AsSpan(0, read), isLast && count == 0);
                if (IsBroken) return false;
            }
            return true;
        }
        finally
        {
            exchange.Worker.Loop.Buffers.Return(buffer);
        }
    }

    /// <summary>The body ends too early; the client is shown that.</summary>
    public void Truncate()
    {
        IsComplete = true;
        _sink.Truncate();
    }

    public void Reset()
    {
        Head.Reset();
        DropFilters();
        IsStarted = IsComplete = IsHeadOnly = IsChunked = IsUnbuffered = _isHeadOut = _hasBodyFailed = false;
        TakesGzip = null;
        Compression = default;
        BodyLength = 0;
        _sink = null!;
    }
}
