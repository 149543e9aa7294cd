using System.Text;

namespace Hawser.Client;

/// <summary>
/// A WebSocket that stays connected: a heartbeat finds out when the connection is dead, lost connections are replaced after a delay
/// with jitter, and what is sent meanwhile waits in a bounded queue.
/// </summary>
/// <remarks>
/// Received messages are read with <c>await foreach</c>, over all connections, until the end. Somebody must read them: when
/// <see cref="HawserSocketOptions.ReceiveCapacity"/> of them wait, the connection is not read any further. Events are raised one after
/// the other, on no particular thread, and never while the socket is locked; a handler may call any method. All members are thread-safe.
/// </remarks>
public sealed class HawserSocket : IAsyncEnumerable<Message>, IAsyncDisposable
{
    private readonly ConnectionDriver _driver;

    /// <summary>Connects at once, in the background, with the default options.</summary>
    /// <param name="address">Where to; <c>ws:</c> or <c>wss:</c>.</param>
    /// <exception cref="ArgumentException">The address is not one of a WebSocket.</exception>
    public HawserSocket(Uri address)
        : this(address, new())
    {
    }

    /// <summary>Connects at once, in the background.</summary>
    /// <param name="address">Where to; <c>ws:</c> or <c>wss:</c>.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentException">The address is not one of a WebSocket, or an option is out of range.</exception>
    public HawserSocket(Uri address, HawserSocketOptions options)
        : this(Constant(address), options)
    {
    }

    /// <summary>Connects at once, in the background.</summary>
    /// <param name="address">
    /// Asked for every attempt, with the number of attempts that have failed in a row: the place to put a fresh token into the address.
    /// </param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public HawserSocket(Func<int, CancellationToken, ValueTask<Uri>> address, HawserSocketOptions options)
        : this(address, options, static o => new ClientWebSocketTransport(o))
    {
    }

    internal HawserSocket(
        Func<int, CancellationToken, ValueTask<Uri>> address, HawserSocketOptions options, Func<HawserSocketOptions, ITransport> makeTransport)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _driver = new ConnectionDriver(this, address, options, makeTransport);
        _driver.Start();
    }

    /// <summary>The state has changed; raised before the other events of the same moment.</summary>
    public event EventHandler<StateChange>? StateChanged;

    /// <summary>A connection is there. What is sent in a handler goes before what has waited.</summary>
    public event EventHandler? Opened;

    /// <summary>An open connection was lost, or all is over; <see cref="State"/> tells which.</summary>
    public event EventHandler<CloseInfo>? Closed;

    /// <summary>A new attempt is planned.</summary>
    public event EventHandler<ReconnectPlan>? Reconnecting;

    /// <summary>
    /// A heartbeat was answered, after the given round trip. Only with <see cref="HeartbeatOptions.Message"/>: the framework does not tell of
    /// the answers to its ping frames.
    /// </summary>
    public event EventHandler<TimeSpan>? HeartbeatAnswered;

    /// <summary>An attempt failed, or the address could not be had.</summary>
    public event EventHandler<Exception>? AttemptFailed;

    /// <summary>What the socket is doing.</summary>
    public ConnectionState State => _driver.State;

    /// <summary>Bytes that no connection has taken yet.</summary>
    public long BufferedAmount => _driver.BufferedAmount;

    /// <summary>Ends with the socket; never faulted.</summary>
    public Task<CloseInfo> Completion => _driver.Completion;

    /// <summary>Sends a message, or keeps a copy for the next connection: in order, each message once.</summary>
    /// <param name="message">The message. Its memory may be reused when the task has ended.</param>
    /// <param name="cancellationToken">Ends the wait; a message that no connection has taken yet is then not sent.</param>
    /// <returns>Ends when a connection has taken the message, or, while there is none, when the queue has.</returns>
    /// <exception cref="QueueFullException">There is no connection, and the message does not fit into the queue.</exception>
    /// <exception cref="InvalidOperationException">The socket is closed.</exception>
    /// <exception cref="System.Net.WebSockets.WebSocketException">
    /// The connection broke while it took the message, which may or may not have arrived; it is not sent again.
    /// </exception>
    public ValueTask SendAsync(Message message, CancellationToken cancellationToken = default) => _driver.SendAsync(message, cancellationToken);

    /// <summary>Drops the connection, if there is one, and connects at once: for a new token, or to cut a delay short.</summary>
    /// <exception cref="InvalidOperationException">The socket is closed: its messages have ended. Make a new one.</exception>
    public void Reconnect() => _driver.Reconnect();

    /// <summary>Ends the connection for good. What waits in the queue is not sent any more.</summary>
    /// <param name="code">The close code: 1000, or 3000 to 4999.</param>
    /// <param name="reason">Text for the server; at most 123 bytes of UTF-8.</param>
    /// <returns>Ends with the socket, after 5 s at most.</returns>
    /// <exception cref="ArgumentException">The code or the reason is not allowed (RFC 6455 §7.4.2, §5.5.1).</exception>
    public Task<CloseInfo> CloseAsync(int code = 1000, string reason = "")
    {
        if (code != 1000 && code is not (>= 3000 and < 5000))
            throw new ArgumentOutOfRangeException(nameof(code), code, "A client may close with 1000, or 3000 to 4999.");
        if (Encoding.UTF8.GetByteCount(reason) > 123)
            throw new ArgumentException("A reason has 123 bytes at most: it shares a control frame with the code.", nameof(reason));
        _driver.Close(code, reason);
        return Completion;
    }

    /// <summary>The messages of all connections, until the end.</summary>
    public IAsyncEnumerator<Message> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        _driver.Received.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>Closes with code 1000.</summary>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        _driver.Dispose();
    }

    internal void Raise(in MachineEvent item)
    {
        switch (item.Kind)
        {
            case MachineEventKind.State:
                StateChanged?.Invoke(this, item.State);
                break;
            case MachineEventKind.Open:
                Opened?.Invoke(this, EventArgs.Empty);
                break;
            case MachineEventKind.Close:
                Closed?.Invoke(this, item.Close);
                break;
            case MachineEventKind.Reconnecting:
                Reconnecting?.Invoke(this, item.Plan);
                break;
            case MachineEventKind.Heartbeat:
                HeartbeatAnswered?.Invoke(this, item.RoundTrip);
                break;
        }
    }

    internal void RaiseFailed(Exception error) => AttemptFailed?.Invoke(this, error);

    private static Func<int, CancellationToken, ValueTask<Uri>> Constant(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || address.Scheme is not ("ws" or "wss"))
            throw new ArgumentException($"\"{address}\" is not the address of a WebSocket: it begins with ws:// or wss://.", nameof(address));
        return (_, _) => new(address);
    }
}
