using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>Certificates of authorities.</summary>
public sealed class TlsAuthorities : TlsObject
{
    private TlsAuthorities(string source, List<nint> items) : base(source) => Items = items;

    internal List<nint> Items { get; }

    /// <summary>Reads them. nginx does so as it reads a chain, and says so in its errors. Blocks while it does.</summary>
    /// <exception cref="TlsException">They cannot be read; the message is nginx's.</exception>
    public static TlsAuthorities Load(string path) => new(path, TlsFiles.LoadChain(path));

    private protected override void Free()
    {
        foreach (nint item in Items) LibCrypto.X509_free(item);
    }
}

/// <summary>Lists of revoked certificates.</summary>
public sealed class TlsRevocationLists : TlsObject
{
    private TlsRevocationLists(string source, List<nint> items) : base(source) => Items = items;

    internal List<nint> Items { get; }

    /// <summary>Reads them. Blocks while it does.</summary>
    /// <exception cref="TlsException">They cannot be read; the message is nginx's.</exception>
    public static TlsRevocationLists Load(string path) => new(path, TlsFiles.LoadRevocationLists(path));

    private protected override void Free()
    {
        foreach (nint item in Items) LibCrypto.X509_CRL_free(item);
    }
}
