using System.Runtime.CompilerServices;
using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Tunnels;
using Hawser.Gateway.Upstreams.Balancing;
using Hawser.Gateway.Upstreams.Resolving;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Upstreams;

/// <summary>
/// One exchange with an upstream. The steps, by the letters of architecture.md for a handshake; a plain request takes a to c and then
/// relays a response: a admit · b connect · c upgrade (send, read the head, decide) · d relay · e drain · f close and log.
/// Lives with its pooled exchange.
/// </summary>
public sealed partial class ProxyRun(HttpExchange exchange)
{
    private static readonly ByteSlice s_scheme = new("http://"u8.ToArray());
    private static readonly ByteSlice s_tlsScheme = new("https://"u8.ToArray());

    private readonly PickState _picks = new(exchange);
    private readonly HeaderList _fields = new();
    private ProxyModel _model = null!;
    private ResolvedTarget _target;
    private UpstreamLoopState _state = null!;
    private UpstreamConnection? _connection;
    private PeerModel? _peer;
    private ByteSlice _uri;
    private ByteSlice _ownBody;
    private bool _isHandshake;
    private bool _clientGone;
    private bool _requestSent;
    private bool _bodySent;
    private bool _isFirstAttempt;
    private int _triesLeft;
    private long _startedAt;

    private Worker Worker => exchange.Worker;

    private long Now => Worker.Loop.Now;

    private ref UpstreamAttempt Attempt => ref exchange.Upstream.Current;

    private bool IsStreamingBody => !_model.BufferRequest && _model.Body is null && _model.PassBody
        && (exchange.Body.DeclaredLength >= 0 || _model.HttpVersion == 11) && !exchange.Body.IsComplete;

    // One method from the first attempt to the last: each async method that waits costs its request a state machine, and here all requests wait.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome> RunAsync(ProxyModel model)
    {
        Prepare(model);
        try
        {
            // a admit
            if (await AdmitAsync() is { Kind: not OutcomeKind.Continue } refusal) return refusal;
            BeginAttempts();
            while (true)
            {
                // b connect
                if (!PickPeer()) return NoLiveServer();
                Failure failure = await ConnectAsync();
                // c upgrade: send the request, read the head
                if (failure == Failure.None)
                {
                    SendRequest();
                    while (!ReadHead(out failure))
                    {
                        WaitResult wait = await _connection!.Channel.WaitReadable(TimeToAnswer);
                        if (wait == WaitResult.Ready || wait == WaitResult.TimedOut && TimeToAnswer > 0) continue;
                        failure = wait == WaitResult.Aborted ? Failure.Aborted : TimedOut("reading response header from upstream");
                        break;
                    }
                    ReturnHeadParser();
                }
                if (failure == Failure.None) failure = FailureOfStatus();
                if (failure == Failure.None)
                {
                    _state.Answered(_picks, _peer!, Attempt.HeaderTime, Worker.Loop.UnixMilliseconds);
                    return await AnswerAsync(); // d relay
                }
                if (_clientGone) return ClientGone();
                if (_uploadStatus != 0) return Outcome.Status(_uploadStatus);
                if (failure == Failure.Aborted) return EndHandshake(HandshakeOutcome.Abandoned, 499); // the process is ending
                if (!MayTryNext(failure)) return Fail(failure);
                LeavePeer(failure);
                await StopUploadAsync();
            }
        }
        finally
        {
            await EndAsync(); // e drain, f close
        }
    }

    /// <summary>Everything before a server is chosen: the handshake's form, the request's body, the name's addresses.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome> AdmitAsync()
    {
        if (WebSocketAdmission.Check(exchange, out _isHandshake) is { Kind: not OutcomeKind.Continue } refusal) return refusal;
        if (!_model.Target.TryEvaluate(exchange, out _target)) return EndHandshake(HandshakeOutcome.GatewayFailed, 500);
        int status = IsStreamingBody ? exchange.Body.BeginStream(exchange) : await exchange.Body.ReadAllAsync(exchange);
        if (status != 0) return Outcome.Status(status);
        PrepareRequest();
        return _target.Upstream is null ? await ResolveNameAsync() : Outcome.Continue;
    }

    /// <summary>Stops whatever the run waits for: the connection or the process is ending.</summary>
    public void Abort()
    {
        _resolving?.Cancel();
        _pause?.Abort();
        _connection?.Channel.Abort();
    }

