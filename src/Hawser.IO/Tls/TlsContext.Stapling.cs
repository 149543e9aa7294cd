using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>Responses about a server's certificates that are sent along with them (nginx <c>ssl_stapling</c>).</summary>
public sealed unsafe partial class TlsContext
{
    private TlsStaple[] _staples = [];

    /// <summary>Begins to staple: one place for the response about each certificate that is loaded. Certificates named by variables have none, as in nginx.</summary>
    public IReadOnlyList<TlsStaple> BeginStapling()
    {
        _staples = [.. _certificates.ConvertAll(static c => new TlsStaple(c))];
        TlsCallbacks.InstallStapling(Handle);
        return _staples;
    }

    /// <summary>Reads a response from a file in DER.</summary>
    /// <exception cref="TlsException">It is none.</exception>
    public static byte[] LoadOcspResponse(string path)
    {
        byte[] bytes = TlsFiles.ReadAll(path);
        nint response;
        fixed (byte* start = bytes)
        {
            byte* end = start;
            response = LibCrypto.d2i_OCSP_RESPONSE(null, &end, bytes.Length);
        }
        if (response == 0) throw TlsErrors.Failure($"d2i_OCSP_RESPONSE_bio(\"{path}\") failed");
        // What stands behind the response is no part of it.
        byte[] exact = new byte[LibCrypto.i2d_OCSP_RESPONSE(response, null)];
        fixed (byte* start = exact)
        {
            byte* end = start;
            _ = LibCrypto.i2d_OCSP_RESPONSE(response, &end);
        }
        LibCrypto.OCSP_RESPONSE_free(response);
        return exact;
    }

    /// <summary>What to ask about a certificate: its issuer is looked for in its chain, then among the trusted ones. Null without one.</summary>
    public OcspQuestion? QuestionAbout(TlsStaple staple)
    {
        TlsCertificate certificate = staple.Certificate;
        nint issuer = FindIssuer(certificate);
        if (issuer == 0) return null;
        var question = new OcspQuestion(this, certificate.Own, issuer, certificate.Rest);
        LibCrypto.X509_free(issuer);
        GC.KeepAlive(certificate);
        return question;
    }

    /// <summary>The place of a certificate, which OpenSSL has chosen for a handshake.</summary>
    internal TlsStaple? FindStaple(nint certificate)
    {
        foreach (TlsStaple staple in _staples)
        {
            if (staple.Certificate.Own == certificate) return staple;
        }
        return null;
    }

    /// <summary>A reference of the caller's own, or 0.</summary>
    private nint FindIssuer(TlsCertificate certificate)
    {
        int count = LibCrypto.OPENSSL_sk_num(certificate.Rest);
        for (int i = 0; i < count; i++)
        {
            nint candidate = LibCrypto.OPENSSL_sk_value(certificate.Rest, i);
            if (LibCrypto.X509_check_issued(candidate, certificate.Own) != 0) continue;
            _ = LibCrypto.X509_up_ref(candidate);
            return candidate;
        }
        nint search = LibCrypto.X509_STORE_CTX_new();
        if (search == 0) throw TlsErrors.Failure("X509_STORE_CTX_new() failed");
        try
        {
            if (LibCrypto.X509_STORE_CTX_init(search, LibSsl.SSL_CTX_get_cert_store(Handle), 0, 0) == 0) throw TlsErrors.Failure("X509_STORE_CTX_init() failed");
            nint issuer;
            int found = LibCrypto.X509_STORE_CTX_get1_issuer(&issuer, search, certificate.Own);
            if (found < 0) throw TlsErrors.Failure("X509_STORE_CTX_get1_issuer() failed");
            LibCrypto.ERR_clear_error();
            return found == 0 ? 0 : issuer;
        }
        finally
        {
            LibCrypto.X509_STORE_CTX_free(search);
        }
    }
}
