using Hawser.IO.Native;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Hosting;

/// <summary>
/// Listening sockets that the process before this one handed down: nginx's protocol for changing the binary, a variable <c>NGINX</c> with
/// descriptor numbers, each followed by a semicolon. Either side may be nginx (docs/decisions/0040-binary-upgrade.md).
/// </summary>
public sealed class InheritedListeners
{
    /// <summary>The variable, whose name is part of nginx's protocol.</summary>
    public const string Variable = "NGINX";

    private readonly Dictionary<SocketEndpoint, List<ListenSocket>> _sockets = [];
    private readonly int _parent;

    private InheritedListeners(int parent) => _parent = parent;

    /// <summary>A start of its own, with nothing handed down.</summary>
    public static InheritedListeners None { get; } = new(0);

    /// <summary>Whether another process has started this one in its place.</summary>
    public bool IsSuccessor => _parent != 0;

    /// <summary>Whether the process that handed the sockets down still runs: then it may yet have to go on with them.</summary>
    public bool IsPredecessorAlive => IsSuccessor && ProcessControl.ParentId == _parent;

    /// <summary>Reads the variable and takes it out of the environment, so that nothing started later finds it.</summary>
    public static InheritedListeners Take(StartupLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (Environment.GetEnvironmentVariable(Variable) is not { } numbers) return None;
        Environment.SetEnvironmentVariable(Variable, null);
        log.Write(MessageLevel.Notice, $"using inherited sockets from \"{numbers}\"");
        var inherited = new InheritedListeners(ProcessControl.ParentId);
        for (int start = 0; start < numbers.Length;)
        {
            int end = numbers.AsSpan(start).IndexOfAny(';', ':');
            if (end < 0 || !int.TryParse(numbers.AsSpan(start, end), out int descriptor))
            {
                log.Write(MessageLevel.Emergency, $"invalid socket number \"{numbers[start..]}\" in {Variable} environment variable, ignoring the rest of the variable");
                break;
            }
            inherited.Add(descriptor, log);
            start += end + 1;
        }
        return inherited;
    }

    /// <summary>
    /// The sockets of an address, which are the caller's from now on; null when there are none. With <c>reuseport</c> nginx has one for each
    /// worker, and connections wait in the queues of all of them.
    /// </summary>
    internal ListenSocket[]? Find(SocketEndpoint endpoint) => _sockets.Remove(endpoint, out List<ListenSocket>? sockets) ? [.. sockets] : null;

    /// <summary>Closes what the configuration does not listen on. Names of Unix sockets stay while the other process lives.</summary>
    internal void CloseRest()
    {
        foreach (ListenSocket socket in _sockets.Values.SelectMany(static s => s))
        {
            socket.Close();
            if (!IsPredecessorAlive) socket.RemoveName();
        }
        _sockets.Clear();
    }

    private void Add(int descriptor, StartupLog log)
    {
        if (ListenSocket.Inherit(descriptor) is not { } socket)
        {
            // Not closed: whatever it is, it was not given to listen on.
            log.Write(MessageLevel.Critical, $"the inherited socket #{descriptor} is no stream socket that listens, ignored");
            return;
        }
        if (_sockets.TryGetValue(socket.Endpoint, out List<ListenSocket>? others)) others.Add(socket);
        else _sockets.Add(socket.Endpoint, [socket]);
    }
}
