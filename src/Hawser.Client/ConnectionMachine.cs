namespace Hawser.Client;

/// <summary>The timers of a connection; each is armed once at most.</summary>
internal enum MachineTimer
{
    /// <summary>Connecting: its limit. Waiting: the delay. Closing: its limit.</summary>
    Main,

    /// <summary>Open: the interval without a message, then the timeout without an answer.</summary>
    Heartbeat,
}

/// <summary>What the machine has done by others.</summary>
internal interface IMachineEffects
{
    /// <summary>Time since some fixed moment; never goes back.</summary>
    TimeSpan Now { get; }

    /// <summary>A number from 0 up to 1, for the jitter.</summary>
    double NextRandom();

    void SetTimer(MachineTimer timer, TimeSpan delay);

    void ClearTimer(MachineTimer timer);

    /// <summary>Makes a connection, which ends in <see cref="ConnectionMachine.Opened"/> or <see cref="ConnectionMachine.Lost"/>.</summary>
    void Connect(int attempt);

    /// <summary>Lets go of the connection or of the attempt: nothing of it may reach the machine any more.</summary>
    void Drop();

    /// <summary>Starts the close handshake; if <paramref name="letGo"/>, nothing of this connection may reach the machine any more.</summary>
    void Shut(int code, string reason, bool letGo);

    void SendHeartbeat();

    /// <summary>Hands over what has waited.</summary>
    void Flush();

    void Raise(in MachineEvent machineEvent);
}

/// <summary>Kinds of <see cref="MachineEvent"/>.</summary>
internal enum MachineEventKind
{
    State,
    Open,
    Close,
    Reconnecting,
    Heartbeat,
}

/// <summary>Something to tell the application.</summary>
/// <param name="Kind">What; the fields below that belong to it are set.</param>
/// <param name="Move">The state change it belongs to. It is not told any more when a handler has changed the state once more.</param>
internal readonly record struct MachineEvent(MachineEventKind Kind, int Move)
{
    public StateChange State { get; init; }

    public CloseInfo Close { get; init; }

    public ReconnectPlan Plan { get; init; }

    public TimeSpan RoundTrip { get; init; }
}

/// <summary>
/// The behaviour of docs/heartbeat.md without any input or output: what happens goes in, what is to be done comes out. Not
/// thread-safe. clients/js/src/socket.ts is its twin.
/// </summary>
internal sealed class ConnectionMachine(HawserSocketOptions options, IMachineEffects effects)
{
    private const int NoStatus = 1005; // RFC 6455 §7.4.1: a close frame without a code
    private const int Abnormal = 1006; // and none at all
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(5);

    private readonly bool _beats = options.Heartbeat.Interval > TimeSpan.Zero && options.Heartbeat.Message is not null;
    private TimeSpan _openedAt;
    private TimeSpan _due;
    private TimeSpan? _beatAt;
    private bool _awaitsAnswer;
    private bool _secondChance;
    private int _attempt;

    public ConnectionState State { get; private set; } = ConnectionState.Connecting;

    /// <summary>Number of state changes so far.</summary>
    public int Moves { get; private set; }

    public void Start() => Connect();

    public void Opened()
    {
        StopTimers();
        _openedAt = effects.Now;
        Arm();
        Move(ConnectionState.Open);
        effects.Raise(new(MachineEventKind.Open, Moves));
        effects.Flush();
    }

    /// <summary>A message has come.</summary>
    /// <param name="isAnswer">Whether it answers the heartbeat.</param>
    public void Received(bool isAnswer)
    {
        _secondChance = false;
        Arm();
        if (isAnswer && _beatAt is { } sent)
        {
            _beatAt = null;
            effects.Raise(new(MachineEventKind.Heartbeat, Moves) { RoundTrip = effects.Now - sent });
        }
    }

    public void Lost(ReconnectReason why, CloseInfo end)
    {
        var was = State;
        if (was == ConnectionState.Open && effects.Now - _openedAt >= options.StableAfter)
            _attempt = 0;
        var hopeful = why != ReconnectReason.Close || (options.ShouldReconnect?.Invoke(end.Code, end.Reason) ?? MayReconnect(end.Code));
        if (was == ConnectionState.Closing || !hopeful || _attempt >= (options.MaxRetries ?? int.MaxValue))
        {
            End(end);
            return;
        }

        Drop();
        _attempt++;
        var delay = Ceiling(_attempt, end.Code) * effects.NextRandom();
        effects.SetTimer(MachineTimer.Main, delay);
        Move(ConnectionState.Waiting);
        if (was == ConnectionState.Open)
            RaiseClose(end);
        effects.Raise(new(MachineEventKind.Reconnecting, Moves) { Plan = new(_attempt, delay, why) });
    }

