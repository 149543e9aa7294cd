using System.Net.WebSockets;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Hawser.Client;

/// <summary>
/// Gives the machine its clock, its connection and its listeners. The machine runs under one lock; everything that calls out (handlers,
/// the connection) is written down there and done after it, in the same order, by one thread at a time.
/// </summary>
internal sealed class ConnectionDriver : IMachineEffects, IDisposable
{
    private readonly object _gate = new();
    private readonly HawserSocket _socket;
    private readonly Func<int, CancellationToken, ValueTask<Uri>> _address;
    private readonly HawserSocketOptions _options;
    private readonly Func<HawserSocketOptions, ITransport> _makeTransport;
    private readonly ConnectionMachine _machine;
    private readonly Outbox _outbox;
    private readonly Channel<Message> _received;
    private readonly TaskCompletionSource<CloseInfo> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<(int Move, Action Action)> _pending = new();
    private readonly MachineClock _clock;
    private bool _draining;
    private Connection? _connection;

    public ConnectionDriver(
        HawserSocket socket, Func<int, CancellationToken, ValueTask<Uri>> address, HawserSocketOptions options,
        Func<HawserSocketOptions, ITransport> makeTransport)
    {
        _socket = socket;
        _address = address;
        _options = options;
        _makeTransport = makeTransport;
        _outbox = new Outbox(options.MaxQueue);
        _received = Channel.CreateBounded<Message>(options.ReceiveCapacity);
        _clock = new MachineClock(options.TimeProvider, OnTimer);
        _machine = new ConnectionMachine(options, this);
    }

    public ConnectionState State
    {
        get
        {
            lock (_gate)
                return _machine.State;
        }
    }

    public long BufferedAmount
    {
        get
        {
            lock (_gate)
                return _outbox.Bytes;
        }
    }

    public Task<CloseInfo> Completion => _completion.Task;

    public ChannelReader<Message> Received => _received.Reader;

    public void Start() => Step(static machine => machine.Start());

    public void Close(int code, string reason) => Step(machine => machine.Close(code, reason));

    public void Reconnect() => Step(static machine =>
    {
        if (machine.State == ConnectionState.Closed)
            throw new InvalidOperationException("The socket is closed. Make a new one.");
        machine.Reconnect();
    });

    public ValueTask SendAsync(Message message, CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested)
            return ValueTask.FromCanceled(cancel);
        LinkedListNode<Outgoing> node;
        Connection? connection;
        lock (_gate)
        {
            connection = _connection;
            if (_machine.State is ConnectionState.Closing or ConnectionState.Closed)
                return ValueTask.FromException(new InvalidOperationException("The socket is closed."));
            if (_machine.State != ConnectionState.Open || !connection!.IsFlushing)
            {
                try
                {
                    if (_machine.State == ConnectionState.Open)
                        _outbox.QueueFirst(message);
                    else
                        _outbox.Queue(message);
                    return default;
                }
                catch (QueueFullException e)
                {
                    return ValueTask.FromException(e);
                }
            }

            node = _outbox.Append(new(message) { Done = new(TaskCreationOptions.RunContinuationsAsynchronously) });
        }

        Pump(connection);
        var done = node.Value.Done!.Task;
        return done.IsCompletedSuccessfully ? default : cancel.CanBeCanceled ? new(WaitAsync(node, cancel)) : new(done);
    }

    public void Dispose() => _clock.Dispose();

    // --- what the machine asks for, under the lock

    TimeSpan IMachineEffects.Now => _clock.Now;

    // CA5394: the jitter of a delay is no secret.
#pragma warning disable CA5394
    double IMachineEffects.NextRandom() => (_options.Random ?? Random.Shared).NextDouble();
