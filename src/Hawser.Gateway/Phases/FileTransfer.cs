using System.Buffers.Text;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;
using Hawser.IO.Files;
using Hawser.Protocols.Http1;
using Microsoft.Win32.SafeHandles;

namespace Hawser.Gateway.Phases;

/// <summary>Sends a regular file, whole or in ranges.</summary>
internal static class FileTransfer
{
    // A file of this size goes out in one piece with the head; a larger one follows it from the page cache.
    private const int InOnePiece = 16 * 1024;

    private static readonly ByteSlice s_etag = ByteSlice.FromLatin1("ETag");

    private static readonly ByteSlice s_contentEncoding = ByteSlice.FromLatin1("Content-Encoding");

    /// <summary>Sends the file and closes it.</summary>
    /// <param name="encoding">What Content-Encoding says of it; empty for no such field.</param>
    public static ValueTask<Outcome> SendAsync(
        HttpExchange exchange, FilesModel files, SafeFileHandle file, in FileStatus status, ByteSlice path, ByteSlice encoding = default)
    {
        ResponseHead head = exchange.Response.Head;
        head.Status = 200;
        head.ContentLength = status.Length;
        head.LastModified = status.LastModified;
        if (files.ETag)
        {
            head.ETag = EntityTag(exchange.Arena, in status);
            head.Headers.Add(s_etag, head.ETag, KnownHeader.ETag);
        }
        if (head.ContentType.IsEmpty) head.ContentType = files.Types.Find(exchange.Uri);
        if (!encoding.IsEmpty) head.Headers.Add(s_contentEncoding, encoding, KnownHeader.ContentEncoding);
        head.AllowRanges = true;

        int refusal = ResponseFilters.Prepare(exchange);
        if (refusal == 0 && head.Status != 304 && exchange.Method != RequestMethod.Head && status.Length > 0)
        {
            return SendBody(exchange, file, status.Length, path);
        }
        file.Dispose();
        if (refusal != 0) return new(Outcome.Status(refusal));
        exchange.Response.Start(default, isLast: true);
        return new(Outcome.Finished);
    }

    private static ValueTask<Outcome> SendBody(HttpExchange exchange, SafeFileHandle file, long length, ByteSlice path)
    {
        ReadOnlySpan<ContentRange> ranges = exchange.Response.Head.Ranges is { } plan ? plan.Ranges : [new ContentRange(0, length)];
        if (ranges.Length > 1) return SendPartsAsync(exchange, file, exchange.Response.Head.Ranges!, path);
        return ranges[0].Length <= InOnePiece
            ? new(SendInOnePiece(exchange, file, ranges[0], path))
            : SendRangeAsync(exchange, file, ranges[0], path);
    }

    private static Outcome SendInOnePiece(HttpExchange exchange, SafeFileHandle file, ContentRange range, ByteSlice path)
    {
        BufferPool pool = exchange.Worker.Loop.Buffers;
        byte[] buffer = pool.Rent(InOnePiece);
        try
        {
            Span<byte> room = buffer.AsSpan(0, (int)range.Length);
            int read = ReadFully(file, room, range.Start);
            exchange.Response.Start(room[..read], isLast: read == room.Length);
            if (read < room.Length)
            {
                exchange.Response.Truncate();
                ReportCut(exchange, path);
            }
        }
        catch (IOException e)
        {
            // Nothing is sent yet, so the client can be told.
            exchange.LogError(LogLevel.Crit, $"read() \"{path}\" failed: {e.Message}");
            return Outcome.Status(500);
        }
        finally
        {
            pool.Return(buffer);
            file.Dispose();
        }
        return Outcome.Finished;
    }

    private static int ReadFully(SafeFileHandle file, Span<byte> room, long offset)
    {
        int total = 0;
        while (total < room.Length)
        {
            int read = RandomAccess.Read(file, room[total..], offset + total);
            if (read == 0) break;
            total += read;
        }
        return total;
    }

    private static async ValueTask<Outcome> SendRangeAsync(HttpExchange exchange, SafeFileHandle file, ContentRange range, ByteSlice path)
    {
        using (file)
        {
            exchange.Response.Start(default, isLast: false);
            if (!await exchange.Response.WriteFileAsync(file, range.Start, range.Length, isLast: true)) ReportCut(exchange, path);
        }
        return Outcome.Finished;
    }

    private static async ValueTask<Outcome> SendPartsAsync(HttpExchange exchange, SafeFileHandle file, RangePlan plan, ByteSlice path)
    {
        using (file)
        {
            HttpResponse response = exchange.Response;
            response.Start(default, isLast: false);
            for (int i = 0; i < plan.Count; i++)
            {
                response.Write(plan.PartHead(i).Span, isLast: false);
                ContentRange range = plan.RangeAt(i);
                if (await response.WriteFileAsync(file, range.Start, range.Length, isLast: false)) continue;
                ReportCut(exchange, path);
                return Outcome.Finished;
            }
            response.Write(plan.End.Span, isLast: true);
        }
        return Outcome.Finished;
    }

    // The transfer ended early. If not for the client, the file has become shorter since its length was asked for.
    private static void ReportCut(HttpExchange exchange, ByteSlice path)
    {
        if (!exchange.Response.IsBroken) exchange.LogError(LogLevel.Alert, $"\"{path}\" was truncated while it was sent");
    }

    // nginx's form: the times and lengths of files tell them apart, in hexadecimal.
    private static ByteSlice EntityTag(Arena arena, in FileStatus status)
    {
        Span<byte> text = stackalloc byte[40];
        text[0] = (byte)'"';
        Utf8Formatter.TryFormat(status.LastModified, text[1..], out int seconds, new('x'));
        text[1 + seconds] = (byte)'-';
        Utf8Formatter.TryFormat(status.Length, text[(2 + seconds)..], out int length, new('x'));
        text[2 + seconds + length] = (byte)'"';
        return arena.Copy(text[..(3 + seconds + length)]);
    }
}
