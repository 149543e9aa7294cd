using System.Runtime.CompilerServices;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;
using Hawser.IO.Loop;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.Protocols.Http1;
using Microsoft.Win32.SafeHandles;

namespace Hawser.Gateway.Exchange;

/// <summary>A body on an HTTP/1 connection: sized or chunked, read whole (memory first, then a file) or streamed.</summary>
internal sealed class Http1RequestBody(Http1Connection connection, long declaredLength, bool expectsContinue) : RequestBody
{
    private const int StreamSize = 16 * 1024;

    private readonly long _declared = declaredLength;
    private ChunkedDecoder _decoder = new(keepTrailers: false);
    private bool _continuePending = expectsContinue;
    private long _received;
    private bool _complete = declaredLength == 0;
    private byte[]? _memory;
    private int _memoryLength;
    private SafeFileHandle? _file;
    private string _filePath = "";
    private long _fileLength;
    private bool _keepFile;
    private EventLoop? _loop;

    public override long DeclaredLength => _declared;

    public override long ReceivedLength => _received;

    public override bool IsComplete => _complete;

    public override ByteSlice Memory => _file is null && _memory is not null ? new ByteSlice(_memory, 0, _memoryLength) : default;

    public override string FilePath => _filePath;

    public override long StoredLength => _file is null ? _memoryLength : _fileLength;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAllAsync(HttpExchange exchange)
    {
        AskForBody(exchange);
        if (_complete) return 0;
        CoreModel core = exchange.Location.Core;
        bool toFile = core.ClientBodyInFileOnly != BodyInFile.Off;
        int capacity = FirstCapacity(core);
        _loop = exchange.Worker.Loop;
        _memory ??= _loop.Buffers.Rent(capacity);
        while (!_complete)
        {
            if (_memoryLength == capacity)
            {
                if (!Spill(exchange, core)) return 500;
            }
            int read = await ReadAsync(exchange, _memory.AsMemory(_memoryLength, capacity - _memoryLength));
            if (read < 0) return -read;
            _memoryLength += read;
        }
        if ((toFile || _file is not null) && !Spill(exchange, core)) return 500;
        return 0;
    }

    public override int BeginStream(HttpExchange exchange)
    {
        AskForBody(exchange);
        if (_complete || _memory is not null) return 0;
        int capacity = FirstCapacity(exchange.Location.Core);
        _loop = exchange.Worker.Loop;
        _memory = _loop.Buffers.Rent(capacity);
        while (!_complete && _memoryLength < capacity)
        {
            int taken = TakeAvailable(exchange, _memory.AsSpan(_memoryLength, capacity - _memoryLength));
            if (taken == -Errno.EAGAIN) break;
            if (taken < 0) return -taken;
            _memoryLength += taken;
        }
        return 0;
    }

    public override int DiscardReceived(HttpExchange exchange)
    {
        AskForBody(exchange);
        long counted = exchange.RequestLength; // what nobody wanted is not part of $request_length
        byte[] buffer = exchange.Worker.Loop.ReadBuffer;
        // Bounded: a client that sends faster than we throw away is left to lingering_time.
        for (int reads = 0; !_complete && reads < 16; reads++)
        {
            int taken = TakeAvailable(exchange, buffer.AsSpan(0, StreamSize));
            if (taken == -Errno.EAGAIN) break;
            if (taken < 0) return -taken;
            exchange.RequestLength = counted;
        }
        return 0;
    }

    /// <summary>The client ended before its body did: it is logged as 400, and there is nobody to tell.</summary>
    private int ClientGone()
    {
        connection.GiveUpAnswering();
        return -400;
    }

