using Hawser.Gateway.Compilation;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;
using Hawser.IO.Native;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Exchange;

/// <summary>
/// An HTTP/1 client connection: reads heads, runs an exchange for each, keeps the connection alive or closes it. The steps of
/// architecture.md that are not about the wire (3 to 7) are in <see cref="ExchangePipeline"/>.
/// </summary>
public sealed partial class Http1Connection : TrackedConnection, IClientConnection, IChannelObserver
{
    // Heads are small; a larger read would only move body bytes twice.
    private const int HeadReadSize = 16 * 1024;

    private static long s_serial;

    private readonly Worker _worker;
    private readonly Channel _channel;
    private readonly ListenerState _listener;
    private ByteSlice _remoteAddress;
    private SocketEndpoint? _localEndpoint;
    private byte[]? _input;          // bytes received and not used: the rest of a head, a body, pipelined requests
    private int _inputStart;
    private int _inputEnd;
    private HttpExchange? _exchange; // the one under way
    private bool _isIdle;
    private bool _isEnding;
    private bool _isHandedOver;

    public Http1Connection(Worker worker, int descriptor, SocketEndpoint peer, ListenerState listener)
    {
        _worker = worker;
        _listener = listener;
        RemoteEndpoint = peer;
        Serial = Interlocked.Increment(ref s_serial);
        StartedAt = worker.Loop.Now;
        Model = worker.Model;
        _channel = worker.RentChannel();
        // Not before the next turn: the client may have closed another connection first, whose place in a zone of limit_conn this one wants.
        _channel.Open(new SocketTransport(descriptor), connected: true, awaitsInput: true);
        _channel.Observer = this;
        Listener = FindListener(Model)!;
    }

    public long Serial { get; }

    public int Requests { get; private set; }

    public long StartedAt { get; }

    public ListenerModel Listener { get; private set; }

    public SocketEndpoint RemoteEndpoint { get; }

    public SocketEndpoint LocalEndpoint => _localEndpoint ??= SocketCalls.LocalEndpoint(_channel.Transport.Descriptor);

    public ByteSlice RemoteAddress => _remoteAddress.IsEmpty ? _remoteAddress = ByteSlice.FromLatin1(RemoteEndpoint.AddressText) : _remoteAddress;

    public bool IsPipelined { get; private set; }

    private bool HasInput => _inputEnd > _inputStart;

    public int Descriptor => _channel.IsOpen ? _channel.Transport.Descriptor : -1;

    public Channel Channel => _channel;

    // The kernel is asked for the local address only where it makes a difference.
    private ListenerModel? FindListener(GatewayModel model) =>
        _listener.FindModel(model) is not { } listener ? null : listener.Specific is null ? listener : listener.For(LocalEndpoint);

    public void Start() => _ = RunAsync();

    /// <summary>Runs exchanges until the connection ends or becomes a tunnel.</summary>
    private async Task RunAsync()
    {
        try
        {
            // 1 accept, as far as it is about bytes
            bool isAccepted = (!Listener.ExpectsProxyHeader || await ReadProxyHeaderAsync()) && (!Listener.IsTls || await SecureAsync());
            while (isAccepted)
            {
                // 2 head
                if (!await ReadHeadAsync()) break;
                HttpExchange exchange = _exchange!;
                _worker.SetPhase(this, Metrics.ConnectionPhase.Writing);
                _worker.Counters.Request();
                bool keep = await ExchangePipeline.RunAsync(exchange); // 3 … 7
                if (_isHandedOver) break;

                // 8 log, then keep alive or close
                if (!await FinishAsync(exchange, keep)) break;
            }
        }
        catch (Exception e)
        {
            // A defect in the gateway: one connection pays, the others do not notice.
            Model.ErrorLog.Write(LogLevel.Crit, $"unexpected failure: {e}", Serial);
            _exchange?.Response.Truncate();
        }
        // A mirror may still be at work for the tunnel's request, with its memory.
        if (_exchange is { } last) await last.FinishSubrequestsAsync();
        Release();
    }

