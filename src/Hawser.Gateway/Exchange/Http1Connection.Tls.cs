using System.Diagnostics;
using System.Runtime.CompilerServices;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Tls;
using Hawser.Gateway.Tls.Ocsp;
using Hawser.IO.Buffers;
using Hawser.IO.Loop;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.IO.Tls;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Exchange;

/// <summary>Step 1 on an address with <c>ssl</c>: the handshake, and the server it chooses.</summary>
public sealed partial class Http1Connection : ITlsServer
{
    private ServerModel? _namedServer;  // the one the client named in the handshake
    private ByteSlice _negotiatedName;  // that name, lowered; empty when it chose none
    private TlsTransport? _tls;
    private ClientCertificateCheck? _certificateCheck;

    /// <summary>The connection's TLS; null on a plain one, and on one that has ended: a mirror may outlive the tunnel that it has become.</summary>
    public TlsTransport? Tls => _tls is { Descriptor: >= 0 } ? _tls : null;

    /// <summary>The client speaks plain HTTP where TLS is spoken.</summary>
    internal bool IsPlainOnTls { get; private set; }

    /// <inheritdoc/>
    public string? CertificateProblem { get; private set; }

    bool IClientConnection.IsEncrypted => _tls is not null;

    /// <summary>The server for what comes before a Host field, and for hosts that nobody has.</summary>
    internal ServerModel DefaultServer => _namedServer ?? Listener.Default;

    /// <summary>Whether a request for that host goes to the server of the handshake.</summary>
    internal bool IsNegotiated(ByteSlice host) => !_negotiatedName.IsEmpty && _negotiatedName.Equals(host);

    /// <summary>The client has named a server in the handshake, so the requests of the connection should be for it.</summary>
    internal bool HasNegotiatedServer => !_negotiatedName.IsEmpty;

    /// <summary>The server that was negotiated, as it is in the present configuration. A regular expression sets the captures.</summary>
    internal ServerModel FindNegotiated(HttpExchange exchange) => Listener.Names.Find(exchange, _negotiatedName);

    /// <summary>Runs the handshake. False: it failed, or the client has gone.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> SecureAsync()
    {
        long deadline = _worker.Loop.Now + Listener.Default.Limits.ClientHeaderTimeout;
        if (!await ReadFirstBytesAsync(deadline)) return false;
        if (!TlsTransport.LooksLikeTls(_input![_inputStart]))
        {
            IsPlainOnTls = true;
            return true;
        }
        var tls = TlsTransport.Accept(
            Listener.Default.Tls!.Context, this, _channel.Transport.Descriptor, _worker.Loop.Tls, _input.AsSpan(_inputStart, _inputEnd - _inputStart));
        DropInput();
        _channel.Wrap(tls);
        _tls = tls;
        while (true)
        {
            await _worker.Handshakes.Next();
            if (_isEnding) return false;
            long startedAt = Stopwatch.GetTimestamp();
            TlsProgress progress = tls.Advance();
            _worker.Handshakes.Count(startedAt);
            if (progress == TlsProgress.NeedsTime)
            {
                progress = await PoolWork.RunAsync(_worker.Loop, static transport => transport.AdvanceBesideLoop(), tls);
                if (_isEnding) return false;
                // What the channel has heard meanwhile may be older or newer than what the other thread has seen, so the socket is asked once more.
                if (progress is TlsProgress.NeedsInput or TlsProgress.NeedsOutput) continue;
            }
            RenewStaple(tls);
            WaitResult wait;
            switch (progress)
            {
                case TlsProgress.Complete:
                    _channel.MarkReady(); // the request may have come along with the end of the handshake
                    return TlsSettings?.ClientOcsp is not { } ocsp || await CheckCertificateAsync(tls, ocsp, deadline);
                case TlsProgress.NeedsInput:
                    _channel.MarkDrained();
                    wait = await _channel.WaitReadable(Math.Max(0, deadline - _worker.Loop.Now));
                    break;
                case TlsProgress.NeedsOutput:
                    _channel.MarkFull();
                    wait = await _channel.WaitWritable(Math.Max(0, deadline - _worker.Loop.Now));
                    break;
                default:
                    LogFailedHandshake(tls);
                    return false;
            }
            if (wait == WaitResult.TimedOut) this.LogError(LogLevel.Info, $"client timed out ({Errno.Describe(Errno.ETIMEDOUT)}) while SSL handshaking");
            if (wait != WaitResult.Ready || _isEnding) return false;
        }
    }

