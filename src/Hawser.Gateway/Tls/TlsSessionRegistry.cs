using Hawser.IO.Tls;

namespace Hawser.Gateway.Tls;

/// <summary>The session caches by their names (<c>shared:NAME:SIZE</c>). A reload finds them as they were. Control thread.</summary>
public sealed class TlsSessionRegistry(TimeProvider time)
{
    private readonly Dictionary<string, TlsSessionCache> _caches = new(StringComparer.Ordinal);

    /// <summary>The cache of a name, made on first use. A new size counts at once.</summary>
    public TlsSessionCache Get(string name, long size)
    {
        if (_caches.TryGetValue(name, out TlsSessionCache? cache)) cache.Resize(size);
        else _caches.Add(name, cache = new TlsSessionCache(size, time));
        return cache;
    }
}
