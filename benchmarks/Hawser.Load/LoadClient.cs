using System.Diagnostics;
using System.Text;
using Hawser.IO.Loop;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.IO.Tls;
using Hawser.Protocols.WebSocket;

namespace Hawser.Load;

/// <summary>One WebSocket client: a handshake, then messages whose echo it waits for, some of them under way at once.</summary>
internal sealed class LoadClient : IReadyHandler
{
    private const int LargestBatch = 64 * 1024;
    private const int ReadSize = 64 * 1024;
    private const ReadyEvents Ended = ReadyEvents.PeerClosed | ReadyEvents.HangUp | ReadyEvents.Error;

    private readonly LoadRun _run;
    private readonly Tally _tally;
    private readonly double _phase;
    private readonly SocketEndpoint _gateway;
    private readonly byte[] _handshake;
    private readonly byte[] _frames; // the message, as often as one write may carry it
    private readonly int _frameLength;
    private readonly Queue<long> _sentAt = new();
    private readonly byte[] _head = new byte[FrameHeader.MaxLength];
    private readonly TlsSessionSlot? _sessions;
    private Transport? _transport;
    private Stage _stage;
    private int _headLength;
    private long _payloadLeft;
    private long _toSend;     // bytes of messages that are still to be written
    private long _sent;
    private long _begunAt;
    private bool _hasSession; // an earlier connection was given one
    private bool _isData;
    private bool _sawEnd;

    private enum Stage
    {
        Connecting,
        Securing,
        Asking,
        Open,
    }

    /// <param name="run">What it is part of.</param>
    /// <param name="group">What it does.</param>
    /// <param name="tally">Where that is counted.</param>
    /// <param name="phase">Its place among those of its group, from 0 to 1: paced clients do not all send at once.</param>
    public LoadClient(LoadRun run, ClientGroup group, Tally tally, double phase)
    {
        (_run, Group, _tally, _phase) = (run, group, tally, phase);
        _gateway = SocketEndpoint.FromIP(System.Net.IPAddress.Loopback, group.Port);
        _handshake = LoadRun.HandshakeFor(group.Port);
        _frames = group.Size == 0 ? [] : MakeFrames(group.Size, group.Depth, out _frameLength);
        _sessions = group.Tls == TlsUse.Resumed ? new TlsSessionSlot() : null;
    }

    public ClientGroup Group { get; }

    public bool IsPaced => Group is { Pace: > 0, Size: > 0 };

    /// <summary>Connects. Loop thread.</summary>
    public void Connect()
    {
        if (_run.IsOver)
            return;
        _begunAt = Stopwatch.GetTimestamp();
        (_stage, _sawEnd, _headLength, _payloadLeft, _toSend) = (Stage.Connecting, false, 0, 0, 0);
        _sentAt.Clear();
        SocketCalls.Connect(_gateway, null, false, out var descriptor);
        if (descriptor < 0)
        {
            _run.Fail(this, "no descriptor is left");
            return;
        }

        SocketCalls.SetNoDelay(descriptor);
        if (Group.Reconnects)
            SocketCalls.ResetOnClose(descriptor); // a port that waits for its end would be missing soon
        _transport = Group.Tls == TlsUse.None
            ? new SocketTransport(descriptor)
            : TlsTransport.Connect(_run.Context!, descriptor, _run.Loop.Tls, default, _sessions);
        _transport.Registration = _run.Loop.Register(descriptor, this, 0);
    }

    /// <summary>Begins to send messages, unless that goes by the clock. Loop thread.</summary>
    public void Talk()
    {
        if (_frames.Length == 0 || IsPaced || _stage != Stage.Open)
            return;
        for (var i = 0; i < Group.Depth; i++)
            Queue(Stopwatch.GetTimestamp());
        Flush();
    }

    /// <summary>Sends what is due by the clock, this long after the start. Loop thread.</summary>
    public void SendDue(double seconds)
    {
        if (_transport is null || _stage != Stage.Open)
            return;
        var due = (long)(seconds * Group.Pace + _phase);
        if (due <= _sent)
            return;
        var now = Stopwatch.GetTimestamp();
        while (_sent < due)
            Queue(now);
        Flush();
    }

    /// <summary>
    /// The run is over. What a paced client still waits for has taken this long at least, and counts: a gateway that stands still must not look better
    /// than one that is slow. Loop thread.
    /// </summary>
    public void End()
    {
        if (IsPaced)
        {
            foreach (var sentAt in _sentAt)
                _tally.Latency.Add(Nanoseconds(sentAt));
        }

        Close();
    }

    /// <summary>Closes the connection. Loop thread.</summary>
    public void Close()
    {
        if (_transport is null)
            return;
        _run.Loop.Unregister(_transport.Registration);
        _transport.Close();
        _transport = null;
    }

