using System.Runtime.CompilerServices;
using Hawser.Gateway.Compilation;
using Hawser.IO.Buffers;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Exchange;

/// <summary>Step 2: from bytes to a request head, or to a refusal.</summary>
public sealed partial class Http1Connection
{
    private long _keepAliveTimeout;

    /// <summary>Reads the next head and begins its exchange. False when there will be none: closed, timed out, or ending.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReadHeadAsync()
    {
        // While nothing has come yet no buffer is held, and a reload moves the connection to the new configuration.
        IsPipelined = HasInput;
        if (!HasInput)
        {
            if (Requests > 0 && (_worker.IsDraining || _listener.IsClosed)) return false;
            _isIdle = Requests > 0;
            WaitResult first = await _channel.WaitReadable(Requests == 0 ? Listener.Default.Limits.ClientHeaderTimeout : _keepAliveTimeout);
            _isIdle = false;
            if (first != WaitResult.Ready || _isEnding) return false;
            _worker.SetPhase(this, Metrics.ConnectionPhase.Reading);
            if (!AdoptModel()) return false;
        }
        RequestLimits limits = DefaultServer.Limits;
        RequestHeadParser parser = _worker.RentRequestParser(limits.HeadOptions);
        try
        {
            long startedAt = _worker.Loop.Now;
            long deadline = startedAt + limits.ClientHeaderTimeout;
            HeadStatus status = HeadStatus.NeedMore;
            if (HasInput && TryParse(parser, _input.AsSpan(_inputStart, _inputEnd - _inputStart), startedAt, out status))
            {
                ConsumeInput(_exchange!.HeadBytes);
                return true;
            }
            while (true)
            {
                int read = _channel.Read(_worker.Loop.ReadBuffer.AsSpan(0, HeadReadSize));
                if (read > 0)
                {
                    if (Receive(parser, _worker.Loop.ReadBuffer.AsSpan(0, read), startedAt)) return true;
                    continue;
                }
                if (read != -Errno.EAGAIN) return FailHead(parser, RequestRejection.PrematureClose, startedAt);
                WaitResult wait = await _channel.WaitReadable(Math.Max(0, deadline - _worker.Loop.Now));
                if (wait == WaitResult.TimedOut) return FailHead(parser, RequestRejection.HeaderTimeout, startedAt);
                if (wait == WaitResult.Aborted || _isEnding) return false;
            }
        }
        finally
        {
            _worker.Return(parser);
        }
    }

    /// <summary>Requests that begin now use the configuration in force now.</summary>
    private bool AdoptModel()
    {
        if (ReferenceEquals(Model, _worker.Model)) return true;
        if (FindListener(_worker.Model) is not { } listener) return false;
        Model = _worker.Model;
        Listener = listener;
        if (HasNegotiatedServer)
        {
            HttpExchange exchange = BeginWithoutRequest();
            _namedServer = FindNegotiated(exchange);
            _worker.Return(exchange);
        }
        return true;
    }

    /// <summary>Parses what was just read, together with what was kept. What the head does not use is kept for the body or the next head.</summary>
    private bool Receive(RequestHeadParser parser, ReadOnlySpan<byte> received, long startedAt)
    {
        if (!HasInput)
        {
            if (TryParse(parser, received, startedAt, out _))
            {
                Keep(received[_exchange!.HeadBytes..]);
                return true;
            }
            // Line ends before a request are nothing to keep: a client that sends only those gets no memory for it.
            if (parser.HasStarted) Keep(received);
            else parser.Reset();
            return false;
        }
        Keep(received);
        if (!TryParse(parser, _input.AsSpan(_inputStart, _inputEnd - _inputStart), startedAt, out _)) return false;
        ConsumeInput(_exchange!.HeadBytes);
        return true;
    }

    private bool TryParse(RequestHeadParser parser, ReadOnlySpan<byte> message, long startedAt, out HeadStatus status)
    {
        status = parser.Parse(message);
        if (status == HeadStatus.NeedMore) return false;
        Begin(startedAt);
        HttpExchange exchange = _exchange!;
        if (status == HeadStatus.Error) RequestHeadReader.Refuse(exchange, parser, message, parser.Error, this);
        else RequestHeadReader.Read(exchange, parser, message, this);
        return true;
    }

    /// <summary>The head will not be completed: nothing is answered, but the log tells of a request that had begun.</summary>
    private bool FailHead(RequestHeadParser parser, RequestRejection rejection, long startedAt)
    {
        if (!parser.HasStarted) return false;
        Begin(startedAt);
        RequestHeadReader.Refuse(_exchange!, parser, _input.AsSpan(_inputStart, _inputEnd - _inputStart), rejection, this);
        ExchangePipeline.LogUnanswered(_exchange!);
        return false;
    }

    private void Begin(long startedAt)
    {
        Requests++;
        HttpExchange exchange = _worker.RentExchange();
        exchange.Begin(this, Model, startedAt);
        exchange.Server = DefaultServer;
        exchange.Location = DefaultServer.Defaults;
        exchange.Response.Attach(this);
        _exchange = exchange;
        BeginSink();
    }

    /// <summary>Body and head bytes that were read ahead of their use.</summary>
    internal int TakeInput(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, _inputEnd - _inputStart);
        if (count == 0) return 0;
        _input.AsSpan(_inputStart, count).CopyTo(destination);
        ConsumeInput(count);
        return count;
    }

    /// <summary>Gives back what a reader took and did not use; it comes first next time.</summary>
    internal void Unread(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        int kept = _inputEnd - _inputStart;
        byte[] joined = _worker.Loop.Buffers.Rent(bytes.Length + kept);
        bytes.CopyTo(joined);
        if (_input is not null)
        {
            _input.AsSpan(_inputStart, kept).CopyTo(joined.AsSpan(bytes.Length));
            _worker.Loop.Buffers.Return(_input);
        }
        (_input, _inputStart, _inputEnd) = (joined, 0, bytes.Length + kept);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        BufferPool pool = _worker.Loop.Buffers;
        int kept = _inputEnd - _inputStart;
        if (_input is null || _input.Length - _inputEnd < bytes.Length)
        {
            byte[] larger = pool.Rent(kept + bytes.Length);
            if (_input is not null)
            {
                _input.AsSpan(_inputStart, kept).CopyTo(larger);
                pool.Return(_input);
            }
            (_input, _inputStart, _inputEnd) = (larger, 0, kept);
        }
        bytes.CopyTo(_input.AsSpan(_inputEnd));
        _inputEnd += bytes.Length;
    }

    private void ConsumeInput(int count)
    {
        _inputStart += count;
        if (_inputStart == _inputEnd) DropInput();
    }

    private void DropInput()
    {
        if (_input is not null) _worker.Loop.Buffers.Return(_input);
        _input = null;
        _inputStart = _inputEnd = 0;
    }
}
