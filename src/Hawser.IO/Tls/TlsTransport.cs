using System.Diagnostics;
using Hawser.IO.Native;
using Hawser.IO.Sockets;

namespace Hawser.IO.Tls;

/// <summary>How far a handshake has come.</summary>
public enum TlsProgress
{
    /// <summary>Done: data may flow.</summary>
    Complete,

    /// <summary>The peer's next message has not come.</summary>
    NeedsInput,

    /// <summary>The socket is full.</summary>
    NeedsOutput,

    /// <summary>A signature with a long key is next: <see cref="TlsTransport.AdvanceBesideLoop"/>.</summary>
    NeedsTime,

    /// <summary>It failed, for the reason in <see cref="TlsTransport.FailureText"/>.</summary>
    Failed,
}

/// <summary>
/// TLS over a stream socket. A write that the socket does not take whole must be repeated with the same bytes first, as with OpenSSL itself:
/// they are encrypted already. Loop thread only.
/// </summary>
public sealed unsafe partial class TlsTransport : Transport
{
    // A record's header, nonce, tag and padding at the most: what ciphertext is longer than plaintext (RFC 8446 §5.2, RFC 5246 §6.2.3).
    private const int RecordOverhead = 325;
    private const int HandshakeReadSize = 16 * 1024;

    [ThreadStatic]
    private static TlsTransport? t_current;

    private readonly bool _isServer;
    private TlsPump _pump;
    private nint _ssl;
    private int _descriptor;
    private byte[]? _input;      // ciphertext that was received and is not decrypted yet
    private int _inputStart;
    private int _inputEnd;
    private byte[]? _output;     // ciphertext that the socket has not taken
    private int _outputStart;
    private int _outputEnd;
    private int _repeated;       // plaintext that is encrypted and will be offered again
    private int _error;          // the errno that ended the connection
    private bool _mayHavePlaintext;
    private bool _hasEnded;
    private bool _isShut;
    private bool _isComplete;

    private TlsTransport(TlsContext context, int descriptor, TlsPump pump, bool isServer)
    {
        Context = InitialContext = context;
        _pump = pump;
        _descriptor = descriptor;
        _isServer = isServer;
        _ssl = LibSsl.SSL_new(context.Handle);
        if (_ssl == 0) throw TlsErrors.Failure("SSL_new() failed");
        nint bio = pump.CreateBio();
        LibSsl.SSL_set_bio(_ssl, bio, bio);
        if (isServer) LibSsl.SSL_set_accept_state(_ssl);
        else LibSsl.SSL_set_connect_state(_ssl);
    }

    /// <summary>The transport whose handshake or read runs on this thread: how OpenSSL's callbacks find it.</summary>
    internal static TlsTransport? Current => t_current;

    public override int Descriptor => _descriptor;

    /// <summary>The context in force, which the client's server name may have changed.</summary>
    public TlsContext Context { get; private set; }

    /// <summary>The context the connection began with; OpenSSL keeps to it in matters of sessions and tickets.</summary>
    internal TlsContext InitialContext { get; }

    internal ITlsServer? Server { get; private set; }

    /// <summary>Where a client's sessions go; null on the server's side, and where none is to be resumed.</summary>
    internal TlsSessionSlot? Sessions { get; private set; }

    /// <summary>The time as OpenSSL sees it.</summary>
    internal long UnixSeconds => _pump.UnixSeconds;

    internal nint Ssl => _ssl;

    /// <summary>The handshake is done.</summary>
    public bool IsComplete => _isComplete;

    /// <summary>Why the handshake failed, in nginx's words, one byte per character.</summary>
    public string FailureText { get; private set; } = "";

    /// <summary>The failure is one that the peer can cause at will: worth no more than the info level.</summary>
    public bool IsFailureOfPeer { get; private set; }

    /// <summary>The handshake was refused by <see cref="ITlsServer.SelectServer"/>.</summary>
    public bool WasRejected { get; internal set; }

    /// <summary>An exception of a callback, which could not pass through OpenSSL.</summary>
    internal Exception? CallbackFailure { get; set; }

