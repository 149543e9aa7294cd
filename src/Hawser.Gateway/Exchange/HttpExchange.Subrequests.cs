using Hawser.Gateway.Logging;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Exchange;

/// <summary>Requests that a request makes itself: <c>auth_request</c>, <c>mirror</c>.</summary>
public sealed partial class HttpExchange
{
    private readonly List<Subrequest> _subrequests = [];

    /// <summary>The request this one serves; null for a client's own.</summary>
    public HttpExchange? Parent { get; private set; }

    /// <summary>Not the client's own request: it has no access checks, and nobody reads its body.</summary>
    public bool IsSubrequest => Parent is not null;

    /// <summary>The client's own request.</summary>
    public HttpExchange Main => Parent?.Main ?? this;

    /// <summary>
    /// Begins as a subrequest. It has the parent's variables and memory, so both see one value where nginx shares it, and what one
    /// computes outlives the other.
    /// </summary>
    internal void BeginSubrequest(HttpExchange parent)
    {
        Begin(parent.Connection, parent.Model, Worker.Loop.Now);
        Parent = parent;
        _slots = parent._slots;
        Arena = parent.Arena;
        Server = parent.Server;
        Location = parent.Server.Defaults;
        Method = RequestMethod.Get;
        RequestLine = parent.RequestLine;
        Target = parent.Target;
        Protocol = parent.Protocol;
        Version = parent.Version;
        Host = parent.Host;
        HostPort = parent.HostPort;
        foreach (ref readonly Header field in parent.RequestHeaders.Fields) RequestHeaders.Add(field.Name, field.Value, field.Known);
        IsInternal = true;
    }

    internal bool HasSubrequests => _subrequests.Count > 0;

    internal void Add(Subrequest subrequest) => _subrequests.Add(subrequest);

    /// <summary>Waits for what still runs in the background. Its memory is this exchange's.</summary>
    internal async ValueTask FinishSubrequestsAsync()
    {
        foreach (Subrequest subrequest in _subrequests) await subrequest.Completion;
    }

    /// <summary>Lets go of whatever the exchange and its subrequests wait for: the connection or the process is ending.</summary>
    internal void Abort()
    {
        Upstream.Active?.Abort();
        Delay.Abort();
        foreach (Subrequest subrequest in _subrequests) subrequest.Exchange?.Abort();
    }

    /// <summary>The client has gone away. Work for nobody is not done; what runs in the background is for somebody else.</summary>
    /// <param name="isReported">The log says already why.</param>
    internal void OnClientGone(bool isReported)
    {
        if (Upstream.Active is { } run) run.OnClientGone(isReported);
        else if (Delay.IsWaiting)
        {
            if (!isReported) this.LogError(LogLevel.Info, "client prematurely closed connection");
            Delay.Abort();
        }
        foreach (Subrequest subrequest in _subrequests)
        {
            if (!subrequest.IsBackground) subrequest.Exchange?.OnClientGone(isReported);
        }
    }

    private void ResetSubrequests()
    {
        _subrequests.Clear();
        if (Parent is null) _ownArena.Reset();
        Arena = _ownArena;
        Parent = null;
    }
}
