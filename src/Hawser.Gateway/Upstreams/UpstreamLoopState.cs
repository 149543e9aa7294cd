using Hawser.Gateway.Tls;
using Hawser.Gateway.Upstreams.Balancing;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Upstreams;

/// <summary>An upstream as one loop sees it: whose turn it is, and which connections wait for the next request.</summary>
public sealed class UpstreamLoopState
{
    private readonly UpstreamModel _model;
    private readonly List<UpstreamConnection> _idle = [];
    private PeerSet _peers;
    private RoundRobin _primary;
    private RoundRobin _backup;

    public UpstreamLoopState(UpstreamModel model)
    {
        _model = model;
        _peers = model.Peers;
        _primary = model.Balance(_peers.Primary);
        _backup = model.Balance(_peers.Backup);
    }

    /// <summary>The server for the next attempt; backups only when no other is available. Null: none is.</summary>
    public PeerModel? Pick(PickState state, long now)
    {
        if (!ReferenceEquals(_peers, _model.Peers)) TakeOver(_model.Peers);
        if (_peers.IsSingle)
        {
            PeerModel only = _peers.Primary[0];
            bool full = only.MaxConnections > 0 && only.State.Active >= only.MaxConnections;
            return only.IsDown || only.State.IsDraining || full ? null : only;
        }
        if (_primary.Pick(state, now) is { } picked) return picked;
        return _backup.Pick(state, now);
    }

    /// <summary>The head of an answer has come.</summary>
    public void Answered(PickState state, PeerModel peer, long time, long now) => BalancerOf(peer).OnHeader(state, peer, time, now);

    /// <summary>An attempt is over; see <see cref="RoundRobin.OnLeft"/>.</summary>
    public void Left(PickState state, PeerModel peer, bool succeeded, long headerTime, long time, long now) =>
        BalancerOf(peer).OnLeft(state, peer, succeeded, headerTime, time, now);

    private RoundRobin BalancerOf(PeerModel peer) => peer.IsBackup ? _backup : _primary;

    public void Failed(PeerModel peer, long now)
    {
        if (_peers.IsSingle) return;
        peer.State.Failed(now);
        _primary.Penalize(peer);
        _backup.Penalize(peer);
    }

    /// <summary>An idle connection to the server, the one used last first; dead ones are dropped on the way.</summary>
    public UpstreamConnection? TakeIdle(PeerModel peer, object location, TlsUpstreamModel? tls, ByteSlice tlsName)
    {
        for (int i = _idle.Count - 1; i >= 0; i--)
        {
            UpstreamConnection connection = _idle[i];
            if (!ReferenceEquals(connection.Peer, peer) || _model.KeepAliveIsLocal && connection.Location != location) continue;
            if (!connection.Suits(tls, tlsName)) continue;
            _idle.RemoveAt(i);
            if (connection.Wake()) return connection;
        }
        return null;
    }

    /// <summary>Keeps a connection for later; the one idle for longest makes room.</summary>
    public void Keep(UpstreamConnection connection)
    {
        if (_idle.Count >= _model.KeepAlive)
        {
            UpstreamConnection oldest = _idle[0];
            _idle.RemoveAt(0);
            oldest.Close();
        }
        _idle.Add(connection);
        connection.Sleep(this, _model.KeepAliveTimeout);
    }

    /// <summary>An idle connection ended by itself.</summary>
    public void Forget(UpstreamConnection connection) => _idle.Remove(connection);

    /// <summary>Closes every idle connection: the configuration is going away.</summary>
    public void CloseIdle()
    {
        foreach (UpstreamConnection connection in _idle) connection.Close();
        _idle.Clear();
    }

    /// <summary>A name has other addresses now. Servers that stay keep their turn.</summary>
    private void TakeOver(PeerSet peers)
    {
        _peers = peers;
        _primary = _model.Balance(peers.Primary).Inherit(_primary);
        _backup = _model.Balance(peers.Backup).Inherit(_backup);
    }
}
