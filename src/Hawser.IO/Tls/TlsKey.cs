using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>A private key.</summary>
public sealed class TlsKey : TlsObject
{
    // A signature with RSA of 2048 bits takes as long as the rest of a handshake; with 4096 it is six times as much. Curves are never slow.
    private const int MostBitsOnLoop = 2048;

    private TlsKey(string source, nint handle, bool wasEncrypted) : base(source)
    {
        Handle = handle;
        WasEncrypted = wasEncrypted;
        IsSlow = LibCrypto.EVP_PKEY_get_base_id(handle) is LibCrypto.EVP_PKEY_RSA or LibCrypto.EVP_PKEY_RSA_PSS && LibCrypto.EVP_PKEY_get_bits(handle) > MostBitsOnLoop;
    }

    /// <summary>A password was asked for: it should not lie about in memory any longer than it is needed.</summary>
    public bool WasEncrypted { get; }

    internal nint Handle { get; }

    /// <summary>A signature takes milliseconds, so it is not made on a loop.</summary>
    internal bool IsSlow { get; }

    /// <summary>Reads it, trying each password if it is encrypted. Blocks while it does.</summary>
    /// <exception cref="TlsException">It cannot be read; the message is nginx's.</exception>
    public static TlsKey Load(string source, IReadOnlyList<byte[]> passwords)
    {
        nint handle = TlsKeyFiles.Load(source, passwords, out bool wasEncrypted);
        return new TlsKey(source, handle, wasEncrypted);
    }

    private protected override void Free() => LibCrypto.EVP_PKEY_free(Handle);
}