    /// <summary>Payload that is there now: its length, <c>-EAGAIN</c>, or a negated status (those are above every errno used here).</summary>
    private int TakeAvailable(HttpExchange exchange, Span<byte> room)
    {
        int raw = ReadRaw(room);
        if (raw == -Errno.EAGAIN) return raw;
        if (raw <= 0) return ClientGone();
        exchange.RequestLength += raw;
        return Accept(exchange, room[..raw], exchange.Location.Core.ClientMaxBodySize);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(HttpExchange exchange, Memory<byte> buffer)
    {
        if (_complete) return 0;
        CoreModel core = exchange.Location.Core;
        AskForBody(exchange);
        while (true)
        {
            int raw = ReadRaw(buffer.Span);
            if (raw > 0)
            {
                exchange.RequestLength += raw;
                int payload = Accept(exchange, buffer.Span[..raw], core.ClientMaxBodySize);
                if (payload != 0 || _complete) return payload;
                continue;
            }
            if (raw != -Errno.EAGAIN) return ClientGone();
            WaitResult wait = await connection.Channel.WaitReadable(ReadTimeout ?? core.ClientBodyTimeout);
            if (wait == WaitResult.TimedOut)
            {
                HasFailed = true;
                return -408;
            }
            if (wait == WaitResult.Aborted) return -400;
        }
    }

    public override void CancelRead() => connection.Channel.AbortRead();

    public override int ReadStored(long offset, Span<byte> buffer)
    {
        if (_file is not null) return RandomAccess.Read(_file, buffer[..(int)Math.Min(buffer.Length, _fileLength - offset)], offset);
        int count = (int)Math.Min(buffer.Length, _memoryLength - offset);
        _memory.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }

    public override void Dispose()
    {
        if (_memory is not null) _loop!.Buffers.Return(_memory);
        _memory = null;
        if (_file is null) return;
        _file.Dispose();
        _file = null;
        if (!_keepFile) File.Delete(_filePath);
    }

    /// <summary>nginx's rule: a body that fits into one buffer and a quarter gets one; others are collected in client_body_buffer_size pieces.</summary>
    private int FirstCapacity(CoreModel core)
    {
        int size = core.ClientBodyBufferSize;
        return _declared >= 0 && _declared <= size + size / 4 ? (int)_declared : size;
    }

    // RFC 9110 §10.1.1: only now, when the body is wanted.
    private void AskForBody(HttpExchange exchange)
    {
        if (!_continuePending) return;
        _continuePending = false;
        if (exchange.Version >= 11 && !exchange.Response.IsStarted) connection.SendContinue();
    }

    private int ReadRaw(Span<byte> destination)
    {
        if (_declared >= 0 && destination.Length > _declared - _received) destination = destination[..(int)(_declared - _received)];
        int taken = connection.TakeInput(destination);
        return taken > 0 ? taken : connection.Channel.Read(destination);
    }

    /// <summary>Counts what came, takes chunk framing out of it in place, and gives back what lies behind the body.</summary>
    private int Accept(HttpExchange exchange, Span<byte> raw, long limit)
    {
        if (_declared >= 0)
        {
            _received += raw.Length;
            _complete = _received == _declared;
            return raw.Length;
        }
        int payloadLength = 0;
        for (int position = 0; position < raw.Length || _decoder.IsComplete;)
        {
            ChunkStatus status = _decoder.Decode(raw[position..], out ByteRange payload, out int consumed);
            if (status == ChunkStatus.Data)
            {
                raw.Slice(position + payload.Start, payload.Length).CopyTo(raw[payloadLength..]);
                payloadLength += payload.Length;
                _received += payload.Length;
                if (limit != 0 && _received > limit)
                {
                    exchange.LogError(LogLevel.Error, $"client intended to send too large chunked body: {_received} bytes");
                    HasFailed = true;
                    exchange.RequestLength -= raw.Length; // what was too much is not counted
                    return -413;
                }
            }
            position += consumed;
            if (status == ChunkStatus.Error)
            {
                HasFailed = true;
                exchange.RequestLength -= raw.Length;
                exchange.LogError(LogLevel.Error, "client sent invalid chunked body");
                return -400;
            }
            if (status != ChunkStatus.Complete) continue;
            exchange.RequestLength -= raw.Length - position;
            connection.Unread(raw[position..]);
            _complete = true;
            break;
        }
        return payloadLength;
    }

    private bool Spill(HttpExchange exchange, CoreModel core)
    {
        try
        {
            if (_file is null)
            {
                _file = TemporaryFile.Create(core.ClientBodyTempPath, out _filePath);
                _keepFile = core.ClientBodyInFileOnly == BodyInFile.On;
                exchange.LogError(LogLevel.Warn, $"a client request body is buffered to a temporary file {_filePath}");
            }
            RandomAccess.Write(_file, _memory.AsSpan(0, _memoryLength), _fileLength);
            _fileLength += _memoryLength;
            _memoryLength = 0;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            exchange.LogError(LogLevel.Crit, $"writing the request body to \"{_filePath}\" failed: {e.Message}");
            return false;
        }
    }
}
