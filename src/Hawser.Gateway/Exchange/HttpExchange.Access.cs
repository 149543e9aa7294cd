using Hawser.Gateway.Phases.Limits;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;
using Hawser.IO.Timers;

namespace Hawser.Gateway.Exchange;

/// <summary>What step 5 (limits and access) knows of an exchange.</summary>
public sealed partial class HttpExchange
{
    private SocketEndpoint? _realEndpoint;
    private ByteSlice _realAddress;
    private LimitConnStatus _connStatus;
    private LimitReqStatus _reqStatus;

    /// <summary>The client: the peer of the connection, or whom a trusted proxy names (<c>real_ip_header</c>).</summary>
    public SocketEndpoint RemoteEndpoint => Main._realEndpoint ?? Connection.RemoteEndpoint;

    /// <summary>The client's address as text: <c>$remote_addr</c>.</summary>
    public ByteSlice RemoteAddress => Main._realEndpoint is null ? Connection.RemoteAddress : Main._realAddress;

    /// <summary>A trusted proxy has named the client; nobody asks again.</summary>
    public bool HasRealAddress => Main._realEndpoint is not null;

    /// <summary>What <c>limit_conn</c> has decided: <c>$limit_conn_status</c>. Decided once for a request and its subrequests.</summary>
    public LimitConnStatus LimitConnStatus
    {
        get => Main._connStatus;
        set => Main._connStatus = value;
    }

    /// <summary>What <c>limit_req</c> has decided: <c>$limit_req_status</c>. Decided once for a request and its subrequests.</summary>
    public LimitReqStatus LimitReqStatus
    {
        get => Main._reqStatus;
        set => Main._reqStatus = value;
    }

    /// <summary>The places this exchange takes in the zones of <c>limit_conn</c>. A tunnel takes them over.</summary>
    public ConnectionLeases ConnectionLeases { get; } = new();

    /// <summary>For pauses: a delayed request, a refusal that is held back.</summary>
    public LoopDelay Delay { get; }

    /// <summary>Takes another address for the client's, until the end of the request.</summary>
    public void SetRealAddress(SocketEndpoint endpoint)
    {
        Main._realEndpoint = endpoint;
        Main._realAddress = Arena.CopyLatin1(endpoint.AddressText);
    }

    private void ResetAccess()
    {
        ConnectionLeases.Release();
        _realEndpoint = null;
        _realAddress = default;
        _connStatus = LimitConnStatus.None;
        _reqStatus = LimitReqStatus.None;
    }
}