    void IReadyHandler.OnReady(int tag, ReadyEvents events)
    {
        if (_transport is null)
            return;
        if ((events & Ended) != 0)
            _sawEnd = true;
        if (_stage == Stage.Connecting)
        {
            if ((events & ReadyEvents.Writable) == 0)
                return;
            _stage = Stage.Securing;
        }

        if (_stage == Stage.Securing && !Secure())
            return;
        if (_stage == Stage.Open && !Flush())
            return;
        ReadSome();
    }

    /// <summary>Takes TLS as far as it goes, and then asks for the tunnel. False when there is nothing to read yet.</summary>
    private bool Secure()
    {
        if (_transport is TlsTransport tls)
        {
            switch (tls.Advance())
            {
                case TlsProgress.NeedsInput or TlsProgress.NeedsOutput:
                    return false;
                case TlsProgress.Failed:
                    Lose(tls.FailureText);
                    return false;
            }

            if (_hasSession && !tls.WasResumed)
                _run.Note("a session was not resumed");
            _hasSession = _sessions is not null;
        }

        if (_transport!.Write(_handshake) != _handshake.Length)
        {
            Lose("the handshake could not be sent");
            return false;
        }

        _stage = Stage.Asking;
        return true;
    }

    private void ReadSome()
    {
        // One read, and the others have their turn: the load must not be less fair than what it measures.
        var buffer = _run.Loop.ReadBuffer.AsSpan(0, ReadSize);
        var count = _transport!.Read(buffer);
        if (count == -Errno.EAGAIN)
            return;
        if (count <= 0)
        {
            Lose(_stage == Stage.Open ? "the tunnel was closed" : "the connection was closed during the handshake");
            return;
        }

        Take(buffer[..count]);
        if (_toSend > 0 && _stage == Stage.Open && !Flush()) // what all that came has set off, in one go
            return;
        if (_transport is not null && _stage != Stage.Connecting && (count == buffer.Length || _sawEnd))
            _run.Loop.Requeue(this, 0);
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (_stage != Stage.Open)
        {
            // The answer comes in one piece on loopback; what follows it are frames.
            var end = bytes.IndexOf("\r\n\r\n"u8);
            if (end < 0 || !bytes.StartsWith("HTTP/1.1 101"u8))
            {
                Lose($"the handshake was answered: {Encoding.Latin1.GetString(bytes[..Math.Min(60, bytes.Length)]).Split('\r')[0]}");
                return;
            }

            _stage = Stage.Open;
            bytes = bytes[(end + 4)..];
            if (Group.Reconnects)
                Count(_begunAt);
            _run.Opened(this);
        }

        while (!bytes.IsEmpty && _transport is not null)
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
        if (!_sentAt.TryDequeue(out var sentAt))
        {
            Lose("a message came that nobody has sent");
            return;
        }

        Count(sentAt);
        if (_run.IsOver || IsPaced)
            return;
        Queue(Stopwatch.GetTimestamp());
    }

    private void Count(long since)
    {
        if (_run.IsOver)
            return;
        _tally.Latency.Add(Nanoseconds(since));
        _tally.Operations++;
    }

    private void Queue(long now)
    {
        _sentAt.Enqueue(now);
        _sent++;
        _toSend += _frameLength;
    }

    private bool Flush()
    {
        while (_toSend > 0 && _transport is not null)
        {
            var begun = (int)((_frameLength - _toSend % _frameLength) % _frameLength); // of the message that is on its way
            var written = _transport.Write(_frames.AsSpan(begun, (int)Math.Min(_toSend, _frames.Length - begun)));
            if (written == -Errno.EAGAIN)
                return true; // what comes in may still be read
            if (written < 0)
            {
                Lose("the tunnel was reset");
                return false;
            }

            _toSend -= written;
        }

        return _transport is not null;
    }

    private void Lose(string reason)
    {
        Close();
        _run.Fail(this, reason);
    }

    private static byte[] MakeFrames(int size, int depth, out int length)
    {
        var frame = new byte[FrameHeader.MaxLength + size];
        const uint key = 0x12345678;
        length = size + new FrameHeader(FrameOpcode.Binary, IsFinal: true, Reserved: 0, size, IsMasked: true, key).Write(frame);
        var frames = new byte[length * Math.Clamp(LargestBatch / length, 1, depth)];
        for (var at = 0; at < frames.Length; at += length)
            frame.AsSpan(0, length).CopyTo(frames.AsSpan(at));
        return frames;
    }

    private static long Nanoseconds(long since) => (long)Stopwatch.GetElapsedTime(since).TotalNanoseconds;
}