    public void TimerFired(MachineTimer timer)
    {
        switch (State)
        {
            case ConnectionState.Connecting:
                Lost(ReconnectReason.Timeout, new(Abnormal, "", WasClean: false));
                break;
            case ConnectionState.Waiting:
                Connect();
                break;
            case ConnectionState.Closing:
                End(new(Abnormal, "", WasClean: false));
                break;
            case ConnectionState.Open when timer == MachineTimer.Heartbeat:
                HeartbeatFired();
                break;
        }
    }

    public void Close(int? code, string reason)
    {
        if (State is ConnectionState.Closing or ConnectionState.Closed)
            return;
        if (State != ConnectionState.Open)
        {
            End(new(code ?? NoStatus, reason, WasClean: true));
            return;
        }

        effects.Shut(code ?? NoStatus, reason, letGo: false);
        StopTimers();
        effects.SetTimer(MachineTimer.Main, s_closeTimeout);
        Move(ConnectionState.Closing);
    }

    public void Reconnect()
    {
        var wasOpen = State == ConnectionState.Open;
        _attempt = 0;
        StopTimers();
        if (wasOpen)
            effects.Shut(1000, "reconnect", letGo: true);
        else
            effects.Drop();
        Connect();
        if (wasOpen)
            RaiseClose(new(1000, "reconnect", WasClean: true));
    }

    private void Connect()
    {
        StopTimers();
        effects.Connect(_attempt);
        effects.SetTimer(MachineTimer.Main, options.ConnectTimeout);
        Move(ConnectionState.Connecting);
    }

    private void Arm()
    {
        if (!_beats || State == ConnectionState.Closing)
            return;
        _awaitsAnswer = false;
        effects.SetTimer(MachineTimer.Heartbeat, options.Heartbeat.Interval);
    }

    private void HeartbeatFired()
    {
        // A timer that comes very late shows that the machine slept; the answer may lie unread. Once, it is asked again.
        var late = effects.Now - _due > options.Heartbeat.Timeout;
        if (_awaitsAnswer && (!late || _secondChance))
        {
            Lost(ReconnectReason.Heartbeat, new(Abnormal, "no answer to the heartbeat", WasClean: false));
            return;
        }

        _secondChance = _awaitsAnswer;
        _awaitsAnswer = true;
        _beatAt = effects.Now;
        _due = effects.Now + options.Heartbeat.Timeout;
        effects.SetTimer(MachineTimer.Heartbeat, options.Heartbeat.Timeout);
        effects.SendHeartbeat();
    }

    private void End(CloseInfo end)
    {
        Drop();
        Move(ConnectionState.Closed);
        RaiseClose(end);
    }

    private void Drop()
    {
        StopTimers();
        effects.Drop();
    }

    private void StopTimers()
    {
        effects.ClearTimer(MachineTimer.Main);
        effects.ClearTimer(MachineTimer.Heartbeat);
        _beatAt = null;
        _awaitsAnswer = false;
        _secondChance = false;
    }

    private void Move(ConnectionState state)
    {
        if (state == State)
            return;
        var previous = State;
        State = state;
        Moves++;
        effects.Raise(new(MachineEventKind.State, Moves) { State = new(state, previous) });
    }

    private void RaiseClose(CloseInfo end) => effects.Raise(new(MachineEventKind.Close, Moves) { Close = end });

    /// <summary>Upper end of the range that a delay is drawn from.</summary>
    private TimeSpan Ceiling(int attempt, int code)
    {
        var grown = options.MinDelay.TotalSeconds * Math.Pow(options.Factor, attempt - 1);
        var range = grown < options.MaxDelay.TotalSeconds ? TimeSpan.FromSeconds(grown) : options.MaxDelay;
        // Going away, service restart, try again later: everybody was sent away in one moment.
        return code is 1001 or 1012 or 1013 && range < options.RestartSpread ? options.RestartSpread : range;
    }

    /// <summary>Not after a normal end, a refusal by policy, or one of the application's own codes.</summary>
    private static bool MayReconnect(int code) => code is not (1000 or 1008 or (>= 4000 and < 5000));
}
