using System.Runtime.InteropServices;

namespace Hawser.IO.Native;

/// <summary>OCSP (RFC 6960), chains and their verification.</summary>
internal static unsafe partial class LibCrypto
{
    internal const int OCSP_RESPONSE_STATUS_SUCCESSFUL = 0;
    internal const nuint OCSP_NOVERIFY = 0x10;
    internal const nuint OCSP_TRUSTOTHER = 0x200;

    [LibraryImport(Library)] internal static partial nint OCSP_REQUEST_new();
    [LibraryImport(Library)] internal static partial void OCSP_REQUEST_free(nint request);
    [LibraryImport(Library)] internal static partial nint OCSP_cert_to_id(nint digest, nint certificate, nint issuer);
    [LibraryImport(Library)] internal static partial void OCSP_CERTID_free(nint id);
    [LibraryImport(Library)] internal static partial nint OCSP_request_add0_id(nint request, nint id);
    [LibraryImport(Library)] internal static partial int i2d_OCSP_REQUEST(nint request, byte** output);
    [LibraryImport(Library)] internal static partial nint d2i_OCSP_RESPONSE(nint* response, byte** input, nint length);
    [LibraryImport(Library)] internal static partial int i2d_OCSP_RESPONSE(nint response, byte** output);
    [LibraryImport(Library)] internal static partial void OCSP_RESPONSE_free(nint response);
    [LibraryImport(Library)] internal static partial int OCSP_response_status(nint response);
    [LibraryImport(Library)] internal static partial byte* OCSP_response_status_str(nint status);
    [LibraryImport(Library)] internal static partial nint OCSP_response_get1_basic(nint response);
    [LibraryImport(Library)] internal static partial void OCSP_BASICRESP_free(nint basic);
    [LibraryImport(Library)] internal static partial int OCSP_basic_verify(nint basic, nint certificates, nint store, nuint flags);
    [LibraryImport(Library)] internal static partial int OCSP_resp_find_status(nint basic, nint id, int* status, int* reason, nint* revoked, nint* thisUpdate, nint* nextUpdate);
    [LibraryImport(Library)] internal static partial int OCSP_check_validity(nint thisUpdate, nint nextUpdate, nint tolerance, nint greatestAge);
    [LibraryImport(Library)] internal static partial byte* OCSP_cert_status_str(nint status);

    [LibraryImport(Library)] internal static partial nint X509_get1_ocsp(nint certificate);
    [LibraryImport(Library)] internal static partial void X509_email_free(nint texts);
    [LibraryImport(Library)] internal static partial int X509_up_ref(nint certificate);
    [LibraryImport(Library)] internal static partial nint X509_chain_up_ref(nint chain);
    [LibraryImport(Library)] internal static partial int X509_pubkey_digest(nint certificate, nint digest, byte* output, uint* length);
    [LibraryImport(Library)] internal static partial nint X509_STORE_CTX_new();
    [LibraryImport(Library)] internal static partial void X509_STORE_CTX_free(nint context);
    [LibraryImport(Library)] internal static partial int X509_STORE_CTX_init(nint context, nint store, nint certificate, nint others);
    [LibraryImport(Library)] internal static partial int X509_STORE_CTX_get1_issuer(nint* issuer, nint context, nint certificate);
    [LibraryImport(Library)] internal static partial nint X509_STORE_CTX_get1_chain(nint context);
    [LibraryImport(Library)] internal static partial int X509_verify_cert(nint context);
    [LibraryImport(Library)] internal static partial int ASN1_STRING_length(nint text);
    [LibraryImport(Library)] internal static partial byte* ASN1_STRING_get0_data(nint text);
    [LibraryImport(Library)] internal static partial nint ASN1_TIME_set(nint time, nint unixSeconds);
    [LibraryImport(Library)] internal static partial void ASN1_TIME_free(nint time);

    /// <summary>Frees a STACK_OF(X509) and what is in it.</summary>
    internal static void FreeChain(nint chain)
    {
        if (chain == 0) return;
        int count = OPENSSL_sk_num(chain);
        for (int i = 0; i < count; i++) X509_free(OPENSSL_sk_value(chain, i));
        OPENSSL_sk_free(chain);
    }
}
