using Hawser.Gateway.Compilation;
using Hawser.IO.Timers;

namespace Hawser.Gateway;

/// <summary>A client connection or a tunnel, as its worker keeps count of it: on an intrusive list, so that being tracked costs two references.</summary>
public abstract class TrackedConnection : LoopTimer
{
    internal TrackedConnection? Previous;
    internal TrackedConnection? Next;

    /// <summary>What it is doing; set by <see cref="Worker.SetPhase"/>.</summary>
    internal Metrics.ConnectionPhase Phase;

    /// <summary>The configuration it began with, or serves now.</summary>
    public GatewayModel Model { get; protected set; } = null!;

    /// <summary>The process or the listener goes away: end as soon as no work is under way.</summary>
    public abstract void BeginDrain();

    /// <summary>End now, whatever is under way.</summary>
    public abstract void EndNow();

    /// <summary>The time for what is under way is over (<c>worker_shutdown_timeout</c>): end within seconds, in good order where there is one.</summary>
    public virtual void EndSoon() => EndNow();
}

/// <summary>The connections of one worker.</summary>
public sealed class ConnectionList
{
    private TrackedConnection? _first;

    public int Count { get; private set; }

    public void Add(TrackedConnection connection)
    {
        connection.Next = _first;
        if (_first is not null) _first.Previous = connection;
        _first = connection;
        Count++;
    }

    public void Remove(TrackedConnection connection)
    {
        if (connection.Previous is not null) connection.Previous.Next = connection.Next;
        else _first = connection.Next;
        if (connection.Next is not null) connection.Next.Previous = connection.Previous;
        connection.Previous = connection.Next = null;
        Count--;
    }

    /// <summary>Visits every connection; the visitor may end the one it is given.</summary>
    public void ForEach(Action<TrackedConnection> visit)
    {
        for (TrackedConnection? connection = _first; connection is not null;)
        {
            TrackedConnection? next = connection.Next;
            visit(connection);
            connection = next;
        }
    }
}
