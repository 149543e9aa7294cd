namespace Hawser.Gateway.Metrics;

/// <summary>
/// What the connections and requests of one worker add up to since the start. Written by the worker's loop alone; any thread may read single
/// numbers, each of which is exact, if not of the same moment as the others.
/// </summary>
public sealed class WorkerCounters
{
    private const int Classes = 5;

    private readonly long[] _responses = new long[Classes + 1];
    private readonly int[] _phases = new int[(int)ConnectionPhase.Writing + 1];
    private long _accepted;
    private long _requests;

    /// <summary>Connections of clients that were accepted.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Requests whose head was read, WebSocket handshakes included.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Responses by the first digit of their status, 1 to 5. A 101 that began a tunnel is among the first; 444 counts as none.</summary>
    public long Responses(int statusClass) => Volatile.Read(ref _responses[statusClass]);

    /// <summary>Connections of clients that are in a phase now.</summary>
    public int ConnectionsIn(ConnectionPhase phase) => Volatile.Read(ref _phases[(int)phase]);

    internal void Accept() => _accepted++;

    /// <summary>A connection goes from one phase to another.</summary>
    internal void Move(ConnectionPhase from, ConnectionPhase to)
    {
        _phases[(int)from]--;
        _phases[(int)to]++;
    }

    internal void Request() => _requests++;

    internal void Respond(int status)
    {
        int statusClass = status / 100;
        if (status != 444 && statusClass is >= 1 and <= Classes) _responses[statusClass]++;
    }
}
