using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>A certificate and those that certify it.</summary>
public sealed class TlsCertificate : TlsObject
{
    /// <param name="chain">References that pass to this object; the first is the certificate's own.</param>
    private TlsCertificate(string source, List<nint> chain) : base(source)
    {
        Own = chain[0];
        Rest = LibCrypto.OPENSSL_sk_new_null();
        for (int i = 1; i < chain.Count; i++) _ = LibCrypto.OPENSSL_sk_push(Rest, chain[i]);
    }

    private TlsCertificate(TlsCertificate other) : base(other.Source)
    {
        _ = LibCrypto.X509_up_ref(other.Own);
        Own = other.Own;
        Rest = LibCrypto.X509_chain_up_ref(other.Rest);
        GC.KeepAlive(other);
    }

    internal nint Own { get; }

    /// <summary>STACK_OF(X509) of the others.</summary>
    internal nint Rest { get; }

    /// <summary>Reads it. Blocks while it does.</summary>
    /// <exception cref="TlsException">It cannot be read; the message is nginx's.</exception>
    public static TlsCertificate Load(string source) => new(source, TlsFiles.LoadChain(source));

    /// <summary>Another object over the same certificates, for somebody who keeps them.</summary>
    internal TlsCertificate Share() => new(this);

    private protected override void Free()
    {
        LibCrypto.X509_free(Own);
        LibCrypto.FreeChain(Rest);
    }
}
