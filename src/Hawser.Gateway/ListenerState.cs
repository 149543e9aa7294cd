using Hawser.Gateway.Compilation;
using Hawser.Gateway.Logging;
using Hawser.IO.Loop;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.IO.Timers;

namespace Hawser.Gateway;

/// <summary>A listening socket at work: it accepts on one loop and hands each connection to the loop that carries the fewest.</summary>
public sealed class ListenerState : LoopTimer, IReadyHandler
{
    // A flood of connections must not keep the loop from those it has already.
    private const int AcceptsPerTurn = 64;
    private const long PauseMilliseconds = 500;

    private readonly ListenSocket _socket;
    private readonly Worker _acceptor;
    private readonly Worker[] _workers;
    private readonly MemorySettler _settler;
    private int _registration = -1;

    internal ListenerState(ListenSocket socket, Worker acceptor, Worker[] workers, MemorySettler settler)
    {
        _socket = socket;
        _acceptor = acceptor;
        _workers = workers;
        _settler = settler;
    }

    public SocketEndpoint Endpoint => _socket.Endpoint;

    public ListenSocket Socket => _socket;

    /// <summary>The address is no longer configured, or the process ends: connections that came here are not kept alive.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>What this socket means in a configuration; null when it is no longer in it. See <see cref="ListenerModel.Specific"/>.</summary>
    public ListenerModel? FindModel(GatewayModel model) => model.Listeners.GetValueOrDefault(Endpoint);

    /// <summary>Starts accepting, or goes on. Acceptor's loop.</summary>
    public void Start()
    {
        if (!IsClosed && _registration < 0) _registration = _acceptor.Loop.Register(_socket.Descriptor, this, 0);
    }

    /// <summary>Lets connections wait in the socket's queue. Acceptor's loop.</summary>
    public void Pause()
    {
        if (_registration < 0) return;
        _acceptor.Loop.Detach(_registration, _socket.Descriptor);
        _registration = -1;
    }

    /// <summary>Stops accepting and closes the socket. Acceptor's loop.</summary>
    public void Close()
    {
        if (IsClosed) return;
        IsClosed = true;
        _acceptor.Loop.Timers.Remove(this);
        Pause();
        _socket.Close();
    }

    void IReadyHandler.OnReady(int tag, ReadyEvents events) => AcceptSome();

    protected override void OnTimer() => AcceptSome();

    private void AcceptSome()
    {
        for (int i = 0; i < AcceptsPerTurn; i++)
        {
            if (IsClosed) return;
            int descriptor = SocketCalls.Accept(_socket.Descriptor, out SocketEndpoint peer);
            if (descriptor >= 0)
            {
                HandOver(descriptor, peer);
                continue;
            }
            switch (-descriptor)
            {
                case Errno.EAGAIN:
                    return;
                case Errno.EINTR or Errno.ECONNABORTED:
                    continue; // that client has given up; the next may not have
                default:
                    // Out of descriptors or memory: nothing to gain from trying at once again.
                    _acceptor.Model.ErrorLog.Write(LogLevel.Crit, $"accept4() failed ({Errno.Describe(-descriptor)})");
                    _acceptor.Loop.Timers.Schedule(this, _acceptor.Loop.Now + PauseMilliseconds);
                    return;
            }
        }
        _acceptor.Loop.Defer(AcceptSome);
    }

    private void HandOver(int descriptor, SocketEndpoint peer)
    {
        Worker worker = LeastLoaded();
        int limit = worker.Model.WorkerConnections;
        if (worker.Load >= limit)
        {
            SocketCalls.Close(descriptor);
            worker.Model.ErrorLog.Write(LogLevel.Alert, $"{limit} worker_connections are not enough");
            return;
        }
        _settler.Arm();
        worker.Promise();
        if (worker == _acceptor) worker.Serve(descriptor, peer, this);
        else worker.Loop.Post(static state => ((Arrival)state!).Deliver(), new Arrival(worker, descriptor, peer, this));
    }

    private Worker LeastLoaded()
    {
        Worker best = _workers[0];
        for (int i = 1; i < _workers.Length; i++)
        {
            if (_workers[i].Load < best.Load) best = _workers[i];
        }
        return best;
    }

    private sealed record Arrival(Worker Worker, int Descriptor, SocketEndpoint Peer, ListenerState Listener)
    {
        public void Deliver() => Worker.Serve(Descriptor, Peer, Listener);
    }
}
