namespace Hawser.Testing.Churn;

/// <summary>
/// What one side has counted. Who is cut off cannot know whether its last bytes arrived: these are counted apart, so that a sum is exact but for them.
/// </summary>
public sealed class ChurnTally
{
    private long _sent;
    private long _unsure;
    private long _dataSent;
    private long _dataUnsure;
    private long _dataReceived;
    private long _messages;
    private long _messagesUnsure;

    /// <summary>Bytes that have been sent and have arrived.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Bytes that may have arrived.</summary>
    public long Unsure => Interlocked.Read(ref _unsure);

    /// <summary>The same of data frames alone, which a gateway passes on as they are.</summary>
    public long DataSent => Interlocked.Read(ref _dataSent);

    /// <inheritdoc cref="DataSent"/>
    public long DataUnsure => Interlocked.Read(ref _dataUnsure);

    /// <summary>Bytes of data frames that came, whole ones.</summary>
    public long DataReceived => Interlocked.Read(ref _dataReceived);

    /// <summary>Messages sent that have arrived.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>Messages that may have arrived.</summary>
    public long MessagesUnsure => Interlocked.Read(ref _messagesUnsure);

    /// <summary>A connection has ended.</summary>
    /// <param name="socket">It.</param>
    /// <param name="sure">What it had sent when it last knew that all had arrived.</param>
    /// <param name="sent">Messages it has sent.</param>
    internal void Add(FrameSocket socket, (long Sent, long Data, long Messages) sure, long sent)
    {
        Interlocked.Add(ref _sent, sure.Sent);
        Interlocked.Add(ref _unsure, socket.Sent - sure.Sent);
        Interlocked.Add(ref _dataSent, sure.Data);
        Interlocked.Add(ref _dataUnsure, socket.DataSent - sure.Data);
        Interlocked.Add(ref _dataReceived, socket.DataReceived);
        Interlocked.Add(ref _messages, sure.Messages);
        Interlocked.Add(ref _messagesUnsure, sent - sure.Messages);
    }
}
