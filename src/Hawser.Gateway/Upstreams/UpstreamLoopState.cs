using Hawser.Gateway.Upstreams.Balancing;

namespace Hawser.Gateway.Upstreams;

/// <summary>An upstream as one loop sees it: whose turn it is, and which connections wait for the next request.</summary>
public sealed class UpstreamLoopState(UpstreamModel model, RoundRobin primary, RoundRobin backup)
{
    private readonly List<UpstreamConnection> _idle = [];

    /// <summary>The server for the next attempt; backups only when no other is available. Null: none is.</summary>
    public PeerModel? Pick(PickState state, long now)
    {
        if (model.IsSingle)
        {
            PeerModel only = model.Peers[0];
            bool full = only.MaxConnections > 0 && only.State.Active >= only.MaxConnections;
            return only.IsDown || full ? null : only;
        }
        return primary.Pick(state, now) ?? backup.Pick(state, now);
    }

    public void Failed(PeerModel peer, long now)
    {
        if (model.IsSingle) return;
        peer.State.Failed(now);
        primary.Penalize(peer);
        backup.Penalize(peer);
    }

    /// <summary>An idle connection to the server, the one used last first; dead ones are dropped on the way.</summary>
    public UpstreamConnection? TakeIdle(PeerModel peer, object location)
    {
        for (int i = _idle.Count - 1; i >= 0; i--)
        {
            UpstreamConnection connection = _idle[i];
            if (!ReferenceEquals(connection.Peer, peer) || model.KeepAliveIsLocal && connection.Location != location) continue;
            _idle.RemoveAt(i);
            if (connection.Wake()) return connection;
        }
        return null;
    }

    /// <summary>Keeps a connection for later; the one idle for longest makes room.</summary>
    public void Keep(UpstreamConnection connection)
    {
        if (_idle.Count >= model.KeepAlive)
        {
            UpstreamConnection oldest = _idle[0];
            _idle.RemoveAt(0);
            oldest.Close();
        }
        _idle.Add(connection);
        connection.Sleep(this, model.KeepAliveTimeout);
    }

    /// <summary>An idle connection ended by itself.</summary>
    public void Forget(UpstreamConnection connection) => _idle.Remove(connection);

    /// <summary>Closes every idle connection: the configuration is going away.</summary>
    public void CloseIdle()
    {
        foreach (UpstreamConnection connection in _idle) connection.Close();
        _idle.Clear();
    }
}
