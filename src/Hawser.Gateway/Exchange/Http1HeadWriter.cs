using System.Buffers.Text;
using Hawser.Gateway.Compilation;
using Hawser.IO.Buffers;
using Hawser.IO.Loop;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Exchange;

/// <summary>Writes the head of an answer, in nginx's order of fields: the computed ones first, then the others as they came.</summary>
internal static class Http1HeadWriter
{
    // Status line, Server, Date, Content-Type, lengths, Connection and Keep-Alive, without values of variable size.
    private const int FixedSize = 512;

    /// <summary>The head, in the loop's scratch buffer, or in <paramref name="rented"/> when it is too large for that.</summary>
    public static ReadOnlySpan<byte> Write(HttpExchange exchange, Framing framing, EventLoop loop, out byte[]? rented)
    {
        ResponseHead head = exchange.Response.Head;
        int bound = Bound(head);
        rented = bound > loop.Scratch.Length / 2 ? loop.Buffers.Rent(bound) : null;
        var writer = new Writer(rented ?? loop.Scratch);
        WriteStatusLine(ref writer, head);
        WriteComputed(ref writer, exchange, head, loop);
        WriteConnection(ref writer, exchange, head, framing);
        WriteFields(ref writer, head.Headers, head.IsLocationCompleted ? KnownHeader.Location : null);
        writer.Add("\r\n"u8);
        return writer.Written;
    }

    /// <summary>A 1xx head: its fields and nothing of our own (RFC 8297).</summary>
    public static ReadOnlySpan<byte> WriteInterim(ResponseHead head, EventLoop loop)
    {
        var writer = new Writer(Bound(head) > loop.Scratch.Length ? new byte[Bound(head)] : loop.Scratch);
        WriteStatusLine(ref writer, head);
        WriteFields(ref writer, head.Headers);
        writer.Add("\r\n"u8);
        return writer.Written;
    }

    private static int Bound(ResponseHead head)
    {
        int bound = FixedSize + head.StatusLine.Length + head.ContentType.Length;
        foreach (ref readonly Header field in head.Headers.Fields) bound += field.Name.Length + field.Value.Length + 4;
        return bound;
    }

    private static void WriteStatusLine(ref Writer writer, ResponseHead head)
    {
        writer.Add("HTTP/1.1 "u8);
        if (!head.StatusLine.IsEmpty) writer.Add(head.StatusLine.Span);
        else if (StatusText.For(head.Status) is { Length: > 0 } text) writer.Add(text);
        else
        {
            writer.Add(head.Status);
            writer.Add(" "u8);
        }
        writer.Add("\r\n"u8);
    }

    private static void WriteComputed(ref Writer writer, HttpExchange exchange, ResponseHead head, EventLoop loop)
    {
        if (!head.OmitServer)
        {
            writer.Add("Server: "u8);
            writer.Add(ProductName.For(exchange.Location.Core.ServerTokens));
            writer.Add("\r\n"u8);
        }
        if (!head.OmitDate)
        {
            writer.Add("Date: "u8);
            writer.AddDate(loop.UnixMilliseconds / 1000);
            writer.Add("\r\n"u8);
        }
        if (!head.ContentType.IsEmpty && !head.OmitContentType)
        {
            writer.Add("Content-Type: "u8);
            writer.Add(head.ContentType.Span);
            writer.Add("\r\n"u8);
        }
        if (head.ContentLength >= 0 && head.Status is not (204 or (>= 100 and < 200)))
        {
            writer.Add("Content-Length: "u8);
            writer.Add(head.ContentLength);
            writer.Add("\r\n"u8);
        }
        if (head.LastModified >= 0 && !head.Headers.Contains(KnownHeader.LastModified))
        {
            writer.Add("Last-Modified: "u8);
            writer.AddDate(head.LastModified);
            writer.Add("\r\n"u8);
        }
        if (head.IsLocationCompleted && head.Headers.TryGet(KnownHeader.Location, out ByteSlice location))
        {
            writer.Add("Location: "u8);
            writer.Add(location.Span);
            writer.Add("\r\n"u8);
        }
    }

    private static void WriteConnection(ref Writer writer, HttpExchange exchange, ResponseHead head, Framing framing)
    {
        if (framing == Framing.Chunked) writer.Add("Transfer-Encoding: chunked\r\n"u8);
        CoreModel core = exchange.Location.Core;
        if (framing == Framing.Upgrade) writer.Add("Connection: upgrade\r\n"u8);
        else if (!exchange.KeepAlive) writer.Add("Connection: close\r\n"u8);
        else
        {
            writer.Add("Connection: keep-alive\r\n"u8);
            if (core.KeepAliveHeader > 0)
            {
                writer.Add("Keep-Alive: timeout="u8);
                writer.Add(core.KeepAliveHeader);
                writer.Add("\r\n"u8);
            }
        }
        if (head.VariesByEncoding && exchange.Location.Compression is { Vary: true }) writer.Add("Vary: Accept-Encoding\r\n"u8);
    }

    private static void WriteFields(ref Writer writer, HeaderList fields, KnownHeader? written = null)
    {
        foreach (ref readonly Header field in fields.Fields)
        {
            if (field.Known == written) continue;
            writer.Add(field.Name.Span);
            writer.Add(": "u8);
            writer.Add(field.Value.Span);
            writer.Add("\r\n"u8);
        }
    }

    /// <summary>A cursor over a buffer known to be large enough.</summary>
    private ref struct Writer(Span<byte> buffer)
    {
        private readonly Span<byte> _buffer = buffer;
        private int _length;

        public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

        public void Add(scoped ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_buffer[_length..]);
            _length += bytes.Length;
        }

        public void Add(long number)
        {
            Utf8Formatter.TryFormat(number, _buffer[_length..], out int written);
            _length += written;
        }

        public void AddDate(long unixSeconds) => _length += HttpDate.Format(_buffer[_length..], unixSeconds);
    }
}
