using System.Security.Cryptography;
using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>What an authority says of a certificate (RFC 6960 §2.2); the numbers are OpenSSL's.</summary>
public enum OcspStatus
{
    Good = 0,
    Revoked = 1,
    Unknown = 2,
}

/// <summary>Whose signature counts on a response.</summary>
public enum OcspTrust
{
    /// <summary>The authority's own, or that of one it has delegated to, with a chain to a trusted root.</summary>
    Delegated,

    /// <summary>Besides, that of any certificate in the chain at hand (<c>ssl_stapling_verify on</c>).</summary>
    Chain,

    /// <summary>Anybody's: the client will check it (<c>ssl_stapling_verify off</c>).</summary>
    Unverified,
}

/// <summary>An answer that holds.</summary>
/// <param name="Status">What it says.</param>
/// <param name="ValidUntil">Unix seconds of nextUpdate; <see cref="long.MaxValue"/> without one.</param>
public readonly record struct OcspAnswer(OcspStatus Status, long ValidUntil)
{
    /// <summary>The status in OpenSSL's words.</summary>
    public unsafe string StatusText => TlsErrors.Latin1(LibCrypto.OCSP_cert_status_str((nint)(int)Status));
}

/// <summary>A certificate and its issuer: whom to ask about it, what to ask, and how to read the answer. Any thread, one at a time.</summary>
public sealed unsafe class OcspQuestion : IDisposable
{
    /// <summary>Bytes of <see cref="CacheKey"/>.</summary>
    public const int CacheKeyLength = 3 * SHA1.HashSizeInBytes;

    // Clocks may differ by as much, in seconds (nginx).
    private const int ClockTolerance = 300;

    private readonly TlsContext _context;
    private readonly nint _certificate;
    private readonly nint _issuer;
    private readonly nint _others;
    private bool _isFreed;

    /// <param name="context">Its store tells which signers are trusted.</param>
    /// <param name="others">STACK_OF(X509): certificates among which signers are looked for.</param>
    internal OcspQuestion(TlsContext context, nint certificate, nint issuer, nint others)
    {
        _context = context;
        _certificate = certificate;
        _issuer = issuer;
        _others = others == 0 ? LibCrypto.OPENSSL_sk_new_null() : LibCrypto.X509_chain_up_ref(others);
        _ = LibCrypto.X509_up_ref(certificate);
        _ = LibCrypto.X509_up_ref(issuer);
        // Who certifies may say that it has revoked (RFC 6960 §4.2.2.2). nginx finds it only in the chain, or in the response.
        _ = LibCrypto.X509_up_ref(issuer);
        _ = LibCrypto.OPENSSL_sk_push(_others, issuer);
    }

    ~OcspQuestion() => Free();

    /// <summary>The first URL of a responder that the certificate names, one byte per character; null without.</summary>
    public string? ResponderUrl
    {
        get
        {
            nint texts = LibCrypto.X509_get1_ocsp(_certificate);
            if (texts == 0) return null;
            string? url = LibCrypto.OPENSSL_sk_num(texts) > 0 ? TlsErrors.Latin1((byte*)LibCrypto.OPENSSL_sk_value(texts, 0)) : null;
            LibCrypto.X509_email_free(texts);
            GC.KeepAlive(this);
            return url;
        }
    }

    /// <summary>What tells the certificate from all others: its issuer's name and key as digests, its serial number. Null when the number is longer than allowed (RFC 5280 §4.1.2.2).</summary>
    public byte[]? CacheKey()
    {
        byte[] key = new byte[CacheKeyLength];
        nint serial = LibCrypto.X509_get_serialNumber(_certificate);
        int length = LibCrypto.ASN1_STRING_length(serial);
        if (length is < 0 or > SHA1.HashSizeInBytes) return null;
        fixed (byte* start = key)
        {
            if (LibCrypto.X509_NAME_digest(LibCrypto.X509_get_subject_name(_issuer), LibCrypto.EVP_sha1(), start, null) == 0) return null;
            if (LibCrypto.X509_pubkey_digest(_issuer, LibCrypto.EVP_sha1(), start + SHA1.HashSizeInBytes, null) == 0) return null;
        }
        new ReadOnlySpan<byte>(LibCrypto.ASN1_STRING_get0_data(serial), length).CopyTo(key.AsSpan(2 * SHA1.HashSizeInBytes));
        GC.KeepAlive(this);
        return key;
    }

