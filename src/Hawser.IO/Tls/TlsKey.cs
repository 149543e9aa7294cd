using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>A private key.</summary>
public sealed class TlsKey : TlsObject
{
    private TlsKey(string source, nint handle, bool wasEncrypted) : base(source)
    {
        Handle = handle;
        WasEncrypted = wasEncrypted;
    }

    /// <summary>A password was asked for: it should not lie about in memory any longer than it is needed.</summary>
    public bool WasEncrypted { get; }

    internal nint Handle { get; }

    /// <summary>Reads it, trying each password if it is encrypted. Blocks while it does.</summary>
    /// <exception cref="TlsException">It cannot be read; the message is nginx's.</exception>
    public static TlsKey Load(string source, IReadOnlyList<byte[]> passwords)
    {
        nint handle = TlsKeyFiles.Load(source, passwords, out bool wasEncrypted);
        return new TlsKey(source, handle, wasEncrypted);
    }

    private protected override void Free() => LibCrypto.EVP_PKEY_free(Handle);
}
