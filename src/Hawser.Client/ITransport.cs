namespace Hawser.Client;

/// <summary>One WebSocket connection, from its handshake to its end.</summary>
internal interface ITransport : IDisposable
{
    /// <summary>Whether messages may be sent: neither side has begun to close.</summary>
    bool IsOpen { get; }

    /// <summary>Makes the connection.</summary>
    Task ConnectAsync(Uri address, CancellationToken cancel);

    /// <summary>Sends a message; one at a time.</summary>
    ValueTask SendAsync(Message message, CancellationToken cancel);

    /// <summary>Receives a message. Null when the server has closed; <see cref="End"/> then says how, and its close frame has been answered.</summary>
    ValueTask<Message?> ReceiveAsync(CancellationToken cancel);

    /// <summary>How the server closed.</summary>
    CloseInfo End { get; }

    /// <summary>Sends a close frame; <see cref="ReceiveAsync"/> will tell of the answer.</summary>
    Task ShutAsync(int code, string reason, CancellationToken cancel);

    /// <summary>Ends the connection without a word; whatever waits on it throws.</summary>
    void Abort();
}
