using System.Diagnostics;
using System.Text;
using Hawser.IO.Loop;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.Protocols.WebSocket;

namespace Hawser.Load;

/// <summary>One WebSocket client: a handshake, then messages whose echo it waits for, some of them under way at once.</summary>
internal sealed class LoadClient : IReadyHandler
{
    private readonly LoadRun _run;
    private readonly byte[] _frame;
    private readonly long[] _sentAt;
    private readonly byte[] _head = new byte[FrameHeader.MaxLength];
    private readonly Histogram _latency;
    private SocketTransport? _socket;
    private int _headLength;
    private long _payloadLeft;
    private int _toSend;      // bytes of messages that are still to be written
    private long _sent;
    private long _received;
    private long _begunAt;
    private bool _isOpen;
    private bool _isData;

    /// <param name="run">What it is part of.</param>
    /// <param name="size">Bytes of a message; 0 to stay silent.</param>
    /// <param name="depth">Messages under way at once.</param>
    /// <param name="latency">Where its times go.</param>
    public LoadClient(LoadRun run, int size, int depth, Histogram latency)
    {
        _run = run;
        _latency = latency;
        _sentAt = new long[Math.Max(1, depth)];
        _frame = size == 0 ? [] : MakeFrame(size);
    }

    /// <summary>Connects. Loop thread.</summary>
    public void Connect()
    {
        _begunAt = Stopwatch.GetTimestamp();
        _isOpen = false;
        _headLength = _toSend = 0;
        _payloadLeft = 0;
        SocketCalls.Connect(_run.Gateway, null, false, out var descriptor);
        if (descriptor < 0)
        {
            _run.Fail("no descriptor left");
            return;
        }

        SocketCalls.SetNoDelay(descriptor);
        _socket = new SocketTransport(descriptor);
        _socket.Registration = _run.Loop.Register(descriptor, this, 0);
    }

    /// <summary>Begins to send messages. Loop thread.</summary>
    public void Talk()
    {
        if (_frame.Length == 0 || _socket is null)
            return;
        for (var i = 0; i < _sentAt.Length; i++)
            Queue();
        Flush();
    }

    /// <summary>Ends it. Loop thread.</summary>
    public void Close()
    {
        if (_socket is null)
            return;
        _run.Loop.Unregister(_socket.Registration);
        _socket.Close();
        _socket = null;
    }

    void IReadyHandler.OnReady(int tag, ReadyEvents events)
    {
        if (_socket is null)
            return;
        if (!_isOpen && _sent == 0 && _headLength == 0 && (events & ReadyEvents.Writable) != 0)
        {
            _headLength = -1; // the handshake is out
            if (_socket.Write(_run.Handshake) != _run.Handshake.Length)
            {
                Lose("the handshake could not be sent");
                return;
            }
        }

        if (_isOpen && !Flush())
            return;
        while (_socket is not null)
        {
            var count = _socket.Read(_run.Loop.ReadBuffer);
            if (count == -Errno.EAGAIN)
                return;
            if (count <= 0)
            {
                Lose(_isOpen ? "the tunnel was closed" : "the connection was closed during the handshake");
                return;
            }

            Take(_run.Loop.ReadBuffer.AsSpan(0, count));
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (!_isOpen)
        {
            // The answer comes in one piece on loopback; what follows it are frames.
            var end = bytes.IndexOf("\r\n\r\n"u8);
            if (end < 0 || !bytes.StartsWith("HTTP/1.1 101"u8))
            {
                Lose($"the handshake was answered: {Encoding.Latin1.GetString(bytes[..Math.Min(60, bytes.Length)]).Split('\r')[0]}");
                return;
            }

            _isOpen = true;
            _headLength = 0;
            bytes = bytes[(end + 4)..];
            _run.Opened(this, Nanoseconds(_begunAt));
        }

        while (!bytes.IsEmpty && _socket is not null)
            bytes = bytes[TakeFrame(bytes)..];
    }

    private int TakeFrame(ReadOnlySpan<byte> bytes)
    {
        if (_payloadLeft > 0)
        {
            var part = (int)Math.Min(_payloadLeft, bytes.Length);
            _payloadLeft -= part;
            if (_payloadLeft == 0)
                Complete();
            return part;
        }

        _head[_headLength++] = bytes[0];
        if (FrameHeader.TryRead(_head.AsSpan(0, _headLength), out var header, out var error) == 0)
        {
            if (error != FrameError.None)
                Lose($"what came is no frame: {error.LogText()}");
            return 1;
        }

        _headLength = 0;
        _isData = !header.IsControl;
        _payloadLeft = header.PayloadLength;
        if (_payloadLeft == 0)
            Complete();
        return 1;
    }

    private void Complete()
    {
        if (!_isData)
            return; // a ping of the gateway: what is said next is sign of life enough
        _latency.Add(Nanoseconds(_sentAt[_received % _sentAt.Length]));
        _received++;
        _run.Messages++;
        if (_run.IsOver)
            return;
        Queue();
        Flush();
    }

    private void Queue()
    {
        _sentAt[_sent % _sentAt.Length] = Stopwatch.GetTimestamp();
        _sent++;
        _toSend += _frame.Length;
    }

    private bool Flush()
    {
        while (_toSend > 0 && _socket is not null)
        {
            var rest = _toSend % _frame.Length;
            var written = _socket.Write(_frame.AsSpan(rest == 0 ? 0 : _frame.Length - rest));
            if (written == -Errno.EAGAIN)
                return true; // what comes in may still be read
            if (written < 0)
            {
                Lose("the tunnel was reset");
                return false;
            }

            _toSend -= written;
        }

        return _socket is not null;
    }

    private void Lose(string reason)
    {
        Close();
        _run.Fail(reason);
    }

    private static byte[] MakeFrame(int size)
    {
        var frame = new byte[FrameHeader.MaxLength + size];
        const uint key = 0x12345678;
        var head = new FrameHeader(FrameOpcode.Binary, IsFinal: true, Reserved: 0, size, IsMasked: true, key).Write(frame);
        return frame[..(head + size)];
    }

    private static long Nanoseconds(long since) => (long)Stopwatch.GetElapsedTime(since).TotalNanoseconds;
}