    /// <summary>The request in DER.</summary>
    /// <exception cref="TlsException">OpenSSL cannot make one.</exception>
    public byte[] EncodeRequest()
    {
        LibCrypto.ERR_clear_error();
        nint request = LibCrypto.OCSP_REQUEST_new();
        if (request == 0) throw TlsErrors.Failure("OCSP_REQUEST_new() failed");
        try
        {
            nint id = LibCrypto.OCSP_cert_to_id(0, _certificate, _issuer);
            if (id == 0) throw TlsErrors.Failure("OCSP_cert_to_id() failed");
            if (LibCrypto.OCSP_request_add0_id(request, id) == 0)
            {
                LibCrypto.OCSP_CERTID_free(id);
                throw TlsErrors.Failure("OCSP_request_add0_id() failed");
            }
            int length = LibCrypto.i2d_OCSP_REQUEST(request, null);
            if (length <= 0) throw TlsErrors.Failure("i2d_OCSP_REQUEST() failed");
            byte[] bytes = new byte[length];
            fixed (byte* start = bytes)
            {
                byte* end = start;
                _ = LibCrypto.i2d_OCSP_REQUEST(request, &end);
            }
            return bytes;
        }
        finally
        {
            LibCrypto.OCSP_REQUEST_free(request);
            GC.KeepAlive(this);
        }
    }

    /// <summary>Reads a response and checks it: that it is about this certificate, of this time, and signed by somebody who may.</summary>
    /// <param name="response">DER.</param>
    /// <param name="problem">What is wrong with it, in nginx's words; empty if nothing is.</param>
    public bool TryRead(ReadOnlySpan<byte> response, OcspTrust trust, out OcspAnswer answer, out string problem)
    {
        answer = default;
        LibCrypto.ERR_clear_error();
        nint parsed;
        fixed (byte* start = response)
        {
            byte* end = start;
            parsed = LibCrypto.d2i_OCSP_RESPONSE(null, &end, response.Length);
        }
        nint basic = 0;
        nint id = 0;
        try
        {
            if (parsed == 0) return Refuse("d2i_OCSP_RESPONSE() failed", out problem);
            int status = LibCrypto.OCSP_response_status(parsed);
            if (status != LibCrypto.OCSP_RESPONSE_STATUS_SUCCESSFUL)
                return Refuse($"OCSP response not successful ({status}: {TlsErrors.Latin1(LibCrypto.OCSP_response_status_str(status))})", out problem);
            basic = LibCrypto.OCSP_response_get1_basic(parsed);
            if (basic == 0) return Refuse("OCSP_response_get1_basic() failed", out problem);
            if (LibCrypto.OCSP_basic_verify(basic, _others, LibSsl.SSL_CTX_get_cert_store(_context.Handle), FlagsOf(trust)) != 1)
                return Refuse("OCSP_basic_verify() failed", out problem);
            id = LibCrypto.OCSP_cert_to_id(0, _certificate, _issuer);
            if (id == 0) return Refuse("OCSP_cert_to_id() failed", out problem);
            return TryFind(basic, id, out answer, out problem);
        }
        finally
        {
            LibCrypto.OCSP_CERTID_free(id);
            LibCrypto.OCSP_BASICRESP_free(basic);
            LibCrypto.OCSP_RESPONSE_free(parsed);
            GC.KeepAlive(this);
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static bool TryFind(nint basic, nint id, out OcspAnswer answer, out string problem)
    {
        answer = default;
        int status;
        nint thisUpdate;
        nint nextUpdate;
        if (LibCrypto.OCSP_resp_find_status(basic, id, &status, null, null, &thisUpdate, &nextUpdate) != 1)
            return Refuse("certificate status not found in the OCSP response", out problem);
        if (LibCrypto.OCSP_check_validity(thisUpdate, nextUpdate, ClockTolerance, -1) != 1) return Refuse("OCSP_check_validity() failed", out problem);
        long validUntil = long.MaxValue;
        if (nextUpdate != 0 && !TryRead(nextUpdate, out validUntil)) return Refuse("invalid nextUpdate time in certificate status", out problem);
        answer = new OcspAnswer((OcspStatus)status, validUntil);
        problem = "";
        return true;
    }

    private static bool TryRead(nint time, out long unixSeconds)
    {
        nint epoch = LibCrypto.ASN1_TIME_set(0, 0);
        int days;
        int seconds;
        bool isTime = LibCrypto.ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
        LibCrypto.ASN1_TIME_free(epoch);
        unixSeconds = isTime ? days * 86400L + seconds : 0;
        return isTime;
    }

    private static bool Refuse(string what, out string problem)
    {
        problem = TlsErrors.Take(what);
        return false;
    }

    private static nuint FlagsOf(OcspTrust trust) => trust switch
    {
        OcspTrust.Chain => LibCrypto.OCSP_TRUSTOTHER,
        OcspTrust.Unverified => LibCrypto.OCSP_NOVERIFY,
        _ => 0,
    };

    private void Free()
    {
        if (_isFreed) return;
        _isFreed = true;
        LibCrypto.X509_free(_certificate);
        LibCrypto.X509_free(_issuer);
        LibCrypto.FreeChain(_others);
    }
}
