using System.Runtime.InteropServices;

namespace Hawser.IO.Native;

/// <summary>OSSL_STORE: keys that a provider finds by a URI.</summary>
internal static unsafe partial class LibCrypto
{
    internal const int OSSL_STORE_INFO_PKEY = 4;
    internal const int X509_R_KEY_VALUES_MISMATCH = 116;

    [LibraryImport(Library)] internal static partial nint OSSL_STORE_open(byte* uri, nint method, void* methodArgument, void* filter, void* filterArgument);
    [LibraryImport(Library)] internal static partial nint OSSL_STORE_load(nint store);
    [LibraryImport(Library)] internal static partial int OSSL_STORE_eof(nint store);
    [LibraryImport(Library)] internal static partial int OSSL_STORE_error(nint store);
    [LibraryImport(Library)] internal static partial int OSSL_STORE_close(nint store);
    [LibraryImport(Library)] internal static partial int OSSL_STORE_INFO_get_type(nint info);
    [LibraryImport(Library)] internal static partial nint OSSL_STORE_INFO_get1_PKEY(nint info);
    [LibraryImport(Library)] internal static partial void OSSL_STORE_INFO_free(nint info);
    [LibraryImport(Library)] internal static partial nint UI_UTIL_wrap_read_pem_callback(void* callback, int forWriting);
    [LibraryImport(Library)] internal static partial void UI_destroy_method(nint method);
}
