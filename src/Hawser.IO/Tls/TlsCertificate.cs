using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>A certificate and those that certify it. Contexts and connections that use it hold references of their own. Any thread.</summary>
public sealed class TlsCertificate : IDisposable
{
    private readonly nint _own;
    private readonly nint _rest;
    private bool _isFreed;

    /// <param name="chain">References that pass to this object; the first is the certificate's own.</param>
    private TlsCertificate(string source, List<nint> chain)
    {
        Source = source;
        _own = chain[0];
        _rest = LibCrypto.OPENSSL_sk_new_null();
        for (int i = 1; i < chain.Count; i++) _ = LibCrypto.OPENSSL_sk_push(_rest, chain[i]);
    }

    ~TlsCertificate() => Free();

    /// <summary>Where it was read: a path, or <c>data:</c> and PEM.</summary>
    public string Source { get; }

    internal nint Own => _own;

    /// <summary>STACK_OF(X509) of the others.</summary>
    internal nint Rest => _rest;

    /// <summary>Reads it. Blocks while it does.</summary>
    /// <exception cref="TlsException">It cannot be read; the message is nginx's.</exception>
    public static TlsCertificate Load(string source) => new(source, TlsFiles.LoadChain(source));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_isFreed) return;
        _isFreed = true;
        LibCrypto.X509_free(_own);
        LibCrypto.FreeChain(_rest);
    }
}
