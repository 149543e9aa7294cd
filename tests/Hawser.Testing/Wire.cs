using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Hawser.Testing;

/// <summary>One end of a connection, plain until TLS is started on it. Breaks of the connection are <see cref="SocketException"/>s either way.</summary>
internal sealed class Wire(Socket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[65536];
    private WatchedStream? _below;
    private SslStream? _tls;
    private Task<int>? _reading;

    /// <summary>What TLS has agreed upon; null on a plain connection.</summary>
    public string? Agreement { get; private set; }

    /// <summary>Why TLS failed, in the handshake or later; null while it has not.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether the peer has said close_notify (RFC 8446 §6.1).</summary>
    public bool PeerSaidGoodbye { get; private set; }

    /// <summary>The name that a client has asked this end for.</summary>
    public string ServerName => _tls?.TargetHostName ?? "";

    public bool IsTls { get; private set; }

    public Task ConnectTlsAsync(TlsPeer peer) => HandshakeAsync(tls => tls.AuthenticateAsClientAsync(peer.ForClient()));

    public Task AcceptTlsAsync(SslServerAuthenticationOptions options, CancellationToken over) => HandshakeAsync(tls => tls.AuthenticateAsServerAsync(options, over));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken over = default)
    {
        if (!IsTls)
        {
            while (bytes.Length > 0)
                bytes = bytes[await socket.SendAsync(bytes, over)..];
            return;
        }

        ThrowWithoutHandshake();
        try
        {
            await _tls!.WriteAsync(bytes, over);
        }
        catch (IOException error)
        {
            throw Broken(error);
        }
    }

    /// <returns>0 at the end of the stream.</returns>
    public async Task<int> ReceiveAsync(Memory<byte> buffer, CancellationToken over)
    {
        if (!IsTls)
            return await socket.ReceiveAsync(buffer, over);
        ThrowWithoutHandshake();
        // A read that is cancelled may have taken a part of a record: it goes on, and the next call waits for it.
        _reading ??= ReadTlsAsync();
        var count = await _reading.WaitAsync(over);
        _reading = null;
        _buffer.AsSpan(0, count).CopyTo(buffer.Span);
        return count;
    }

    /// <summary>Says close_notify where TLS is spoken; the connection stays.</summary>
    public async Task SayGoodbyeAsync()
    {
        try
        {
            if (_tls is { IsAuthenticated: true })
                await _tls.ShutdownAsync();
        }
        catch (IOException error)
        {
            throw Broken(error);
        }
    }

    /// <summary>Ends the sending direction without a word of TLS.</summary>
    public void EndSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>The end of this side will be a reset.</summary>
    public void LingerWithReset() => socket.LingerState = new LingerOption(true, 0);

    public void Reset()
    {
        LingerWithReset();
        Dispose();
    }

    public void Dispose()
    {
        socket.Dispose();
        _tls?.Dispose();
        _below?.Dispose();
    }

    private async Task HandshakeAsync(Func<SslStream, Task> shakeHands)
    {
        IsTls = true;
        try
        {
            _below = new WatchedStream(socket); // throws where the peer has gone already
            _tls = new SslStream(_below, leaveInnerStreamOpen: true);
            await shakeHands(_tls);
            Agreement = TlsPeer.Describe(_tls);
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            throw Broken(error);
        }
    }

    private async Task<int> ReadTlsAsync()
    {
        try
        {
            if (!PeerSaidGoodbye)
            {
                var count = await _tls!.ReadAsync(_buffer);
                if (count > 0 || _below!.HasEnded)
                    return count;
                PeerSaidGoodbye = true;
            }

            // Behind close_notify nothing counts but the end of the connection.
            while (await _below!.ReadAsync(_buffer) > 0)
            {
                // RFC 8446 §6.1: to be ignored.
            }

            return 0;
        }
        catch (IOException error)
        {
            throw Broken(error);
        }
    }

    private void ThrowWithoutHandshake()
    {
        if (Agreement is null || _tls is null)
            throw new SocketException((int)SocketError.ConnectionAborted);
    }

    // Everything that can happen below or in TLS ends the connection; what was wrong with TLS itself is kept.
    private SocketException Broken(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException broken)
                return broken;
        }

        Failure ??= _below is null or { HasEnded: true } ? "connection closed" : TlsPeer.Explain(error);
        return new SocketException((int)SocketError.ConnectionAborted);
    }

    /// <summary>Notes the end of the stream, which <see cref="SslStream"/> reports in the same way as close_notify.</summary>
    private sealed class WatchedStream(Socket socket) : NetworkStream(socket, ownsSocket: false)
    {
        public bool HasEnded { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            HasEnded |= count == 0 && buffer.Length > 0;
            return count;
        }
    }
}
