using Hawser.IO.Tls;

namespace Hawser.Gateway.Tls.Ocsp;

/// <summary>
/// What authorities have said of clients' certificates (nginx <c>ssl_ocsp_cache shared:NAME:SIZE</c>), bounded in bytes; the oldest makes room. Lives
/// on through reloads. Any thread.
/// </summary>
/// <param name="limit">Bytes it may hold.</param>
public sealed class OcspCache(long limit, TimeProvider time)
{
    // An entry of nginx's takes as much of its zone.
    private const int EntryCost = 256;

    // How long an answer holds that does not say it, in seconds.
    private const long DefaultLifetime = 3600;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byAge = new();
    private long _limit = limit;

    private sealed record Entry(string Key, OcspStatus Status, long ValidUntil);

    public int Count
    {
        get
        {
            lock (_lock) return _byKey.Count;
        }
    }

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>A reload may change the size.</summary>
    public void Resize(long limit)
    {
        lock (_lock)
        {
            _limit = limit;
            MakeRoom();
        }
    }

    /// <summary>Keeps an answer. One whose time is over already is not kept.</summary>
    /// <param name="key">See <see cref="OcspQuestion.CacheKey"/>.</param>
    public void Add(ReadOnlySpan<byte> key, OcspAnswer answer)
    {
        long now = Now;
        if (answer.ValidUntil < now) return;
        var entry = new Entry(Convert.ToHexString(key), answer.Status, answer.ValidUntil == long.MaxValue ? now + DefaultLifetime : answer.ValidUntil);
        lock (_lock)
        {
            if (_byKey.TryGetValue(entry.Key, out LinkedListNode<Entry>? old)) Drop(old);
            _byKey.Add(entry.Key, _byAge.AddLast(entry));
            MakeRoom();
        }
    }

    /// <summary>What is known of a certificate; null for nothing that still holds.</summary>
    public OcspStatus? Find(ReadOnlySpan<byte> key)
    {
        lock (_lock)
        {
            if (!_byKey.TryGetValue(Convert.ToHexString(key), out LinkedListNode<Entry>? node)) return null;
            if (node.Value.ValidUntil > Now) return node.Value.Status;
            Drop(node);
            return null;
        }
    }

    private void MakeRoom()
    {
        while (_byAge.First is { } oldest && (long)_byKey.Count * EntryCost > _limit) Drop(oldest);
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        _byKey.Remove(node.Value.Key);
        _byAge.Remove(node);
    }
}

/// <summary>The caches by their names. A reload finds them as they were. Control thread.</summary>
public sealed class OcspCacheRegistry(TimeProvider time)
{
    private readonly Dictionary<string, OcspCache> _caches = new(StringComparer.Ordinal);

    /// <summary>The cache of a name, made on first use. A new size counts at once.</summary>
    public OcspCache Get(string name, long size)
    {
        if (_caches.TryGetValue(name, out OcspCache? cache)) cache.Resize(size);
        else _caches.Add(name, cache = new OcspCache(size, time));
        return cache;
    }
}
