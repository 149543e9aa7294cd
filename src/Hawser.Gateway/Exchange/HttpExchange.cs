using Hawser.Gateway.Compilation;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Tunnels;
using Hawser.Gateway.Upstreams;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.IO.Timers;
using Hawser.Protocols.Http1;
using Hawser.Protocols.WebSocket;

namespace Hawser.Gateway.Exchange;

/// <summary>
/// One request and its answer, from the head to the log line. Pooled by its worker: <see cref="Begin"/> and <see cref="Reset"/>
/// bracket a life. It knows a request head, a body and a response, never the wire behind them.
/// </summary>
public sealed partial class HttpExchange
{
    private Slot[] _slots = [];
    private Slot[] _ownSlots = [];
    private readonly Arena _ownArena;

    private struct Slot
    {
        public VariableValue Value;
        public bool IsSet;
        public bool IsBeingComputed;
    }

    public HttpExchange(Worker worker)
    {
        Worker = worker;
        Arena = _ownArena = new Arena(worker.Loop.Buffers);
        Delay = new LoopDelay(worker.Loop);
        Response = new HttpResponse(this);
        Proxy = new ProxyRun(this);
    }

    public Worker Worker { get; }

    /// <summary>Memory for what lives as long as the request. A subrequest uses that of the request it belongs to.</summary>
    public Arena Arena { get; private set; }

    public IClientConnection Connection { get; private set; } = null!;

    // ---- what answers

    public GatewayModel Model { get; private set; } = null!;

    public ServerModel Server { get; set; } = null!;

    /// <summary>The location in force; the server's own settings until one is found.</summary>
    public LocationModel Location { get; set; } = null!;

    // ---- the request as it came

    /// <summary>Loop milliseconds when the first byte of the request was read.</summary>
    public long StartedAt { get; private set; }

    public RequestMethod Method { get; set; }

    public ByteSlice MethodName { get; set; }

    /// <summary>The request line without its end: <c>$request</c>.</summary>
    public ByteSlice RequestLine { get; set; }

    /// <summary>The target as the client wrote it, query included: <c>$request_uri</c>.</summary>
    public ByteSlice Target { get; set; }

    /// <summary>As written in the request line: <c>HTTP/1.1</c>.</summary>
    public ByteSlice Protocol { get; set; }

    /// <summary>10 for HTTP/1.0, 11 for HTTP/1.1; 9 for a request line without a version.</summary>
    public int Version { get; set; }

    public HeaderList RequestHeaders { get; } = new();

    /// <summary>The host asked for, in lower case, without port: from the target or the Host field; empty when there was none.</summary>
    public ByteSlice Host { get; set; }

    /// <summary>The port written in the Host field or target (1.31: <c>$request_port</c>); empty when there was none.</summary>
    public ByteSlice HostPort { get; set; }

    /// <summary>Bytes of request line, header and body received so far.</summary>
    public long RequestLength { get; set; }

    /// <summary>Bytes the head took in the connection's input, line ends before it included.</summary>
    public int HeadBytes { get; set; }

    /// <summary>What the request is, seen as a WebSocket opening handshake.</summary>
    public HandshakeVerdict Handshake { get; set; }

    /// <summary>Why the head was refused; the exchange then only makes an error page.</summary>
    public RequestRejection RefusedWith { get; set; }

    /// <summary>The body the client announced; <see cref="RequestBody.None"/> when it announced none.</summary>
    public RequestBody Body { get; set; } = null!;

    /// <summary>Whether the client lets the connection stay open after this answer, as far as is known now.</summary>
    public bool KeepAlive { get; set; }

    // ---- the request as it is being routed

    /// <summary>The normalised path that locations are matched against: <c>$uri</c>.</summary>
    public ByteSlice Uri { get; set; }

    /// <summary>The query without <c>?</c>: <c>$args</c>.</summary>
    public ByteSlice Args { get; set; }

    /// <summary>The path still is what <see cref="Target"/> says, so a proxy may forward the target as it came.</summary>
    public bool IsTargetUntouched { get; set; }

    /// <summary>What the request line had in its target: with percent or plus signs, rewrites escape the captures they put into a query.</summary>
    public TargetFlags TargetFlags { get; set; }

    /// <summary>The target held percent escapes: a proxied path must be escaped again.</summary>
    public bool IsUriQuoted => (TargetFlags & TargetFlags.Quoted) != 0;

    /// <summary>
    /// The path is one that the location in force was found by, so <c>alias</c> and the URI of a proxy may take the place of the location's
    /// prefix. False once <c>rewrite … break</c> has changed it (nginx: valid_location).
    /// </summary>
    public bool IsPathOfLocation { get; set; }

