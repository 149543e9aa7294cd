using System.Diagnostics.CodeAnalysis;

namespace Hawser.IO.Tls;

/// <summary>
/// Sessions that several servers and all loops share (nginx <c>ssl_session_cache shared:NAME:SIZE</c>), bounded in bytes; the oldest makes room.
/// Lives on through reloads, and with it the keys of tickets. Any thread.
/// </summary>
public sealed class TlsSessionCache
{
    /// <summary>nginx's NGX_SSL_MAX_SESSION_SIZE: a session with a chain of client certificates may be larger, and is then not kept.</summary>
    internal const int LargestSession = 8192;

    // What an entry costs beside its bytes.
    private const int EntryCost = 128;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Dictionary<byte[], LinkedListNode<Entry>> _byId = new(IdComparer.Instance);
    private readonly LinkedList<Entry> _byAge = new();
    private long _bytes;
    private long _limit;

    private sealed record Entry(byte[] Id, byte[] Session, long ExpiresAt)
    {
        public long Cost => Id.Length + Session.Length + EntryCost;
    }

    /// <param name="limit">Bytes it may hold.</param>
    public TlsSessionCache(long limit, TimeProvider time)
    {
        _time = time;
        _limit = limit;
        TicketKeys = TlsTicketKeys.Rotating(time);
    }

    /// <summary>Keys that change by themselves, for servers without <c>ssl_session_ticket_key</c>.</summary>
    public TlsTicketKeys TicketKeys { get; }

    public int Count
    {
        get
        {
            lock (_lock) return _byId.Count;
        }
    }

    /// <summary>A reload may change the size.</summary>
    public void Resize(long limit)
    {
        lock (_lock)
        {
            _limit = limit;
            while (_bytes > _limit) Drop(_byAge.First!);
        }
    }

    internal void Add(ReadOnlySpan<byte> id, ReadOnlySpan<byte> session, int seconds)
    {
        var entry = new Entry(id.ToArray(), session.ToArray(), Now + seconds);
        lock (_lock)
        {
            if (_byId.TryGetValue(entry.Id, out LinkedListNode<Entry>? old)) Drop(old);
            while (_byAge.First is { } oldest && (_bytes + entry.Cost > _limit || oldest.Value.ExpiresAt <= Now)) Drop(oldest);
            if (entry.Cost > _limit) return;
            _byId.Add(entry.Id, _byAge.AddLast(entry));
            _bytes += entry.Cost;
        }
    }

    internal byte[]? Find(ReadOnlySpan<byte> id)
    {
        byte[] key = id.ToArray();
        lock (_lock)
        {
            if (!_byId.TryGetValue(key, out LinkedListNode<Entry>? node)) return null;
            if (node.Value.ExpiresAt > Now) return node.Value.Session;
            Drop(node);
            return null;
        }
    }

    internal void Remove(ReadOnlySpan<byte> id)
    {
        byte[] key = id.ToArray();
        lock (_lock)
        {
            if (_byId.TryGetValue(key, out LinkedListNode<Entry>? node)) Drop(node);
        }
    }

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    private void Drop(LinkedListNode<Entry> node)
    {
        _byId.Remove(node.Value.Id);
        _byAge.Remove(node);
        _bytes -= node.Value.Cost;
    }

    private sealed class IdComparer : IEqualityComparer<byte[]>
    {
        public static readonly IdComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj)
        {
            var hash = new HashCode();
            hash.AddBytes(obj);
            return hash.ToHashCode();
        }
    }
}
