using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Tls;

/// <summary>
/// Certificates whose names are known only when a connection is there. They are read on the loop, as nginx does: variables make it a choice of many.
/// </summary>
internal sealed class VariableCertificates
{
    private readonly IReadOnlyList<byte[]> _passwords;
    private readonly Func<string, string> _fullPath;
    private readonly LoopCaches? _caches;

    /// <summary>One cache for each loop, shared by the blocks that inherit the directive.</summary>
    private sealed class LoopCaches(CertificateCacheConfig config, int workers)
    {
        private readonly CertificateCache?[] _loops = new CertificateCache?[workers];

        public CertificateCache For(Worker worker) => _loops[worker.Index] ??= new CertificateCache(config);
    }

    /// <param name="cache">Null reads them for each connection.</param>
    public VariableCertificates(CertificateCacheConfig? cache, IReadOnlyList<byte[]> passwords, ModelBuilder builder)
    {
        _passwords = passwords;
        _fullPath = builder.Config.GetPathBesideFile;
        if (cache is not null) _caches = builder.Once(cache, () => new LoopCaches(cache, builder.Services.WorkerCount));
    }

    /// <summary>Gives a connection a certificate.</summary>
    /// <exception cref="TlsException">It cannot be read, or not be used.</exception>
    public void Use(TlsTransport transport, string certificate, string key, Worker worker)
    {
        certificate = Path(certificate);
        key = Path(key);
        if (_caches is not null)
        {
            Use(transport, certificate, key, _caches.For(worker), worker.Loop.Now / 1000);
            return;
        }
        using TlsCertificate loaded = TlsCertificate.Load(certificate);
        using TlsKey loadedKey = TlsKey.Load(key, _passwords);
        transport.UseCertificate(loaded, loadedKey);
    }

    private void Use(TlsTransport transport, string certificate, string key, CertificateCache cache, long now)
    {
        try
        {
            transport.UseCertificate(cache.Certificate(certificate, now, isFresh: false), cache.Key(key, _passwords, now, isFresh: false));
        }
        catch (TlsMismatchException)
        {
            // One of the two is kept, and the other was read after both had been replaced.
            transport.UseCertificate(cache.Certificate(certificate, now, isFresh: true), cache.Key(key, _passwords, now, isFresh: true));
        }
    }

    private string Path(string source) => TlsServerCompiler.IsPath(source) ? _fullPath(source) : source;
}
