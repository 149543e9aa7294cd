using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Upstreams;

/// <summary>Sending the request: head and stored body in one go where they fit, a streamed body at the pace of both sides.</summary>
public sealed partial class ProxyRun
{
    // Output that may wait in memory for the upstream before the body's source is made to wait.
    private const int UploadWindow = 64 * 1024;

    // In front of a streamed piece for its size line, and behind it for the ends of chunk and body.
    private const int ChunkRoom = 16;

    private long _sentBefore;
    private int _prereadSent;
    private bool _streamedBody;
    private Task? _upload;

    private bool IsChunkedUpload => _streamedBody && exchange.Body.DeclaredLength < 0;

    private void SendRequest()
    {
        Channel channel = _connection!.Channel;
        _connection.Requests++;
        _sentBefore = channel.BytesSent;
        _streamedBody = IsStreamingBody || _streamedBody && !_requestSent;
        BuildFields();
        ByteSlice method = MethodName();
        bool http11 = _model.HttpVersion == 11 || _isHandshake;
        int bound = method.Length + _uri.Length + 16;
        foreach (ref readonly Header field in _fields.Fields) bound += field.Name.Length + field.Value.Length + 4;
        byte[] scratch = Worker.Loop.Scratch;
        byte[]? rented = bound > scratch.Length / 2 ? Worker.Loop.Buffers.Rent(bound) : null;
        Span<byte> buffer = rented ?? scratch;
        int length = WriteHead(buffer, method.Span, http11);
        _requestSent = true;
        length += AddStoredBody(buffer[length..]);
        channel.Send(buffer[..length], _model.SendTimeout);
        if (rented is not null) Worker.Loop.Buffers.Return(rented);
        if (!_bodySent) _upload = UploadAsync(channel);
    }

    private ByteSlice MethodName()
    {
        ByteSlice method = _model.Method?.Evaluate(exchange) ?? exchange.MethodName;
        _requestIsHead = method.Length == 4 && System.Text.Ascii.EqualsIgnoreCase(method.Span, "HEAD"u8);
        return method;
    }

    private void BuildFields()
    {
        _fields.Clear();
        long length = _model.Body is not null ? _ownBody.Length
            : IsChunkedUpload ? -1
            : exchange.Body.DeclaredLength > 0 ? exchange.Body.DeclaredLength
            : exchange.Body.DeclaredLength < 0 ? exchange.Body.StoredLength
            : exchange.RequestHeaders.Contains(KnownHeader.ContentLength) ? 0 : -1;
        _model.RequestHeaders.Collect(exchange, _fields, _target.Host, _model.HttpVersion == 11 || _isHandshake, _isHandshake, length, IsChunkedUpload);
    }

    private int WriteHead(Span<byte> buffer, ReadOnlySpan<byte> method, bool http11)
    {
        int length = 0;
        Put(buffer, ref length, method);
        Put(buffer, ref length, " "u8);
        Put(buffer, ref length, _uri.Span);
        Put(buffer, ref length, http11 ? " HTTP/1.1\r\n"u8 : " HTTP/1.0\r\n"u8);
        foreach (ref readonly Header field in _fields.Fields)
        {
            Put(buffer, ref length, field.Name.Span);
            Put(buffer, ref length, ": "u8);
            Put(buffer, ref length, field.Value.Span);
            Put(buffer, ref length, "\r\n"u8);
        }
        Put(buffer, ref length, "\r\n"u8);
        return length;
    }

