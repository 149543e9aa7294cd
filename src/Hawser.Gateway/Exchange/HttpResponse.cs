using Hawser.Gateway.Phases;

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
/// filters run in <see cref="Start"/>; a body that must not be sent (HEAD, 304) is dropped here and nowhere else.
/// </summary>
public sealed class HttpResponse(HttpExchange exchange)
{
    private IResponseSink _sink = null!;

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

    public bool IsBroken => _sink.IsBroken;

    public int Pending => _sink.Pending;

    public void Attach(IResponseSink sink) => _sink = sink;

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
        }
        BodyLength += body.Length;
        IsComplete = isLast;
        _sink.Start(exchange, body, isLast);
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
        _sink.Write(body, isLast);
    }

    /// <summary>Sends a file region as the body, at the client's pace. False when the client went away.</summary>
    public async ValueTask<bool> WriteFileAsync(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, long count, bool isLast)
    {
        if (IsComplete) return true;
        byte[]? buffer = null;
        try
        {
            while (count > 0)
            {
                if (!await _sink.DrainAsync(0)) return false;
                int want = (int)Math.Min(count, 1 << 20);
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
    public ValueTask<bool> DrainAsync(int bytes) => _sink.DrainAsync(bytes);

    /// <summary>The body ends too early; the client is shown that.</summary>
    public void Truncate()
    {
        IsComplete = true;
        _sink.Truncate();
    }

    public void Reset()
    {
        Head.Reset();
        IsStarted = IsComplete = IsHeadOnly = IsChunked = false;
        BodyLength = 0;
        _sink = null!;
    }
}
