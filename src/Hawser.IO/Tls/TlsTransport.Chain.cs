using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>The peer's certificate with all that certify it.</summary>
public sealed unsafe partial class TlsTransport
{
    /// <summary>
    /// What to ask about the certificates by which the peer was verified, its own first. Nothing about the root, which nobody certifies. The caller
    /// disposes of them.
    /// </summary>
    /// <exception cref="TlsException">The session was resumed, and its certificate is not good any more.</exception>
    public IReadOnlyList<OcspQuestion> PeerQuestions(bool ownOnly)
    {
        nint chain = VerifiedChain();
        int count = LibCrypto.OPENSSL_sk_num(chain) - 1;
        var questions = new List<OcspQuestion>();
        for (int i = 0; i < (ownOnly ? Math.Min(count, 1) : count); i++)
            questions.Add(new OcspQuestion(Context, LibCrypto.OPENSSL_sk_value(chain, i), LibCrypto.OPENSSL_sk_value(chain, i + 1), chain));
        LibCrypto.FreeChain(chain);
        return questions;
    }

    /// <summary>A session that is resumed brings the certificate but not the chain, so that is looked for again.</summary>
    private nint VerifiedChain()
    {
        nint known = LibSsl.SSL_get0_verified_chain(_ssl);
        if (known != 0) return LibCrypto.X509_chain_up_ref(known);
        LibCrypto.ERR_clear_error();
        nint search = LibCrypto.X509_STORE_CTX_new();
        if (search == 0) throw TlsErrors.Failure("X509_STORE_CTX_new() failed");
        try
        {
            if (LibCrypto.X509_STORE_CTX_init(search, LibSsl.SSL_CTX_get_cert_store(Context.Handle), Peer, LibSsl.SSL_get_peer_cert_chain(_ssl)) == 0)
                throw TlsErrors.Failure("X509_STORE_CTX_init() failed");
            if (LibCrypto.X509_verify_cert(search) <= 0) throw TlsErrors.Failure("X509_verify_cert() failed");
            nint chain = LibCrypto.X509_STORE_CTX_get1_chain(search);
            return chain != 0 ? chain : throw TlsErrors.Failure("X509_STORE_CTX_get1_chain() failed");
        }
        finally
        {
            LibCrypto.X509_STORE_CTX_free(search);
        }
    }
}
