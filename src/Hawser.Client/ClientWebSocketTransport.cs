using System.Buffers;
using System.Net.WebSockets;

namespace Hawser.Client;

/// <summary>A connection of the framework's client.</summary>
internal sealed class ClientWebSocketTransport : ITransport
{
    private const int NoStatus = 1005;
    private const int BufferSize = 16 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly ClientWebSocket _socket = new();
    private readonly int _maxMessageSize;

    public ClientWebSocketTransport(HawserSocketOptions options)
    {
        _maxMessageSize = options.MaxMessageSize;
        var heartbeat = options.Heartbeat;
        // With a message of the application's the machine beats; without, ping frames of the framework do.
        _socket.Options.KeepAliveInterval = heartbeat.Message is null ? heartbeat.Interval : TimeSpan.Zero;
#if NET9_0_OR_GREATER
        if (heartbeat.Message is null && heartbeat.Interval > TimeSpan.Zero)
            _socket.Options.KeepAliveTimeout = heartbeat.Timeout;
#endif
        options.Configure?.Invoke(_socket.Options);
    }

    public bool IsOpen => _socket.State == WebSocketState.Open;

    public CloseInfo End { get; private set; }

    public Task ConnectAsync(Uri address, CancellationToken cancel) => _socket.ConnectAsync(address, cancel);

    public ValueTask SendAsync(Message message, CancellationToken cancel) => _socket.SendAsync(
        message.Data, message.IsText ? WebSocketMessageType.Text : WebSocketMessageType.Binary, endOfMessage: true, cancel);

    public async ValueTask<Message?> ReceiveAsync(CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var length = 0;
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(length), cancel).ConfigureAwait(false);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    await AnswerCloseAsync(cancel).ConfigureAwait(false);
                    return null;
                }

                length += part.Count;
                if (length > _maxMessageSize)
                {
                    await RefuseAsync(cancel).ConfigureAwait(false);
                    return null;
                }

                if (part.EndOfMessage)
                    return new Message(buffer.AsSpan(0, length).ToArray(), part.MessageType == WebSocketMessageType.Text);
                if (length == buffer.Length)
                    buffer = Grow(buffer, length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public Task ShutAsync(int code, string reason, CancellationToken cancel) => code == NoStatus
        ? _socket.CloseOutputAsync(WebSocketCloseStatus.Empty, null, cancel)
        : _socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, cancel);

    public void Abort() => _socket.Abort();

    public void Dispose() => _socket.Dispose();

    private async Task AnswerCloseAsync(CancellationToken cancel)
    {
        var code = (int?)_socket.CloseStatus ?? NoStatus;
        End = new(code, _socket.CloseStatusDescription ?? "", WasClean: true);
        if (_socket.State != WebSocketState.CloseReceived)
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
        try
        {
            await ShutAsync(code, End.Reason, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The server did not wait for the answer, or the application was closing in the same moment and has said it.
        }
    }

    /// <summary>A message over the bound: 1009, the code for it, is said to the server and to the application.</summary>
    private async Task RefuseAsync(CancellationToken cancel)
    {
        End = new(1009, $"the message is longer than {_maxMessageSize} bytes", WasClean: false);
        await ShutAsync(End.Code, End.Reason, cancel).ConfigureAwait(false);
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
