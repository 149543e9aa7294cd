using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>
/// Private keys as nginx names their sources: a path, <c>data:</c> with PEM, <c>store:</c> with a URI that one of OpenSSL's providers understands.
/// Blocks while it reads.
/// </summary>
internal static unsafe class TlsKeyFiles
{
    private const string StorePrefix = "store:";

    private struct Password
    {
        public byte* Bytes;
        public int Length;
        public bool WasAsked;
    }

    /// <summary>A key of the caller's own; one that is encrypted is tried with each of the passwords.</summary>
    public static nint Load(string source, IReadOnlyList<byte[]> passwords, out bool wasEncrypted)
    {
        string what = $"cannot load certificate key \"{source}\"";
        if (source.StartsWith("engine:", StringComparison.Ordinal))
            throw new TlsException($"{what}: loading \"engine:...\" certificate keys is not supported, OpenSSL 3 has providers in place of engines: \"store:...\" names their keys");
        return source.StartsWith(StorePrefix, StringComparison.Ordinal)
            ? LoadFromStore(source[StorePrefix.Length..], what, passwords, out wasEncrypted)
            : LoadFromPem(source, what, passwords, out wasEncrypted);
    }

    private static nint LoadFromPem(string source, string what, IReadOnlyList<byte[]> passwords, out bool wasEncrypted)
    {
        nint bio = TlsFiles.Open(source, what);
        try
        {
            nint key = TryEach(passwords, &FromBio, bio, out wasEncrypted);
            return key != 0 ? key : throw TlsErrors.Failure($"{what}: PEM_read_bio_PrivateKey() failed");
        }
        finally
        {
            _ = LibCrypto.BIO_free(bio);
        }
    }

    private static nint LoadFromStore(string uri, string what, IReadOnlyList<byte[]> passwords, out bool wasEncrypted)
    {
        fixed (byte* name = TlsErrors.Terminated(uri))
        {
            nint key = TryEach(passwords, &FromStore, (nint)name, out wasEncrypted);
            return key != 0 ? key : throw TlsErrors.Failure($"{what}: OSSL_STORE_load() failed");
        }
    }

    private static nint TryEach(IReadOnlyList<byte[]> passwords, delegate*<nint, Password*, nint> read, nint source, out bool wasEncrypted)
    {
        wasEncrypted = false;
        for (int i = 0; i < Math.Max(1, passwords.Count); i++)
        {
            LibCrypto.ERR_clear_error();
            byte[] password = i < passwords.Count ? passwords[i] : [];
            fixed (byte* bytes = password)
            {
                var argument = new Password { Bytes = bytes, Length = password.Length };
                nint key = read(source, &argument);
                wasEncrypted |= argument.WasAsked;
                if (key != 0 || !argument.WasAsked) return key;
            }
        }
        return 0;
    }

    private static nint FromBio(nint bio, Password* password)
    {
        _ = LibCrypto.BIO_ctrl(bio, LibCrypto.BIO_CTRL_RESET, 0, null);
        delegate* unmanaged[Cdecl]<byte*, int, int, Password*, int> callback = &OnPassword;
        // Without a callback OpenSSL would ask at the terminal.
        return LibCrypto.PEM_read_bio_PrivateKey(bio, null, callback, password);
    }

    private static nint FromStore(nint uri, Password* password)
    {
        delegate* unmanaged[Cdecl]<byte*, int, int, Password*, int> callback = &OnPassword;
        nint method = LibCrypto.UI_UTIL_wrap_read_pem_callback(callback, 0);
        nint store = LibCrypto.OSSL_STORE_open((byte*)uri, method, password, null, null);
        nint key = 0;
        while (store != 0 && key == 0 && LibCrypto.OSSL_STORE_eof(store) == 0)
        {
            nint info = LibCrypto.OSSL_STORE_load(store);
            if (info == 0)
            {
                if (LibCrypto.OSSL_STORE_error(store) != 0) break; // it would say the same again
                continue;
            }
            if (LibCrypto.OSSL_STORE_INFO_get_type(info) == LibCrypto.OSSL_STORE_INFO_PKEY) key = LibCrypto.OSSL_STORE_INFO_get1_PKEY(info);
            LibCrypto.OSSL_STORE_INFO_free(info);
        }
        if (store != 0) _ = LibCrypto.OSSL_STORE_close(store);
        LibCrypto.UI_destroy_method(method);
        return key;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnPassword(byte* buffer, int size, int forWriting, Password* password)
    {
        if (forWriting != 0 || password is null) return 0;
        password->WasAsked = true;
        int length = Math.Min(size, password->Length);
        Buffer.MemoryCopy(password->Bytes, buffer, size, length);
        return length;
    }
}
