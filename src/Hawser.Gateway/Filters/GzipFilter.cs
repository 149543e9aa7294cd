using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.IO.Compression;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Filters;

/// <summary><c>gzip</c>: compresses the body.</summary>
internal sealed class GzipFilter(FilterPool pool) : BodyFilter
{
    private const int PieceSize = 16 * 1024;

    private static readonly ByteSlice s_contentEncoding = ByteSlice.FromLatin1("Content-Encoding");
    private static readonly ByteSlice s_gzip = ByteSlice.FromLatin1("gzip");

    private BufferPool _buffers = null!;
    private GzipEncoder? _encoder;
    private byte[] _room = [];
    private int _used;

    /// <summary>The header filter: makes the answer a compressed one if its kind and the client allow it.</summary>
    public static void Apply(HttpExchange exchange, CompressionModel model)
    {
        ResponseHead head = exchange.Response.Head;
        if (head.Status is not (200 or 403 or 404) || head.IsEncoded) return;
        if (head.ContentLength >= 0 && head.ContentLength < model.MinimumLength) return;
        if (!model.Types.Contains(head)) return;
        head.VariesByEncoding = true;
        if (!model.ClientTakesGzip(exchange)) return;
        GzipFilter filter = exchange.Worker.Filters.RentGzip();
        filter.Begin(exchange, model, head.ContentLength);
        exchange.Response.AddFilter(filter);
        head.Headers.Add(s_contentEncoding, s_gzip, KnownHeader.ContentEncoding);
        head.BecomeTransformed(exchange.Arena);
    }

    // A window that holds all of a short answer is enough, and takes less memory.
    private void Begin(HttpExchange exchange, CompressionModel model, long length)
    {
        int window = model.WindowBits;
        int memory = model.MemoryLevel;
        while (length > 0 && window > 9 && length < (1 << (window - 1)) - 262)
        {
            window--;
            memory--;
        }
        _buffers = exchange.Worker.Loop.Buffers;
        _encoder = pool.RentEncoder(model.Level, window, Math.Max(memory, 1));
        _room = _buffers.Rent(PieceSize);
    }

    public override void Write(ReadOnlySpan<byte> part, BodyMark mark)
    {
        if (_encoder is null) return;
        GzipFlush flush = mark switch
        {
            BodyMark.End => GzipFlush.Finish,
            BodyMark.Flush => GzipFlush.Sync,
            _ => GzipFlush.None,
        };
        while (true)
        {
            bool isDone = _encoder.Encode(part, _room.AsSpan(_used), flush, out int consumed, out int written);
            part = part[consumed..];
            _used += written;
            if (isDone) break;
            PassRoom(BodyMark.More);
        }
        Response.NoteCompression(_encoder.TotalIn, _encoder.TotalOut);
        if (mark != BodyMark.More) PassRoom(mark);
        if (mark == BodyMark.End) LetGo();
    }

    protected override void Clear()
    {
        LetGo();
        pool.Return(this);
    }

    // At the end of the body, for others wait for the memory while the client still takes the answer.
    private void LetGo()
    {
        if (_encoder is null) return;
        pool.Return(_encoder);
        _buffers.Return(_room);
        _encoder = null;
        _room = [];
        _used = 0;
    }

    private void PassRoom(BodyMark mark)
    {
        int length = _used;
        _used = 0;
        Pass(_room.AsSpan(0, length), mark);
    }
}
