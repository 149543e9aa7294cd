using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>A private key. Contexts and connections that use it hold references of their own. Any thread.</summary>
public sealed class TlsKey : IDisposable
{
    private readonly nint _handle;
    private bool _isFreed;

    private TlsKey(string source, nint handle)
    {
        Source = source;
        _handle = handle;
    }

    ~TlsKey() => Free();

    /// <summary>Where it was read: a path, or <c>data:</c> and PEM.</summary>
    public string Source { get; }

    internal nint Handle => _handle;

    /// <summary>Reads it, trying each password if it is encrypted. Blocks while it does.</summary>
    /// <exception cref="TlsException">It cannot be read; the message is nginx's.</exception>
    public static TlsKey Load(string source, IReadOnlyList<byte[]> passwords) => new(source, TlsFiles.LoadKey(source, passwords));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_isFreed) return;
        _isFreed = true;
        LibCrypto.EVP_PKEY_free(_handle);
    }
}
