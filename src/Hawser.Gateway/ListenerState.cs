using Hawser.Gateway.Compilation;
using Hawser.Gateway.Logging;
using Hawser.IO.Loop;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.IO.Timers;

namespace Hawser.Gateway;

/// <summary>A listening address at work: it accepts on one loop and hands each connection to the loop that carries the fewest.</summary>
public sealed class ListenerState : LoopTimer, IReadyHandler
{
    // A flood of connections must not keep the loop from those it has already.
    private const int AcceptsPerTurn = 64;
    private const long PauseMilliseconds = 500;
    // A shortage may last for hours, and it is said once in so long.
    private const long SilenceMilliseconds = 10_000;

    private readonly ListenSocket[] _sockets;
    private readonly int[] _registrations;
    private readonly Worker _acceptor;
    private readonly Worker[] _workers;
    private readonly MemorySettler _settler;
    private bool _isListening;
    private bool _isWaiting;  // for descriptors or memory: connections wait in the sockets' queues
    private bool _hasSaidSo;
    private long _saidAt = long.MinValue / 2;

    /// <param name="sockets">All of one address: one, unless another process has handed down more.</param>
    internal ListenerState(ListenSocket[] sockets, Worker acceptor, Worker[] workers, MemorySettler settler)
    {
        _sockets = sockets;
        _registrations = new int[sockets.Length];
        _acceptor = acceptor;
        _workers = workers;
        _settler = settler;
    }

    public SocketEndpoint Endpoint => _sockets[0].Endpoint;

    public IReadOnlyList<ListenSocket> Sockets => _sockets;

    /// <summary>The address is no longer configured, or the process ends: connections that came here are not kept alive.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>What this address means in a configuration; null when it is no longer in it. See <see cref="ListenerModel.Specific"/>.</summary>
    public ListenerModel? FindModel(GatewayModel model) => model.Listeners.GetValueOrDefault(Endpoint);

    /// <summary>Starts accepting, or goes on. Acceptor's loop.</summary>
    public void Start()
    {
        if (IsClosed || _isListening) return;
        int registered = 0;
        try
        {
            for (; registered < _sockets.Length; registered++) _registrations[registered] = _acceptor.Loop.Register(_sockets[registered].Descriptor, this, registered);
            _isListening = true;
        }
        catch (IOException refused)
        {
            while (--registered >= 0) _acceptor.Loop.Detach(_registrations[registered], _sockets[registered].Descriptor);
            _acceptor.Model.ErrorLog.Write(LogLevel.Crit, $"{refused.Message}, no connections to {Endpoint} are accepted until the next reload");
        }
    }

    /// <summary>Lets connections wait in the sockets' queues. Acceptor's loop.</summary>
    public void Pause()
    {
        if (!_isListening) return;
        _isListening = false;
        for (int i = 0; i < _sockets.Length; i++) _acceptor.Loop.Detach(_registrations[i], _sockets[i].Descriptor);
    }

    /// <summary>Stops accepting and closes the sockets. Acceptor's loop.</summary>
    public void Close()
    {
        if (IsClosed) return;
        IsClosed = true;
        _acceptor.Loop.Timers.Remove(this);
        Pause();
        foreach (ListenSocket socket in _sockets) socket.Close();
    }

    void IReadyHandler.OnReady(int tag, ReadyEvents events)
    {
        if (!_isWaiting) AcceptSome(_sockets[tag]);
    }

    /// <summary>Looks whether there are descriptors again.</summary>
    protected override void OnTimer()
    {
        if (DescriptorReserve.IsTouched(_sockets[0].Descriptor))
        {
            Wait();
            return;
        }
        _isWaiting = false;
        foreach (ListenSocket socket in _sockets) AcceptSome(socket);
        if (_isWaiting || !_hasSaidSo || !_isListening) return;
        _hasSaidSo = false;
        _acceptor.Model.ErrorLog.Write(LogLevel.Notice, $"accepting connections to {Endpoint} again");
    }

    private void AcceptSome(ListenSocket socket)
    {
        for (int i = 0; i < AcceptsPerTurn; i++)
        {
            if (!_isListening || _isWaiting) return;
            int descriptor = SocketCalls.Accept(socket.Descriptor, out SocketEndpoint peer);
            if (descriptor >= 0)
            {
                bool isLast = DescriptorReserve.IsTouchedBy(descriptor);
                HandOver(descriptor, peer);
                if (!isLast) continue;
                SayOnce($"accept4() is not called for a while ({Errno.Describe(Errno.EMFILE)}): {DescriptorReserve.Usable} of {DescriptorReserve.Limit} "
                    + $"descriptors are in use and the rest is kept for the gateway itself; worker_rlimit_nofile raises the limit. Connections to {Endpoint} wait");
                Wait();
                return;
            }
            switch (-descriptor)
            {
                case Errno.EAGAIN:
                    return;
                case Errno.EINTR or Errno.ECONNABORTED:
                // What was wrong with that connection while it waited (accept(2)).
                case Errno.EPROTO or Errno.ENOPROTOOPT or Errno.EOPNOTSUPP or Errno.ENONET or Errno.ENETDOWN or Errno.ENETUNREACH or Errno.EHOSTDOWN
                    or Errno.EHOSTUNREACH:
                    continue; // that client has given up; the next may not have
                default:
                    // Out of descriptors or memory: nothing to gain from trying at once again.
                    DescriptorReserve.Refresh();
                    SayOnce($"accept4() failed ({Errno.Describe(-descriptor)}), connections to {Endpoint} wait");
                    Wait();
                    return;
            }
        }
        _acceptor.Loop.Defer(() => AcceptSome(socket));
    }

    private void Wait()
    {
        _isWaiting = true;
        _acceptor.Loop.Timers.Schedule(this, _acceptor.Loop.Now + PauseMilliseconds);
    }

    private void SayOnce(string message)
    {
        long now = _acceptor.Loop.Now;
        if (now - _saidAt < SilenceMilliseconds) return;
        _saidAt = now;
        _hasSaidSo = true;
        _acceptor.Model.ErrorLog.Write(LogLevel.Crit, message);
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