#pragma warning restore CA5394

    void IMachineEffects.SetTimer(MachineTimer timer, TimeSpan delay) => _clock.Set(timer, delay);

    void IMachineEffects.ClearTimer(MachineTimer timer) => _clock.Clear(timer);

    void IMachineEffects.Connect(int attempt)
    {
        var connection = _connection = new Connection();
        Later(() => _ = RunAsync(connection, attempt));
    }

    void IMachineEffects.Drop()
    {
        if (_connection is not { } connection)
            return;
        _connection = null;
        Later(connection.Abort);
    }

    void IMachineEffects.Shut(int code, string reason, bool letGo)
    {
        var connection = _connection!;
        if (letGo)
            _connection = null;
        Later(() => _ = connection.ShutAsync(code, reason, letGo));
    }

    void IMachineEffects.SendHeartbeat()
    {
        var connection = _connection!;
        Later(() =>
        {
            var message = _options.Heartbeat.Message!();
            lock (_gate)
            {
                if (_connection == connection)
                    _outbox.AddHeartbeat(message);
            }

            Pump(connection);
        });
    }

    void IMachineEffects.Flush()
    {
        var connection = _connection!;
        Later(() =>
        {
            lock (_gate)
                connection.IsFlushing = true;
            Pump(connection);
        });
    }

    void IMachineEffects.Raise(in MachineEvent machineEvent)
    {
        var item = machineEvent;
        if (item.Kind == MachineEventKind.State)
        {
            if (item.State.State is ConnectionState.Closing or ConnectionState.Closed)
                _outbox.Refuse();
            else if (item.State.Previous == ConnectionState.Open)
                _outbox.Settle();
        }

        _pending.Enqueue((item.Move, () => _socket.Raise(item)));
        if (item.Kind == MachineEventKind.Close && _machine.State == ConnectionState.Closed)
        {
            Later(() =>
            {
                _received.Writer.TryComplete();
                _completion.TrySetResult(item.Close);
            });
        }
    }

    // --- the lock, and what is done after it

    private void Later(Action action) => _pending.Enqueue((-1, action));

    private void Step(Action<ConnectionMachine> input)
    {
        lock (_gate)
        {
            input(_machine);
            if (_draining)
                return;
            _draining = true;
        }

        Drain();
    }

    /// <summary>Something that happened to a connection; of one that has been let go nothing counts any more.</summary>
    private void Step(Connection connection, Action<ConnectionMachine> input) => Step(machine =>
    {
        if (_connection == connection)
            input(machine);
    });

    private void OnTimer(MachineTimer timer) => Step(machine =>
    {
        if (!_clock.TryTake(timer))
            return;
        // A reader that does not keep up keeps the answers of the server unread: that says nothing about the connection.
        if (timer == MachineTimer.Heartbeat && _connection is { IsBlocked: true })
            machine.Received(isAnswer: false);
        else
            machine.TimerFired(timer);
    });

    private void Drain()
    {
        while (true)
        {
            Action action;
            lock (_gate)
            {
                if (!_pending.TryDequeue(out var next))
                {
                    _draining = false;
                    return;
                }

                if (next.Move >= 0 && next.Move != _machine.Moves)
                    continue;
                action = next.Action;
            }

            try
            {
                action();
            }
            catch (Exception e)
            {
                Unhandled(e);
            }
        }
    }

    /// <summary>
    /// An error of the application's handler. It must not stop the socket, and must not be hidden: it is unhandled, as it would be in a
    /// handler of a timer.
    /// </summary>
    private static void Unhandled(Exception error) =>
        ThreadPool.UnsafeQueueUserWorkItem(static e => e.Throw(), ExceptionDispatchInfo.Capture(error), preferLocal: false);

    // --- one connection

    private async Task RunAsync(Connection connection, int attempt)
    {
        await Task.Yield(); // what the application's address function does must not hold up the events
        try
        {
            var address = await _address(attempt, connection.Cancel).ConfigureAwait(false);
            if (!connection.TryStart(_makeTransport(_options)))
                return;
            await connection.Transport!.ConnectAsync(address, connection.Cancel).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Step(connection, machine =>
            {
                Later(() => _socket.RaiseFailed(e));
                machine.Lost(ReconnectReason.Failed, new(1006, "", WasClean: false));
            });
            connection.Abort();
            return;
        }

        Step(connection, static machine => machine.Opened());
        var end = await ReceiveAllAsync(connection).ConfigureAwait(false);
        Step(connection, machine => machine.Lost(ReconnectReason.Close, end));
        connection.Dispose();
    }

    private async Task<CloseInfo> ReceiveAllAsync(Connection connection)
    {
        try
        {
            while (await connection.Transport!.ReceiveAsync(connection.Cancel).ConfigureAwait(false) is { } message)
                await DeliverAsync(connection, message).ConfigureAwait(false);
            return connection.Transport.End;
        }
        catch (Exception e)
        {
            // Whatever it was, nothing more will come from here. Only what is no ordinary end of a connection is an error of somebody's.
            if (e is not (WebSocketException or OperationCanceledException or ObjectDisposedException or IOException))
                Unhandled(e);
            return new(1006, e is WebSocketException ? e.Message : "", WasClean: false);
        }
    }

    private async ValueTask DeliverAsync(Connection connection, Message message)
    {
        var isReply = _options.Heartbeat.IsReply;
        var answers = isReply?.Invoke(message) ?? true;
        Step(connection, machine => machine.Received(answers));
        if ((isReply is not null && answers) || _received.Writer.TryWrite(message))
            return;
        connection.IsBlocked = true;
        try
        {
            await _received.Writer.WriteAsync(message).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new OperationCanceledException("the socket was closed before the message was read");
        }
        finally
        {
            connection.IsBlocked = false;
        }

        Step(connection, static machine => machine.Received(isAnswer: false));
    }

    // --- sending

    private void Pump(Connection? connection)
    {
        lock (_gate)
        {
            if (connection is null || connection != _connection || connection.IsPumping || !connection.IsFlushing)
                return;
            connection.IsPumping = true;
        }

        _ = PumpAsync(connection);
    }

    private async Task PumpAsync(Connection connection)
    {
        while (true)
        {
            Outgoing item;
            lock (_gate)
            {
                // Where the server has begun to close, a message would be lost: it waits for the next connection.
                if (connection != _connection || _machine.State != ConnectionState.Open || !connection.Transport!.IsOpen || !_outbox.TryTake(out item))
                {
                    connection.IsPumping = false;
                    return;
                }
            }

            try
            {
                await connection.Transport.SendAsync(item.Message, connection.Cancel).ConfigureAwait(false);
                item.Done?.TrySetResult();
            }
            catch (Exception e)
            {
                // The receiving side tells the machine of the loss; the sender learns that this message is in doubt.
                item.Done?.TrySetException(e as WebSocketException
                    ?? new WebSocketException("The connection broke while it took the message.", e));
                connection.Abort();
                return;
            }
        }
    }

    private async Task WaitAsync(LinkedListNode<Outgoing> node, CancellationToken cancel)
    {
        var done = node.Value.Done!;
        await using var registration = cancel.UnsafeRegister(
            _ =>
            {
                lock (_gate)
                {
                    if (!_outbox.TryCancel(node))
                        return;
                }

                done.TrySetCanceled(cancel);
            },
            null);
        await done.Task.ConfigureAwait(false);
    }
}