    /// <summary>Asks about the client's certificate, if it has shown one and its chain is good. What comes of it is for the requests. False: the connection is over.</summary>
    private async ValueTask<bool> CheckCertificateAsync(TlsTransport tls, ClientOcspModel model, long deadline)
    {
        if (tls.VerifyResult != 0 || !tls.HasPeerCertificate) return true;
        IReadOnlyList<OcspQuestion> questions = [];
        try
        {
            questions = tls.PeerQuestions(model.OwnOnly);
            var check = new ClientCertificateCheck(model, _worker, this);
            _certificateCheck = check;
            CertificateProblem = await check.RunAsync(questions, deadline);
            if (!check.IsAborted) return !_isEnding;
            if (_channel.PeerClosed) this.LogError(LogLevel.Info, "client closed connection while SSL handshaking");
            return false;
        }
        catch (TlsException e)
        {
            this.LogError(LogLevel.Error, $"{e.Message} while SSL handshaking");
            return false;
        }
        finally
        {
            _certificateCheck = null;
            foreach (OcspQuestion question in questions) question.Dispose();
        }
    }

    private async ValueTask<bool> ReadFirstBytesAsync(long deadline)
    {
        while (!HasInput)
        {
            int read = _channel.Read(_worker.Loop.ReadBuffer.AsSpan(0, HeadReadSize));
            if (read > 0) Keep(_worker.Loop.ReadBuffer.AsSpan(0, read));
            else if (read != -Errno.EAGAIN)
            {
                this.LogError(LogLevel.Info, "client closed connection while SSL handshaking");
                return false;
            }
            else if (await _channel.WaitReadable(Math.Max(0, deadline - _worker.Loop.Now)) != WaitResult.Ready || _isEnding) return false;
        }
        return true;
    }

    private void LogFailedHandshake(TlsTransport tls)
    {
        LogLevel level = !tls.IsFailureOfPeer ? LogLevel.Crit : LogLevel.Info;
        this.LogError(level, $"{tls.FailureText} while SSL handshaking");
    }

    bool ITlsServer.SelectServer(TlsTransport transport, ReadOnlySpan<byte> serverName)
    {
        if (!serverName.IsEmpty && Listener.Names.IsPlural && HostName.TryParse(serverName, out HostName host))
        {
            byte[] name = new byte[host.Length];
            host.Lower(serverName, name);
            HttpExchange exchange = BeginWithoutRequest();
            if (Listener.Names.Match(exchange, new ByteSlice(name)) is { } server)
            {
                _negotiatedName = new ByteSlice(name);
                _namedServer = server;
                if (server.Tls is { } settings) transport.SwitchContext(settings.Context);
            }
            _worker.Return(exchange);
        }
        return DefaultServer.Tls is not { RejectsHandshake: true };
    }

    bool ITlsServer.LoadCertificates(TlsTransport transport)
    {
        if (TlsSettings is not { } settings) return true;
        HttpExchange exchange = BeginWithoutRequest();
        bool loaded = settings.LoadCertificates(exchange, transport);
        _worker.Return(exchange);
        return loaded;
    }

    private void RenewStaple(TlsTransport tls)
    {
        if (tls.AskedStaple is { } staple) TlsSettings?.RenewStaple(staple, _worker);
        tls.AskedStaple = null;
    }

    // A server without certificates of its own uses those of the address.
    private TlsServerModel? TlsSettings => DefaultServer.Tls ?? Listener.Default.Tls;

    private HttpExchange BeginWithoutRequest()
    {
        HttpExchange exchange = _worker.RentExchange();
        exchange.Begin(this, Model, _worker.Loop.Now);
        exchange.Server = DefaultServer;
        exchange.Location = DefaultServer.Defaults;
        return exchange;
    }
}
