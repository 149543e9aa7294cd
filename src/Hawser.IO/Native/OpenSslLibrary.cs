using System.Runtime.InteropServices;

namespace Hawser.IO.Native;

/// <summary>The system's OpenSSL 3, the library .NET itself loads for TLS.</summary>
public static class OpenSslLibrary
{
    private const int FullVersionText = 0; // OPENSSL_VERSION

    /// <summary>
    /// The version text, such as <c>OpenSSL 3.0.19 27 Jan 2026</c>; null where the library is not installed.
    /// Reading it loads the library for the rest of the process.
    /// </summary>
    public static unsafe string? ReadVersion()
    {
        // The symbol lives in libcrypto; dlsym() finds it there because libssl depends on it.
        if (!NativeLibrary.TryLoad("libssl.so.3", out var library)
            || !NativeLibrary.TryGetExport(library, "OpenSSL_version", out var function))
            return null;

        return Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<int, nint>)function)(FullVersionText));
    }
}
