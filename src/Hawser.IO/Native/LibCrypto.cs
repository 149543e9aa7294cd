using System.Runtime.InteropServices;

namespace Hawser.IO.Native;

/// <summary>libcrypto of OpenSSL 3: certificates, keys, BIOs, the error queue. See <see cref="LibSsl"/>.</summary>
internal static unsafe partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";

    internal const int EVP_PKEY_RSA = 6;
    internal const int EVP_PKEY_RSA_PSS = 912;
    internal const int BIO_TYPE_SOURCE_SINK = 0x400;
    internal const int BIO_CTRL_RESET = 1;
    internal const int BIO_CTRL_EOF = 2;
    internal const int BIO_CTRL_PENDING = 10;
    internal const int BIO_CTRL_FLUSH = 11;
    internal const int BIO_FLAGS_RWS = 7;
    internal const int BIO_FLAGS_READ = 1;
    internal const int BIO_FLAGS_SHOULD_RETRY = 8;
    internal const int BIO_FLAGS_NONCLEAR_RST = 0x400;
    internal const int ERR_LIB_SYS = 2;
    internal const int ERR_LIB_PEM = 9;
    internal const int ERR_LIB_X509 = 11;
    internal const int ERR_TXT_STRING = 2;
    internal const int PEM_R_NO_START_LINE = 108;
    internal const int X509_R_CERT_ALREADY_IN_HASH_TABLE = 101;
    internal const int X509_V_FLAG_CRL_CHECK = 4;
    internal const int X509_V_FLAG_CRL_CHECK_ALL = 8;

    // ERR_SYSTEM_FLAG: an errno instead of a library and a reason.
    private const ulong SystemFlag = 1ul << 31;

    [LibraryImport(Library)] internal static partial ulong ERR_peek_error();
    [LibraryImport(Library)] internal static partial ulong ERR_peek_last_error();
    [LibraryImport(Library)] internal static partial ulong ERR_peek_error_data(byte** data, int* flags);
    [LibraryImport(Library)] internal static partial ulong ERR_get_error();
    [LibraryImport(Library)] internal static partial void ERR_clear_error();
    [LibraryImport(Library)] internal static partial void ERR_error_string_n(ulong error, byte* buffer, nuint length);

    [LibraryImport(Library)] internal static partial int BIO_get_new_index();
    [LibraryImport(Library)] internal static partial nint BIO_meth_new(int type, byte* name);
    [LibraryImport(Library)] internal static partial int BIO_meth_set_read(nint method, void* callback);
    [LibraryImport(Library)] internal static partial int BIO_meth_set_write(nint method, void* callback);
    [LibraryImport(Library)] internal static partial int BIO_meth_set_ctrl(nint method, void* callback);
    [LibraryImport(Library)] internal static partial nint BIO_new(nint method);
    [LibraryImport(Library)] internal static partial int BIO_free(nint bio);
    [LibraryImport(Library)] internal static partial void BIO_set_data(nint bio, void* data);
    [LibraryImport(Library)] internal static partial void* BIO_get_data(nint bio);
    [LibraryImport(Library)] internal static partial void BIO_set_init(nint bio, int init);
    [LibraryImport(Library)] internal static partial void BIO_set_flags(nint bio, int flags);
    [LibraryImport(Library)] internal static partial void BIO_clear_flags(nint bio, int flags);
    [LibraryImport(Library)] internal static partial nint BIO_new_file(byte* path, byte* mode);
    [LibraryImport(Library)] internal static partial nint BIO_new_mem_buf(void* bytes, int length);
    [LibraryImport(Library)] internal static partial nint BIO_s_mem();
    [LibraryImport(Library)] internal static partial nint BIO_ctrl(nint bio, int command, nint number, void* pointer);
    [LibraryImport(Library)] internal static partial int BIO_read(nint bio, void* buffer, int length);
    [LibraryImport(Library)] internal static partial int BIO_write(nint bio, void* buffer, int length);

    [LibraryImport(Library)] internal static partial nint PEM_read_bio_X509_AUX(nint bio, nint* result, void* password, void* argument);
    [LibraryImport(Library)] internal static partial nint PEM_read_bio_X509(nint bio, nint* result, void* password, void* argument);
    [LibraryImport(Library)] internal static partial nint PEM_read_bio_X509_CRL(nint bio, nint* result, void* password, void* argument);
    [LibraryImport(Library)] internal static partial nint PEM_read_bio_PrivateKey(nint bio, nint* result, void* password, void* argument);
    [LibraryImport(Library)] internal static partial nint PEM_read_bio_Parameters(nint bio, nint* result);
    [LibraryImport(Library)] internal static partial int PEM_write_bio_X509(nint bio, nint certificate);
    [LibraryImport(Library)] internal static partial void EVP_PKEY_free(nint key);
    [LibraryImport(Library)] internal static partial int EVP_PKEY_get_base_id(nint key);
    [LibraryImport(Library)] internal static partial int EVP_PKEY_get_bits(nint key);
    [LibraryImport(Library)] internal static partial void X509_free(nint certificate);
    [LibraryImport(Library)] internal static partial void X509_CRL_free(nint list);
    [LibraryImport(Library)] internal static partial nint X509_get_subject_name(nint certificate);
    [LibraryImport(Library)] internal static partial nint X509_get_issuer_name(nint certificate);
    [LibraryImport(Library)] internal static partial nint X509_get_serialNumber(nint certificate);
    [LibraryImport(Library)] internal static partial nint X509_get0_notBefore(nint certificate);
    [LibraryImport(Library)] internal static partial nint X509_get0_notAfter(nint certificate);
    [LibraryImport(Library)] internal static partial int X509_digest(nint certificate, nint digest, byte* output, uint* length);
    [LibraryImport(Library)] internal static partial byte* X509_verify_cert_error_string(nint error);
    [LibraryImport(Library)] internal static partial int X509_check_host(nint certificate, byte* name, nuint length, uint flags, byte** peer);
    [LibraryImport(Library)] internal static partial int X509_check_ip_asc(nint certificate, byte* address, uint flags);
    [LibraryImport(Library)] internal static partial int X509_check_issued(nint issuer, nint subject);
    [LibraryImport(Library)] internal static partial int X509_NAME_print_ex(nint bio, nint name, int indent, nuint flags);
    [LibraryImport(Library)] internal static partial byte* X509_NAME_oneline(nint name, byte* buffer, int size);
    [LibraryImport(Library)] internal static partial int X509_NAME_digest(nint name, nint digest, byte* output, uint* length);
    [LibraryImport(Library)] internal static partial nint X509_NAME_dup(nint name);
    [LibraryImport(Library)] internal static partial void X509_NAME_free(nint name);
    [LibraryImport(Library)] internal static partial int X509_NAME_cmp(nint a, nint b);
    [LibraryImport(Library)] internal static partial int X509_STORE_add_cert(nint store, nint certificate);
    [LibraryImport(Library)] internal static partial int X509_STORE_add_crl(nint store, nint list);
    [LibraryImport(Library)] internal static partial int X509_STORE_set_flags(nint store, nuint flags);
    [LibraryImport(Library)] internal static partial int i2a_ASN1_INTEGER(nint bio, nint number);
    [LibraryImport(Library)] internal static partial int ASN1_TIME_print(nint bio, nint time);
    [LibraryImport(Library)] internal static partial int ASN1_TIME_diff(int* days, int* seconds, nint from, nint to);
    [LibraryImport(Library)] internal static partial byte* OBJ_nid2sn(int nid);
    [LibraryImport(Library)] internal static partial nint OPENSSL_sk_new_null();
    [LibraryImport(Library)] internal static partial int OPENSSL_sk_push(nint stack, nint item);
    [LibraryImport(Library)] internal static partial int OPENSSL_sk_num(nint stack);
    [LibraryImport(Library)] internal static partial nint OPENSSL_sk_value(nint stack, int index);
    [LibraryImport(Library)] internal static partial void OPENSSL_sk_free(nint stack);
    [LibraryImport(Library)] internal static partial nint EVP_sha1();
    [LibraryImport(Library)] internal static partial nint EVP_aes_256_cbc();
    [LibraryImport(Library)] internal static partial nint EVP_aes_128_cbc();
    [LibraryImport(Library)] internal static partial int EVP_EncryptInit_ex(nint context, nint cipher, nint engine, byte* key, byte* iv);
    [LibraryImport(Library)] internal static partial int EVP_DecryptInit_ex(nint context, nint cipher, nint engine, byte* key, byte* iv);
    [LibraryImport(Library)] internal static partial int EVP_MAC_init(nint context, byte* key, nuint length, Parameter* parameters);
    [LibraryImport(Library)] internal static partial void* CRYPTO_malloc(nuint size, byte* file, int line);
    [LibraryImport(Library)] internal static partial void CRYPTO_free(void* pointer, byte* file, int line);

    /// <summary>OSSL_PARAM</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Parameter
    {
        public byte* Key;
        public uint DataType;
        public void* Data;
        public nuint DataSize;
        public nuint ReturnSize;
    }

    /// <summary>OSSL_PARAM_UTF8_STRING</summary>
    internal const uint Utf8String = 4;

    /// <summary>ERR_GET_LIB</summary>
    internal static int LibraryOf(ulong error) => (error & SystemFlag) != 0 ? ERR_LIB_SYS : (int)(error >> 23 & 0xFF);

    /// <summary>ERR_GET_REASON</summary>
    internal static int ReasonOf(ulong error) => (int)((error & SystemFlag) != 0 ? error & 0x7FFFFFFF : error & 0x7FFFFF);
}
