using System.Text;
using Hawser.IO.Files;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Tls;

/// <summary>
/// What the blocks of one configuration have read: each certificate, key or list once, however many name it. A reload takes over what has not changed
/// since (nginx: ngx_openssl_cache_module). Control thread.
/// </summary>
/// <param name="previous">What the configuration before has read; null to read everything anew.</param>
internal sealed class TlsObjectTable(TlsObjectTable? previous)
{
    private readonly TlsObjectTable? _previous = previous;
    private readonly Dictionary<(Type, string), Entry> _entries = [];

    private sealed record Entry(TlsObject Object, FileVersion? Version);

    /// <summary>Empty, with nothing to take over.</summary>
    public static TlsObjectTable Empty { get; } = new(null);

    /// <summary>What was read, without those before: they can be let go.</summary>
    public TlsObjectTable Settled()
    {
        var settled = new TlsObjectTable(null);
        foreach (KeyValuePair<(Type, string), Entry> entry in _entries) settled._entries.Add(entry.Key, entry.Value);
        return settled;
    }

    public TlsAuthorities Authorities(string path) => Get(path, isFresh: false, TlsAuthorities.Load);

    public TlsRevocationLists RevocationLists(string path) => Get(path, isFresh: false, TlsRevocationLists.Load);

    /// <summary>Gives a context a certificate and its key.</summary>
    public void AddCertificate(TlsContext context, string certificate, string key, IReadOnlyList<byte[]> passwords)
    {
        try
        {
            context.AddCertificate(Certificate(certificate, isFresh: false), Key(key, passwords, isFresh: false));
        }
        catch (TlsMismatchException)
        {
            // One of the two was taken over, and the other has been replaced in the meantime.
            context.AddCertificate(Certificate(certificate, isFresh: true), Key(key, passwords, isFresh: true));
        }
    }

    /// <summary>The version of a file; null if the source is none, or cannot be looked at.</summary>
    internal static FileVersion? VersionOf(string source) =>
        TlsServerCompiler.IsPath(source) && FileStatus.Read(Encoding.Latin1.GetBytes(source), out FileStatus status) == 0 ? status.Version : null;

    private TlsCertificate Certificate(string source, bool isFresh) => Get(source, isFresh, TlsCertificate.Load);

    private TlsKey Key(string source, IReadOnlyList<byte[]> passwords, bool isFresh) => Get(source, isFresh, s => TlsKey.Load(s, passwords));

    private T Get<T>(string source, bool isFresh, Func<string, T> load) where T : TlsObject
    {
        (Type, string) id = (typeof(T), source);
        if (!isFresh && _entries.TryGetValue(id, out Entry? known)) return (T)known.Object;
        // Before it is read: a file that changes while it is read is then read again.
        FileVersion? version = VersionOf(source);
        T made = !isFresh && FindPrevious(id, version) is { } kept ? (T)kept : load(source);
        if (made is not TlsKey { WasEncrypted: true }) _entries[id] = new Entry(made, version);
        return made;
    }

    private TlsObject? FindPrevious((Type, string Source) id, FileVersion? version)
    {
        if (_previous is null || !_previous._entries.TryGetValue(id, out Entry? old)) return null;
        bool isData = id.Source.StartsWith("data:", StringComparison.Ordinal);
        return isData || (version is { } now && old.Version is { } then && then.IsUnchanged(now)) ? old.Object : null;
    }
}