    /// <summary>Logs the request and makes way for the next. False when there will be none.</summary>
    private async ValueTask<bool> FinishAsync(HttpExchange exchange, bool keep)
    {
        if (!_sinkBroken && (_channel.PendingOutput > 0 || exchange.Response.Pending > 0)) await exchange.Response.DrainAsync(0);
        _channel.Pacer = null;
        await exchange.FinishSubrequestsAsync();
        exchange.Location.Logging.LogAccess(exchange);
        _worker.Counters.Respond(exchange.Response.Head.Status);
        bool reset = _channel.WriteError == Errno.ETIMEDOUT && exchange.Location.Core.ResetTimedOutConnection;
        keep = keep && exchange.KeepAlive && !_sinkBroken && !_truncated && !_isEnding;
        CoreModel core = exchange.Location.Core;
        // The client may still be sending: cut off, it might never read the answer. So its body is read away, and only then the connection closed.
        bool mayDiscard = !_sinkBroken && !_isEnding && !exchange.Body.IsComplete && !exchange.Body.HasFailed;
        if (mayDiscard && (keep || core.LingeringClose != Configuration.Model.LingeringClose.Off)) keep &= await DiscardBodyAsync(exchange);
        bool bodyLeft = !exchange.Body.IsComplete;
        _exchange = null;
        _worker.Return(exchange);
        if (keep && _worker.IsDraining) keep = false;
        if (keep)
        {
            _worker.SetPhase(this, Metrics.ConnectionPhase.Waiting);
            _keepAliveTimeout = core.KeepAliveTimeout;
            return true;
        }
        if (_sinkBroken || reset)
        {
            if (reset) SocketCalls.ResetOnClose(Descriptor);
            return false;
        }
        if (core.LingeringClose == Configuration.Model.LingeringClose.Always
            || core.LingeringClose == Configuration.Model.LingeringClose.On && (bodyLeft || HasInput || _channel.MayHaveInput))
        {
            await LingerAsync(core);
        }
        return false;
    }

    /// <summary>Reads away what is left of a body so that the next request can follow. False when it takes too long.</summary>
    private async ValueTask<bool> DiscardBodyAsync(HttpExchange exchange)
    {
        long deadline = _worker.Loop.Now + exchange.Location.Core.LingeringTime;
        exchange.Body.ReadTimeout = exchange.Location.Core.LingeringTimeout;
        byte[] buffer = _worker.Loop.Buffers.Rent(HeadReadSize);
        try
        {
            while (!exchange.Body.IsComplete)
            {
                if (await exchange.Body.ReadAsync(exchange, buffer) <= 0) break;
                if (_worker.Loop.Now > deadline) return false;
            }
            return exchange.Body.IsComplete;
        }
        finally
        {
            _worker.Loop.Buffers.Return(buffer);
        }
    }

    /// <summary>
    /// Closes the writing half and reads on for a while: closing with unread input makes the kernel send a reset, which can
    /// destroy the answer on its way to the client (RFC 9112 §9.6).
    /// </summary>
    private async ValueTask LingerAsync(CoreModel core)
    {
        DropInput();
        _channel.Transport.ShutdownWrite();
        long deadline = _worker.Loop.Now + core.LingeringTime;
        while (_worker.Loop.Now < deadline)
        {
            int read = _channel.Read(_worker.Loop.ReadBuffer);
            if (read > 0) continue;
            if (read != -Errno.EAGAIN) return;
            if (await _channel.WaitReadable(Math.Min(core.LingeringTimeout, deadline - _worker.Loop.Now)) != WaitResult.Ready) return;
        }
    }

    public override void BeginDrain()
    {
        if (_isIdle) EndNow();
    }

    public override void EndNow()
    {
        _isEnding = true;
        _certificateCheck?.Abort();
        _channel.Abort();
        _exchange?.Abort();
    }

    void IChannelObserver.OnBroken(Channel channel)
    {
        _certificateCheck?.Abort();
        // A client that goes away while an upstream works for it: nginx's 499. Bytes still unread are looked at first.
        if (_exchange is not { } exchange) return;
        bool timedOut = channel.WriteError == Errno.ETIMEDOUT;
        if (timedOut) LogSendTimeout();
        exchange.OnClientGone(timedOut);
        if (timedOut || !channel.IsPaused) return;
        // An answer that waits for its rate waits for nobody (nginx: ngx_http_test_reading).
        exchange.LogError(LogLevel.Info, "client prematurely closed connection");
        channel.FailWrite(Errno.ECONNRESET);
        channel.Abort();
    }

    private void LogSendTimeout() => _exchange!.LogError(LogLevel.Info, $"client timed out ({Errno.Describe(Errno.ETIMEDOUT)}) while sending to client");

    protected override void OnTimer()
    {
    }

    /// <summary>
    /// Gives the transport to a tunnel. What belongs to the exchange is let go as soon as everybody who works for it has returned: the caller
    /// does so, and so may subrequests in the background, for whom the addresses are kept.
    /// </summary>
    public Transport HandOver(TrackedConnection tunnel, out byte[]? pendingOutput, out byte[]? earlyInput)
    {
        earlyInput = HasInput ? _input.AsSpan(_inputStart, _inputEnd - _inputStart).ToArray() : null;
        pendingOutput = _channel.TakePendingOutput();
        DropInput();
        HttpExchange exchange = _exchange!;
        if (exchange.HasSubrequests) _ = LocalEndpoint;
        _worker.Counters.Respond(exchange.Response.Head.Status);
        Transport transport = _channel.TakeTransport();
        _isHandedOver = true;
        _worker.Replace(this, tunnel);
        return transport;
    }

    private void Release()
    {
        DropInput();
        if (_exchange is { } exchange)
        {
            _exchange = null;
            _worker.Return(exchange);
        }
        _channel.Close(); // of a tunnel's, nothing is left to close
        _worker.Return(_channel);
        if (!_isHandedOver) _worker.Forget(this);
    }
}