    private static void Put(Span<byte> buffer, ref int length, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer[length..]);
        length += bytes.Length;
    }

    /// <summary>A body at hand that fits goes out with the head.</summary>
    private int AddStoredBody(Span<byte> room)
    {
        _bodySent = true;
        _prereadSent = 0;
        if (_streamedBody) return AddPreread(room);
        if (_model.Body is not null)
        {
            if (_ownBody.Length <= room.Length) return Copy(_ownBody.Span, room);
        }
        else if (!_model.PassBody || exchange.Body.StoredLength == 0)
        {
            return 0;
        }
        else if (exchange.Body.StoredLength <= room.Length)
        {
            return exchange.Body.ReadStored(0, room[..(int)exchange.Body.StoredLength]);
        }
        _bodySent = false;
        return 0;
    }

    /// <summary>What has come of a streamed body goes with the head, as far as there is room.</summary>
    private int AddPreread(Span<byte> room)
    {
        _bodySent = false;
        _prereadSent = (int)Math.Min(exchange.Body.StoredLength, Math.Max(0, room.Length - 2 * ChunkRoom));
        if (_prereadSent == 0) return 0;
        int length = IsChunkedUpload ? ChunkedEncoder.WriteSizeLine(room, _prereadSent) : 0;
        length += exchange.Body.ReadStored(0, room.Slice(length, _prereadSent));
        if (IsChunkedUpload) Put(room, ref length, ChunkedEncoder.ChunkEnd);
        return length;
    }

    private static int Copy(ReadOnlySpan<byte> source, Span<byte> room)
    {
        source.CopyTo(room);
        return source.Length;
    }

    /// <summary>
    /// Sends the rest of the body while the response may already be arriving. Failing to send is no failure of the exchange: the upstream may
    /// have answered and closed (413, say), and whether it did is what reading will tell.
    /// </summary>
    private async Task UploadAsync(Channel channel)
    {
        byte[] buffer = Worker.Loop.Buffers.Rent(16 * 1024);
        try
        {
            if (_streamedBody) await StreamBodyAsync(channel, buffer);
            else await SendStoredAsync(channel, buffer);
        }
        finally
        {
            Worker.Loop.Buffers.Return(buffer);
        }
    }

    private async Task SendStoredAsync(Channel channel, byte[] buffer)
    {
        long total = _model.Body is not null ? _ownBody.Length : exchange.Body.StoredLength;
        for (long offset = 0; offset < total;)
        {
            int count = _model.Body is not null
                ? Copy(_ownBody.Span.Slice((int)offset, (int)Math.Min(buffer.Length, total - offset)), buffer)
                : exchange.Body.ReadStored(offset, buffer);
            if (count == 0 || !channel.Send(buffer.AsSpan(0, count), _model.SendTimeout)) return;
            offset += count;
            if (channel.PendingOutput > UploadWindow && await channel.WaitDrained(UploadWindow / 2) == WaitResult.Aborted) return;
            if (!channel.IsOpen) return;
        }
        _bodySent = true;
    }

    private async Task StreamBodyAsync(Channel channel, byte[] buffer)
    {
        bool chunked = IsChunkedUpload;
        for (long offset = _prereadSent; offset < exchange.Body.StoredLength;) // what had arrived and did not fit behind the head
        {
            int count = exchange.Body.ReadStored(offset, PayloadRoom(buffer).Span);
            if (!SendPart(channel, buffer, count, chunked, isLast: false)) return;
            offset += count;
        }
        while (true)
        {
            int read = await exchange.Body.ReadAsync(exchange, PayloadRoom(buffer));
            if (!channel.IsOpen) return;
            if (read < 0)
            {
                _uploadStatus = -read;
                channel.Abort();
                return;
            }
            if (!SendPart(channel, buffer, read, chunked, exchange.Body.IsComplete)) return;
            if (exchange.Body.IsComplete)
            {
                _bodySent = true;
                return;
            }
            if (channel.PendingOutput > UploadWindow && await channel.WaitDrained(UploadWindow / 2) == WaitResult.Aborted) return;
            if (!channel.IsOpen) return;
        }
    }

    private static Memory<byte> PayloadRoom(byte[] buffer) => buffer.AsMemory(ChunkRoom, buffer.Length - 2 * ChunkRoom);

    /// <summary>Sends payload that lies behind <see cref="ChunkRoom"/> bytes, with its chunk framing around it, in one piece.</summary>
    private bool SendPart(Channel channel, byte[] buffer, int count, bool chunked, bool isLast)
    {
        int start = ChunkRoom;
        int end = ChunkRoom + count;
        if (chunked && count > 0)
        {
            start -= ChunkedEncoder.SizeLineLength(count);
            ChunkedEncoder.WriteSizeLine(buffer.AsSpan(start), count);
            Put(buffer, ref end, ChunkedEncoder.ChunkEnd);
        }
        if (chunked && isLast) Put(buffer, ref end, ChunkedEncoder.LastChunk);
        return start == end || channel.Send(buffer.AsSpan(start, end - start), _model.SendTimeout);
    }
}