    /// <summary>Starts the server's side.</summary>
    /// <param name="descriptor">A connected, non-blocking socket; the transport owns it from now on.</param>
    /// <param name="received">What was read from it already.</param>
    /// <exception cref="TlsException">OpenSSL is out of memory.</exception>
    public static TlsTransport Accept(TlsContext context, ITlsServer server, int descriptor, TlsPump pump, ReadOnlySpan<byte> received)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(pump);
        var transport = new TlsTransport(context, descriptor, pump, isServer: true) { Server = server };
        transport.KeepInput(received);
        return transport;
    }

    /// <summary>
    /// The first byte of a connection as nginx looks at it: a TLS record of the handshake (RFC 8446 §5.1), or a hello of SSL 2, which OpenSSL refuses.
    /// </summary>
    public static bool LooksLikeTls(byte first) => first == 0x16 || (first & 0x80) != 0;

    /// <summary>Takes the handshake as far as the bytes at hand allow.</summary>
    public TlsProgress Advance()
    {
        if (_isComplete) return FlushOutput() < 0 ? FlushFailed() : _output is null ? TlsProgress.Complete : TlsProgress.NeedsOutput;
        TlsPump.State* io = _pump.Io;
        TakeInput(io);
        while (true)
        {
            int result = Step(io);
            int flushed = FlushOutput();
            if (CallbackFailure is { } failure) return Fail($"{failure}", ofPeer: false);
            if (result == 1) return Complete(io, flushed);
            if (_isSignatureDue)
            {
                _isSignatureDue = false;
                LibCrypto.ERR_clear_error();
                SaveInput(io);
                return TlsProgress.NeedsTime;
            }
            if (io->IsStarved == 0) return Fail(result);
            if (flushed < 0) return FlushFailed();
            int received = Receive(HandshakeReadSize);
            if (received > 0)
            {
                io->Input = _pump.Receive;
                io->InputLength = received;
                continue;
            }
            if (received == -Errno.EAGAIN) return _output is null ? TlsProgress.NeedsInput : TlsProgress.NeedsOutput;
            return received == 0
                ? Fail("peer closed connection in SSL handshake", ofPeer: true)
                : Fail($"recv() failed ({Errno.Describe(-received)})", ofPeer: true);
        }
    }

    public override int Read(Span<byte> buffer)
    {
        if (_isShut) return ReadAway(buffer);
        if (_error != 0) return -_error;
        if (_hasEnded && _input is null && !_mayHavePlaintext) return 0;
        int total = _earlyData is null ? 0 : TakeEarlyData(buffer);
        if (total > 0 && total == buffer.Length) return total;
        TlsPump.State* io = _pump.Io;
        TakeInput(io);
        bool isDrained = false;
        if (!_isServer) t_current = this; // sessions come as messages between the data (RFC 8446 §4.6.1)
        fixed (byte* start = buffer)
        {
            while (total < buffer.Length)
            {
                if (io->InputLength == 0 && !_mayHavePlaintext)
                {
                    if (isDrained || _hasEnded) break;
                    int wanted = Math.Min(TlsPump.ReceiveCapacity, buffer.Length - total + RecordOverhead);
                    int received = Receive(wanted);
                    if (received <= 0)
                    {
                        if (received == 0) _hasEnded = true;
                        else if (received != -Errno.EAGAIN) _error = -received;
                        break;
                    }
                    io->Input = _pump.Receive;
                    io->InputLength = received;
                    isDrained = received < wanted;
                }
                _mayHavePlaintext = false;
                io->IsStarved = 0;
                LibCrypto.ERR_clear_error();
                int read = LibSsl.SSL_read(_ssl, start + total, buffer.Length - total);
                if (read > 0) total += read;
                else if (io->IsStarved == 0)
                {
                    EndReading(read);
                    break;
                }
            }
        }
        t_current = null;
        // A record may hold more than was asked for.
        _mayHavePlaintext = total == buffer.Length && total > 0 && !_hasEnded;
        SaveInput(io);
        if (io->OutputLength > 0) _ = FlushOutput(); // an answer to a key update, or an alert
        if (total > 0)
        {
            // The end stands behind the data in one segment, and whoever reads waits for news before it asks again: this is the news.
            if (_hasEnded || _error != 0) SocketCalls.ShutdownRead(_descriptor);
            return total;
        }
        return _error != 0 ? -_error : _hasEnded ? 0 : -Errno.EAGAIN;
    }

    public override int Write(ReadOnlySpan<byte> buffer)
    {
        if (_error != 0) return -_error;
        if (_isShut) return -Errno.EPIPE;
        if (_output is not null)
        {
            int flushed = FlushOutput();
            if (flushed < 0) return flushed;
            if (_output is not null) return -Errno.EAGAIN;
        }
        int done = Math.Min(_repeated, buffer.Length);
        _repeated -= done;
        TlsPump.State* io = _pump.Io;
        fixed (byte* start = buffer)
        {
            while (done < buffer.Length)
            {
                io->OutputLength = 0;
                io->InputLength = 0;
                LibCrypto.ERR_clear_error();
                int written = LibSsl.SSL_write(_ssl, start + done, Math.Min(buffer.Length - done, TlsPump.WriteSize));
                if (written <= 0)
                {
                    EndReading(written);
                    return done > 0 ? done : _error != 0 ? -_error : -Errno.EPIPE;
                }
                int flushed = FlushOutput();
                if (flushed < 0) return flushed;
                if (_output is not null)
                {
                    _repeated = written;
                    return done > 0 ? done : -Errno.EAGAIN;
                }
                done += written;
            }
        }
        return done;
    }

    /// <summary>Says close_notify and ends the writing half. What is read afterwards is thrown away undecrypted.</summary>
    public override void ShutdownWrite()
    {
        SayGoodbye();
        _isShut = true;
        _ = Libc.shutdown(_descriptor, Libc.SHUT_WR);
    }

    /// <summary>Frees what is OpenSSL's, of a connection whose handshake has not begun. The socket stays its owner's.</summary>
    public void Abandon()
    {
        if (_ssl != 0) LibSsl.SSL_free(_ssl);
        _ssl = 0;
        _descriptor = -1;
    }

    public override void Close()
    {
        if (_descriptor < 0) return;
        SayGoodbye();
        DropInput();
        DropOutput();
        DropEarlyData();
        t_current = this; // a session that was broken off is forgotten here
        LibSsl.SSL_free(_ssl);
        t_current = null;
        _ssl = 0;
        Server = null;
        _ = Libc.close(_descriptor);
        _descriptor = -1;
    }

    private int Step(TlsPump.State* io)
    {
        io->IsStarved = 0;
        io->OutputLength = 0;
        LibCrypto.ERR_clear_error();
        t_current = this;
        int result = InitialContext.AcceptsEarlyData && _isServer && !_earlyDataDone ? ReadEarlyData() : LibSsl.SSL_do_handshake(_ssl);
        t_current = null;
        return result;
    }

    private TlsProgress Complete(TlsPump.State* io, int flushed)
    {
        SaveInput(io);
        _isComplete = true;
        Server = null;
        if (flushed < 0) return FlushFailed();
        return _output is null ? TlsProgress.Complete : TlsProgress.NeedsOutput;
    }

    private TlsProgress Fail(int result)
    {
        int error = LibSsl.SSL_get_error(_ssl, result);
        bool ofPeer = error != LibSsl.SSL_ERROR_SSL || TlsErrors.IsCausedByPeer();
        return Fail(TlsErrors.Take("SSL_do_handshake() failed"), ofPeer);
    }

    private TlsProgress FlushFailed() => Fail($"send() failed ({Errno.Describe(_error)})", ofPeer: true);

    private TlsProgress Fail(string text, bool ofPeer)
    {
        FailureText = text;
        IsFailureOfPeer = ofPeer;
        if (_error == 0) _error = Errno.EPROTO;
        _pump.Io->InputLength = 0;
        Server = null;
        return TlsProgress.Failed;
    }

    /// <summary>SSL_read() or SSL_write() gave nothing though nothing was lacking: the peer said close_notify, or what it sent is wrong.</summary>
    private void EndReading(int result)
    {
        int error = LibSsl.SSL_get_error(_ssl, result);
        if (error == LibSsl.SSL_ERROR_ZERO_RETURN) _hasEnded = true;
        else
        {
            FailureText = TlsErrors.Take(_isComplete ? "SSL_read() failed" : "SSL_do_handshake() failed");
            IsFailureOfPeer = true;
            _error = Errno.EPROTO;
        }
        LibCrypto.ERR_clear_error();
    }

    private void SayGoodbye()
    {
        if (_isShut || _ssl == 0 || !_isComplete || _error != 0 || _output is not null)
        {
            // Without a goodbye OpenSSL would think that the session was broken off, and forget it.
            if (_ssl != 0 && _isComplete && _error == 0) LibSsl.SSL_set_shutdown(_ssl, LibSsl.SSL_SENT_SHUTDOWN | LibSsl.SSL_RECEIVED_SHUTDOWN);
            return;
        }
        _pump.Io->OutputLength = 0;
        _pump.Io->InputLength = 0;
        LibSsl.SSL_set_shutdown(_ssl, LibSsl.SSL_get_shutdown(_ssl) | LibSsl.SSL_RECEIVED_SHUTDOWN); // the peer's is not waited for
        _ = LibSsl.SSL_shutdown(_ssl);
        LibCrypto.ERR_clear_error();
        _ = FlushOutput();
        DropOutput();
    }

    /// <summary>Sends what OpenSSL has made; keeps what the socket does not take. 0, or a negated errno.</summary>
    private int FlushOutput()
    {
        TlsPump.State* io = _pump.Io;
        if (_output is not null)
        {
            int kept = _outputEnd - _outputStart;
            int sent = Send(_output.AsSpan(_outputStart, kept));
            if (sent < 0) return Break(sent, io);
            _outputStart += sent;
            if (_outputStart < _outputEnd)
            {
                if (io->OutputLength > 0) KeepOutput(new ReadOnlySpan<byte>(io->Output, io->OutputLength));
                io->OutputLength = 0;
                return 0;
            }
            DropOutput();
        }
        if (io->OutputLength == 0) return 0;
        var made = new ReadOnlySpan<byte>(io->Output, io->OutputLength);
        io->OutputLength = 0;
        int taken = Send(made);
        if (taken < 0) return Break(taken, io);
        if (taken < made.Length) KeepOutput(made[taken..]);
        return 0;
    }

    private int Break(int error, TlsPump.State* io)
    {
        io->OutputLength = 0;
        _error = -error;
        DropOutput();
        return error;
    }

    /// <summary>Sends; a full socket takes 0 bytes.</summary>
    private int Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            int result;
            do result = Libc.Result(Libc.send(_descriptor, start, (nuint)bytes.Length, Libc.MSG_NOSIGNAL));
            while (result == -Errno.EINTR);
            return result == -Errno.EAGAIN ? 0 : result;
        }
    }

    private int Receive(int length)
    {
        int result;
        do result = Libc.Result(Libc.recv(_descriptor, _pump.Receive, (nuint)length, 0));
        while (result == -Errno.EINTR);
        return result;
    }

    private int ReadAway(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            int result;
            do result = Libc.Result(Libc.recv(_descriptor, start, (nuint)buffer.Length, 0));
            while (result == -Errno.EINTR);
            return result;
        }
    }

    /// <summary>Puts kept ciphertext where OpenSSL finds it.</summary>
    private void TakeInput(TlsPump.State* io)
    {
        io->OutputLength = 0;
        io->InputLength = 0;
        if (_input is null) return;
        var kept = _input.AsSpan(_inputStart, _inputEnd - _inputStart);
        Debug.Assert(kept.Length <= TlsPump.ReceiveCapacity);
        kept.CopyTo(new Span<byte>(_pump.Receive, TlsPump.ReceiveCapacity));
        io->Input = _pump.Receive;
        io->InputLength = kept.Length;
        DropInput();
    }

    private void SaveInput(TlsPump.State* io)
    {
        if (io->InputLength > 0) KeepInput(new ReadOnlySpan<byte>(io->Input, io->InputLength));
        io->InputLength = 0;
    }

    private void KeepInput(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        _input = _pump.Buffers.Rent(bytes.Length);
        bytes.CopyTo(_input);
        (_inputStart, _inputEnd) = (0, bytes.Length);
    }

    private void KeepOutput(ReadOnlySpan<byte> bytes)
    {
        int kept = _outputEnd - _outputStart;
        byte[] joined = _pump.Buffers.Rent(kept + bytes.Length);
        _output?.AsSpan(_outputStart, kept).CopyTo(joined);
        bytes.CopyTo(joined.AsSpan(kept));
        DropOutput();
        (_output, _outputStart, _outputEnd) = (joined, 0, kept + bytes.Length);
    }

    private void DropInput()
    {
        if (_input is not null) _pump.Buffers.Return(_input);
        _input = null;
        _inputStart = _inputEnd = 0;
    }

    private void DropOutput()
    {
        if (_output is not null) _pump.Buffers.Return(_output);
        _output = null;
        _outputStart = _outputEnd = 0;
    }
}