    /// <summary>The client has gone away while the upstream works for it.</summary>
    /// <param name="isReported">The log says already why.</param>
    public void OnClientGone(bool isReported)
    {
        if (_model.IgnoreClientAbort || !exchange.Body.IsComplete || _clientGone) return;
        if (!isReported) exchange.LogError(LogLevel.Info, "client prematurely closed connection, so upstream connection is closed too");
        _clientGone = true;
        exchange.Main.ConnectionLeases.Release(); // the client's next connection may come in the same turn
        Abort();
    }

    /// <summary>
    /// Milliseconds that are left for the response's head: <c>proxy_read_timeout</c> counts from the end of the request, as in nginx, and
    /// pieces of a head do not prolong it. While the request is being sent, when to look again.
    /// </summary>
    private long TimeToAnswer
    {
        get
        {
            Channel channel = _connection!.Channel;
            bool isSending = channel.WriteError == 0 && (!_bodySent || channel.PendingOutput > 0);
            return isSending ? Math.Max(1, _model.ReadTimeout) : Math.Max(0, channel.LastSentAt + _model.ReadTimeout - Now);
        }
    }

    private void Prepare(ProxyModel model)
    {
        _model = model;
        _startedAt = Now;
        _clientGone = _requestSent = _bodySent = _isHandshake = _streamedBody = _hasExtraData = _isAbandoned = false;
        _uploadStatus = _hintsLength = 0;
        _ownBody = default;
    }

    private void PrepareRequest()
    {
        exchange.Upstream.ProxyHost = _target.Host;
        exchange.Upstream.ProxyPort = _target.Port;
        exchange.Upstream.Active = this;
        _uri = _model.Target.BuildUri(exchange, in _target);
        exchange.Upstream.Scheme = _target.IsTls ? s_tlsScheme : s_scheme;
        exchange.Upstream.RequestUri = _uri;
        if (_model.Body is { } body) _ownBody = body.Evaluate(exchange);
    }

    private ResolveWait? _resolving;

    /// <summary>Waits for the addresses of a name that only this request knows (<c>proxy_pass http://$host</c>).</summary>
    private async ValueTask<Outcome> ResolveNameAsync()
    {
        if (_model.Resolver is not { } model)
        {
            exchange.LogError(LogLevel.Error, $"no resolver defined to resolve {_target.Name}");
            return EndHandshake(HandshakeOutcome.NoUpstream, 502);
        }
        ResolveWait? wait = model.For(Worker).Resolve(_target.Name, _model.ResolverTimeout, out ResolveResult result);
        if (wait is not null)
        {
            _resolving = wait;
            result = await wait.Task;
            _resolving = null;
        }
        if (result.Status == ResolveStatus.Cancelled) return EndHandshake(HandshakeOutcome.Abandoned, 499);
        if (result.Name is not { } name)
        {
            exchange.LogError(LogLevel.Error, $"{_target.Name} could not be resolved ({result.Reason})");
            return EndHandshake(HandshakeOutcome.NoUpstream, 502);
        }
        _target = _target with { Upstream = name.ServersAt(_target.PortNumber, Worker) };
        return Outcome.Continue;
    }

    private void BeginAttempts()
    {
        UpstreamModel upstream = _target.Upstream!;
        _state = upstream.For(Worker);
        _triesLeft = upstream.Peers.Tries;
        if (_model.NextUpstreamTries > 0) _triesLeft = Math.Min(_triesLeft, _model.NextUpstreamTries);
        _isFirstAttempt = true;
    }

    /// <summary>Begins an attempt with the server whose turn it is. False when no server can be asked.</summary>
    private bool PickPeer()
    {
        _peer = _state.Pick(_picks, Worker.Loop.UnixMilliseconds);
        if (_peer is null) return false;
        exchange.Upstream.Begin(_peer.Name, Now, _isFirstAttempt);
        _isFirstAttempt = false;
        _peer.State.Enter();
        _triesLeft--;
        return true;
    }

    private Outcome NoLiveServer()
    {
        exchange.LogError(LogLevel.Error, "no live upstreams while connecting to upstream");
        ref UpstreamAttempt attempt = ref exchange.Upstream.Begin(_target.Upstream!.NameBytes, Now, _isFirstAttempt);
        attempt.Status = 502;
        attempt.ResponseTime = 0;
        return EndHandshake(HandshakeOutcome.NoUpstream, 502);
    }