    /// <summary>In a regex location with <c>alias</c>, which names a whole file, <c>try_files</c> has found one below it: the path is added.</summary>
    public bool AddsPathToAlias { get; set; }

    /// <summary>Redirects inside the server (error_page, try_files, index, X-Accel-Redirect) may go to <c>internal</c> locations.</summary>
    public bool IsInternal { get; set; }

    /// <summary>How often the path may still change, and once more: at 0 it counts as a cycle (<see cref="Phases.InternalRedirect"/>).</summary>
    public int UriChangesLeft { get; set; }

    /// <summary>An error page is being made: a second error is answered plainly unless <c>recursive_error_pages</c>.</summary>
    public bool IsErrorPage { get; set; }

    /// <summary>The status an error page must keep: <c>error_page 404 /x</c> answers 404 whatever /x says. 0 for none.</summary>
    public int ErrorStatus { get; set; }

    public CaptureState Captures { get; } = new();

    // ---- the answer

    public HttpResponse Response { get; }

    /// <summary>What happened on the way to upstreams: the source of every <c>$upstream_*</c>.</summary>
    public UpstreamTrace Upstream { get; } = new();

    /// <summary>The tunnel that the exchange has become, when its line is logged: <c>$websocket_*</c>.</summary>
    public TunnelSummary? Tunnel { get; set; }

    /// <summary>Bytes per second to the client as <c>set $limit_rate</c> says; 0 for no limit, null when it was not set.</summary>
    public long? LimitRate { get; set; }

    /// <summary>The machinery towards upstreams; it rests while the exchange has none.</summary>
    internal ProxyRun Proxy { get; }

    public ValueStack TemplateValues { get; } = new();

    /// <summary>The time the exchange has taken so far, in milliseconds: <c>$request_time</c>.</summary>
    public long ElapsedMilliseconds => Worker.Loop.Now - StartedAt;

    public void Begin(IClientConnection connection, GatewayModel model, long startedAt)
    {
        Connection = connection;
        Model = model;
        StartedAt = startedAt;
        UriChangesLeft = Phases.InternalRedirect.MaxChanges + 1;
        IsPathOfLocation = true;
        Body = RequestBody.None;
        if (_ownSlots.Length < model.Variables.Count) _ownSlots = new Slot[model.Variables.Count];
        _slots = _ownSlots;
    }

    /// <summary>Lets go of everything the request needed. Slices taken from it are dead.</summary>
    public void Reset()
    {
        Response.Reset();
        RequestHeaders.Clear();
        Upstream.Reset();
        Captures.Clear();
        if (ReferenceEquals(_slots, _ownSlots)) Array.Clear(_ownSlots);
        _slots = [];
        ResetAccess();
        Body.Dispose();
        Body = RequestBody.None;
        RequestLine = MethodName = Protocol = Target = Host = HostPort = Uri = Args = default;
        Method = RequestMethod.Other;
        RequestLength = 0;
        LimitRate = null;
        Tunnel = null;
        Version = ErrorStatus = HeadBytes = 0;
        RefusedWith = RequestRejection.None;
        Handshake = HandshakeVerdict.NotAHandshake;
        IsInternal = IsErrorPage = IsTargetUntouched = IsPathOfLocation = AddsPathToAlias = KeepAlive = false;
        TargetFlags = TargetFlags.None;
        Connection = null!;
        Model = null!;
        Server = null!;
        Location = null!;
        ResetSubrequests();
    }

    /// <summary>The value of a variable: computed once, unless it is volatile or <see cref="SetVariable"/> has put one.</summary>
    public VariableValue GetVariable(VariableModel variable)
    {
        ref Slot slot = ref _slots[variable.Index];
        if (slot.IsSet) return slot.Value;
        if (slot.IsBeingComputed)
        {
            // Maps that use one another; nginx gives up after a hundred steps, with the same words.
            this.LogError(LogLevel.Error, $"cycle while evaluating variable \"{variable.Name}\"");
            return VariableValue.NotFound;
        }
        slot.IsBeingComputed = true;
        VariableValue value = variable.Get(this);
        slot.IsBeingComputed = false;
        if (!variable.IsVolatile)
        {
            slot.Value = value;
            slot.IsSet = true;
        }
        return value;
    }

    /// <summary>Stores a value (<c>set</c>, a named capture) that later readings see.</summary>
    public void SetVariable(VariableModel variable, VariableValue value)
    {
        if (variable.Set is { } set)
        {
            set(this, value.Value);
            return;
        }
        ref Slot slot = ref _slots[variable.Index];
        slot.Value = value;
        slot.IsSet = true;
    }

    /// <summary>Forgets what was computed: after a change of location the same name may mean something else (<c>$document_root</c>).</summary>
    public void ForgetVariable(VariableModel variable) => _slots[variable.Index].IsSet = false;
}
