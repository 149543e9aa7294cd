namespace Hawser.Client;

/// <summary>The queue of a socket cannot take a message: there is no connection, and the bound is reached.</summary>
public sealed class QueueFullException : InvalidOperationException
{
    internal QueueFullException(int size, int bound)
        : base($"A message of {size} bytes does not fit into the queue of {bound} bytes while there is no connection. "
            + "Send it later, or raise HawserSocketOptions.MaxQueue.")
    {
    }
}

/// <summary>A message on its way to a connection.</summary>
internal sealed class Outgoing(Message message)
{
    public Message Message { get; private set; } = message;

    /// <summary>Completed when the message has been handed to a connection; null if its sender does not wait, because it was queued.</summary>
    public TaskCompletionSource? Done { get; init; }

    public bool IsHeartbeat { get; init; }

    /// <summary>The sender stops to wait and may reuse its memory.</summary>
    public void Keep()
    {
        Message = Message with { Data = Message.Data.ToArray() };
        Done!.TrySetResult();
    }
}

/// <summary>
/// Messages that no connection has taken yet, in order: a heartbeat, what the open handlers sent, what has waited, what is new. Not
/// thread-safe.
/// </summary>
internal sealed class Outbox(int bound)
{
    private readonly LinkedList<Outgoing> _items = new();
    private LinkedListNode<Outgoing>? _lastFirst;
    private long _bytes;
    private long _firstBytes;

    /// <summary>Bytes that wait.</summary>
    public long Bytes => _bytes;

    /// <summary>Keeps a copy for the next connection.</summary>
    /// <exception cref="QueueFullException">The bound is reached.</exception>
    public void Queue(Message message)
    {
        if (_bytes + message.Data.Length > bound)
            throw new QueueFullException(message.Data.Length, bound);
        Append(new(Copy(message)));
    }

    /// <summary>Keeps a copy that goes before everything else: it was sent by a handler of the open event.</summary>
    /// <exception cref="QueueFullException">The bound, which counts for these alone, is reached.</exception>
    public void QueueFirst(Message message)
    {
        if (_firstBytes + message.Data.Length > bound)
            throw new QueueFullException(message.Data.Length, bound);
        _firstBytes += message.Data.Length;
        _bytes += message.Data.Length;
        var item = new Outgoing(Copy(message));
        _lastFirst = _lastFirst is null ? _items.AddFirst(item) : _items.AddAfter(_lastFirst, item);
    }

    /// <summary>Adds a message whose sender waits until it has been handed over.</summary>
    public LinkedListNode<Outgoing> Append(Outgoing item)
    {
        _bytes += item.Message.Data.Length;
        return _items.AddLast(item);
    }

    public void AddHeartbeat(Message message)
    {
        _bytes += message.Data.Length;
        _items.AddFirst(new Outgoing(message) { IsHeartbeat = true });
    }

    /// <summary>The next message for a connection.</summary>
    public bool TryTake(out Outgoing item)
    {
        if (_items.First is not { } node)
        {
            item = null!;
            return false;
        }

        item = node.Value;
        Remove(node);
        return true;
    }

    /// <summary>Removes a message whose sender does not want to wait any longer. False if it has been handed over.</summary>
    public bool TryCancel(LinkedListNode<Outgoing> node)
    {
        if (node.List is null)
            return false;
        Remove(node);
        return true;
    }

    /// <summary>The connection is lost: senders stop to wait, what fits within the bound is kept, the rest is refused.</summary>
    public void Settle()
    {
        _lastFirst = null;
        _firstBytes = 0;
        var kept = 0L;
        for (var node = _items.First; node is not null;)
        {
            var (current, item) = (node, node.Value);
            node = node.Next;
            if (item.IsHeartbeat)
            {
                Remove(current);
            }
            else if (item.Done is not null && kept + item.Message.Data.Length > bound)
            {
                Remove(current);
                item.Done.TrySetException(new QueueFullException(item.Message.Data.Length, bound));
            }
            else
            {
                kept += item.Message.Data.Length;
                if (item.Done is not null)
                    item.Keep();
            }
        }
    }

    /// <summary>The end: nothing will be sent any more.</summary>
    public void Refuse()
    {
        while (TryTake(out var item))
            item.Done?.TrySetException(new InvalidOperationException("The socket was closed before the message was sent."));
    }

    private void Remove(LinkedListNode<Outgoing> node)
    {
        if (node == _lastFirst)
            _lastFirst = null;
        _items.Remove(node);
        _bytes -= node.Value.Message.Data.Length;
    }

    private static Message Copy(Message message) => message with { Data = message.Data.ToArray() };
}