    private Outcome ClientGone()
    {
        Attempt.ResponseTime = Now - Attempt.StartedAt;
        return EndHandshake(HandshakeOutcome.Abandoned, 499);
    }

    private Outcome Fail(Failure failure)
    {
        Attempt.Status = failure.Status();
        Attempt.ResponseTime = Now - Attempt.StartedAt;
        LeavePeer(failure);
        return EndHandshake(failure.OfHandshake(), failure.Status());
    }

    /// <summary>Ends without an answer of the upstream that could be passed on; if this was a WebSocket handshake, it is counted.</summary>
    private Outcome EndHandshake(HandshakeOutcome outcome, int status)
    {
        if (_isHandshake && outcome == HandshakeOutcome.UpstreamRefused) Worker.TunnelCounters.RefusedHandshake(status);
        else if (_isHandshake) Worker.TunnelCounters.Handshake(outcome);
        return Outcome.Status(status);
    }

    /// <summary>nginx's rule: within proxy_next_upstream and its bounds, and never a request twice that may not be repeated.</summary>
    private bool MayTryNext(Failure failure)
    {
        // A kept connection that turns out dead says nothing about the server: it does not count as a try.
        if (failure == Failure.Error && _connection is { IsReused: true })
        {
            _triesLeft++;
            _picks.ForgetTried();
        }
        NextUpstream wanted = failure.Condition();
        if (_requestSent && exchange.Method is RequestMethod.Post or RequestMethod.Lock or RequestMethod.Patch) wanted |= NextUpstream.NonIdempotent;
        if (_triesLeft <= 0 || (_model.NextUpstream & wanted) != wanted) return false;
        if (_requestSent && exchange.Body is { IsComplete: false }) return false;
        if (_requestSent && _streamedBody) return false;
        return _model.NextUpstreamTimeout == 0 || Now - _startedAt < _model.NextUpstreamTimeout;
    }

    private void LeavePeer(Failure failure)
    {
        if (_peer is not { } peer) return;
        _peer = null;
        if (Attempt.ResponseTime < 0) Attempt.ResponseTime = Now - Attempt.StartedAt;
        if (Attempt.Status == 0) Attempt.Status = failure.Status();
        peer.State.Leave();
        _state.Left(_picks, peer, failure == Failure.None, Attempt.HeaderTime, Attempt.ResponseTime, Worker.Loop.UnixMilliseconds);
        if (failure.BlamesServer()) _state.Failed(peer, Worker.Loop.UnixMilliseconds);
        else if (failure == Failure.None) peer.State.Succeeded();
        CloseConnection();
    }

    private void CloseConnection()
    {
        if (_connection is not { } connection) return;
        _connection = null;
        Attempt.BytesSent = connection.Channel.BytesSent - _sentBefore;
        connection.Close(isInUse: _upload is { IsCompleted: false });
    }

    /// <summary>A body that is still being sent has lost its purpose. Nothing may read from the client once this run is over.</summary>
    private async ValueTask StopUploadAsync()
    {
        if (_upload is not { } upload) return;
        _upload = null;
        if (!upload.IsCompleted) exchange.Body.CancelRead();
        await upload;
    }

    private async ValueTask EndAsync()
    {
        exchange.Upstream.Active = null;
        LeavePeer(Failure.None);
        await StopUploadAsync();
        ReturnHeadParser();
        ReturnHeadBuffer();
        DropTrailers();
        await FinishSpoolAsync();
        DropSpool();
        _picks.Reset();
        _fields.Clear();
        _model = null!;
        _target = default;
    }

    /// <summary>The status asks for another server (<c>proxy_next_upstream http_502</c> …), or comes at a time when it cannot be obeyed.</summary>
    private Failure FailureOfStatus()
    {
        if (_statusCode == 101 && !_bodySent && ClientAskedForUpgrade())
        {
            // What is left of the body would be read as the new protocol, by whoever reads it.
            exchange.LogError(LogLevel.Error, "upstream switched protocols before the request was sent while reading response header from upstream");
            return Failure.InvalidHeader;
        }
        Failure failure = Failures.ForStatus(_statusCode);
        return failure != Failure.None && (_model.NextUpstream & failure.Condition()) != 0 && MayTryNext(failure) ? failure : Failure.None;
    }
}
