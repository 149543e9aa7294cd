using Hawser.Configuration.Model;
using Hawser.IO.Files;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Tls;

/// <summary>
/// Certificates and keys whose names have variables, as one loop keeps them (nginx <c>ssl_certificate_cache</c>). For a while they are believed, then
/// the file is looked at and read anew if it is another one. What has not been used for longest makes room.
/// </summary>
internal sealed class CertificateCache(CertificateCacheConfig config)
{
    // Objects that have not been used for a time go when others come, two at a time.
    private const int ExpiredAtOnce = 2;

    private readonly Dictionary<(Type, string), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new(); // the latest first

    private sealed class Entry((Type, string) id, TlsObject item)
    {
        public (Type Type, string Source) Id { get; } = id;

        // Nobody disposes of what makes room: it may be about to be used. The garbage collector does.
        public TlsObject Item { get; set; } = item;

        public long CheckedAt { get; set; }

        public long UsedAt { get; set; }

        public FileVersion? Version { get; set; }
    }

    public int Count => _entries.Count;

    /// <param name="now">Seconds of any clock that does not jump.</param>
    /// <param name="isFresh">What is kept does not fit together: read it again.</param>
    /// <exception cref="TlsException">It cannot be read.</exception>
    public TlsCertificate Certificate(string source, long now, bool isFresh) => Get(source, now, isFresh, TlsCertificate.Load);

    /// <inheritdoc cref="Certificate"/>
    public TlsKey Key(string source, IReadOnlyList<byte[]> passwords, long now, bool isFresh) => Get(source, now, isFresh, s => TlsKey.Load(s, passwords));

    private T Get<T>(string source, long now, bool isFresh, Func<string, T> load) where T : TlsObject
    {
        (Type, string) id = (typeof(T), source);
        if (_entries.TryGetValue(id, out LinkedListNode<Entry>? node))
        {
            if (!IsGood(node.Value, now, isFresh))
            {
                Drop(node);
                return Add(id, load, now);
            }
            node.Value.UsedAt = now;
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return (T)node.Value.Item;
        }
        return Add(id, load, now);
    }

    private T Add<T>((Type, string Source) id, Func<string, T> load, long now) where T : TlsObject
    {
        // Before it is read: a file that changes while it is read is then read again.
        FileVersion? version = TlsObjectTable.VersionOf(id.Source);
        T made = load(id.Source);
        if (made is TlsKey { WasEncrypted: true }) return made;
        Expire(now);
        _entries.Add(id, _byUse.AddFirst(new Entry(id, made) { CheckedAt = now, UsedAt = now, Version = version }));
        return made;
    }

    private bool IsGood(Entry entry, long now, bool isFresh)
    {
        if (entry.Id.Source.StartsWith("data:", StringComparison.Ordinal)) return true;
        if (isFresh) return false;
        if (now - entry.CheckedAt <= config.Valid.TotalSeconds) return true;
        if (entry.Version is not { } version || TlsObjectTable.VersionOf(entry.Id.Source) is not { } present || !version.IsUnchanged(present)) return false;
        entry.CheckedAt = now;
        return true;
    }

    /// <summary>Makes room for one more.</summary>
    private void Expire(long now)
    {
        int expired = 0;
        while (_byUse.Last is { } oldest)
        {
            bool isUnused = now - oldest.Value.UsedAt > config.Inactive.TotalSeconds;
            if (_entries.Count < config.Max && !(isUnused && expired < ExpiredAtOnce)) return;
            if (isUnused) expired++;
            Drop(oldest);
        }
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        _entries.Remove(node.Value.Id);
        _byUse.Remove(node);
    }
}
