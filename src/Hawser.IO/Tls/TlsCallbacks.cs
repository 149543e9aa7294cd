using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>
/// What OpenSSL calls back. It does so on the thread that called it, so <see cref="TlsTransport.Current"/> tells the connection. No exception may pass
/// through C code: it is kept in the transport, and the handshake fails.
/// </summary>
internal static unsafe class TlsCallbacks
{
    // What a server without HTTP/2 speaks, in its own order (RFC 7301 §3.2).
    private static ReadOnlySpan<byte> Protocols => "\bhttp/1.1\bhttp/1.0\bhttp/0.9"u8;

    public static void InstallServer(nint context)
    {
        delegate* unmanaged[Cdecl]<nint, int*, void*, int> hello = &OnClientHello;
        delegate* unmanaged[Cdecl]<nint, byte**, byte*, byte*, uint, void*, int> protocol = &OnSelectProtocol;
        delegate* unmanaged[Cdecl]<nint, nint, byte*, nuint, int, void*, int> ticket = &OnTicketDecrypted;
        delegate* unmanaged[Cdecl]<nint, int*, void*, int> name = &OnServerName;
        LibSsl.SSL_CTX_set_client_hello_cb(context, hello, null);
        _ = LibSsl.SSL_CTX_callback_ctrl(context, LibSsl.SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, name);
        LibSsl.SSL_CTX_set_alpn_select_cb(context, protocol, null);
        _ = LibSsl.SSL_CTX_set_session_ticket_cb(context, null, ticket, null);
    }

    public static void InstallCertificates(nint context)
    {
        delegate* unmanaged[Cdecl]<nint, void*, int> callback = &OnCertificate;
        LibSsl.SSL_CTX_set_cert_cb(context, callback, null);
    }

    public static void InstallVerification(nint context)
    {
        delegate* unmanaged[Cdecl]<int, nint, int> callback = &OnVerify;
        LibSsl.SSL_CTX_set_verify(context, LibSsl.SSL_VERIFY_PEER, callback);
    }

    public static void InstallStapling(nint context)
    {
        delegate* unmanaged[Cdecl]<nint, void*, int> callback = &OnStatusRequest;
        _ = LibSsl.SSL_CTX_callback_ctrl(context, LibSsl.SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, callback);
    }

    public static void InstallSharedSessions(nint context)
    {
        delegate* unmanaged[Cdecl]<nint, nint, int> added = &OnNewSession;
        delegate* unmanaged[Cdecl]<nint, byte*, int, int*, nint> wanted = &OnGetSession;
        delegate* unmanaged[Cdecl]<nint, nint, void> removed = &OnRemoveSession;
        LibSsl.SSL_CTX_sess_set_new_cb(context, added);
        LibSsl.SSL_CTX_sess_set_get_cb(context, wanted);
        LibSsl.SSL_CTX_sess_set_remove_cb(context, removed);
    }

    public static void InstallClientSessions(nint context)
    {
        delegate* unmanaged[Cdecl]<nint, nint, int> added = &OnNewClientSession;
        LibSsl.SSL_CTX_sess_set_new_cb(context, added);
    }

    public static void InstallTicketKeys(nint context)
    {
        delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint, nint, int, int> callback = &OnTicketKey;
        _ = LibSsl.SSL_CTX_set_tlsext_ticket_key_evp_cb(context, callback);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnClientHello(nint ssl, int* alert, void* argument)
    {
        if (TlsTransport.Current is not { Server: { } server } transport)
        {
            *alert = LibSsl.TLS1_AD_INTERNAL_ERROR;
            return LibSsl.SSL_CLIENT_HELLO_ERROR;
        }
        byte* extension;
        nuint length;
        ReadOnlySpan<byte> name = default;
        if (LibSsl.SSL_client_hello_get0_ext(ssl, LibSsl.TLSEXT_TYPE_server_name, &extension, &length) != 0
            && !TlsServerName.TryRead(new ReadOnlySpan<byte>(extension, (int)length), out name, out bool isMalformed))
        {
            *alert = isMalformed ? LibSsl.TLS1_AD_DECODE_ERROR : LibSsl.TLS1_AD_UNRECOGNIZED_NAME;
            return LibSsl.SSL_CLIENT_HELLO_ERROR;
        }
        try
        {
            if (server.SelectServer(transport, name)) return LibSsl.SSL_CLIENT_HELLO_SUCCESS;
            transport.WasRejected = true;
            *alert = LibSsl.TLS1_AD_UNRECOGNIZED_NAME;
        }
        catch (Exception e)
        {
            transport.CallbackFailure = e;
            *alert = LibSsl.TLS1_AD_INTERNAL_ERROR;
        }
        return LibSsl.SSL_CLIENT_HELLO_ERROR;
    }

    // The server is chosen already. Without this OpenSSL would not take the name into the session, and a resumed one would have none.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnServerName(nint ssl, int* alert, void* argument) => LibSsl.SSL_TLSEXT_ERR_OK;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSelectProtocol(nint ssl, byte** output, byte* outputLength, byte* offered, uint offeredLength, void* argument)
    {
        // The literal lies in the program's image, so its address stays good.
        byte* own = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Protocols));
        return LibSsl.SSL_select_next_proto(output, outputLength, own, (uint)Protocols.Length, offered, offeredLength) == LibSsl.OPENSSL_NPN_NEGOTIATED
            ? LibSsl.SSL_TLSEXT_ERR_OK
            : LibSsl.SSL_TLSEXT_ERR_ALERT_FATAL;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnCertificate(nint ssl, void* argument)
    {
        const int suspend = -1; // SSL_CTX_set_cert_cb(3): the handshake goes on, with this call, when it is asked to
        if (TlsTransport.Current is not { Server: { } server } transport) return 0;
        if (transport.IsBesideLoop) return 1;
        try
        {
            if (transport.Context.LoadsCertificatesPerConnection && !server.LoadCertificates(transport)) return 0;
            return transport.LeaveForSignature() ? suspend : 1;
        }
        catch (Exception e)
        {
            transport.CallbackFailure = e;
            return 0;
        }
    }

    // Every certificate passes the handshake; the request is refused afterwards, with a status that error_page can catch.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnVerify(int isGood, nint store) => 1;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnStatusRequest(nint ssl, void* argument)
    {
        if (TlsTransport.Current is not { } transport || transport.Context.FindStaple(LibSsl.SSL_get_certificate(ssl)) is not { } staple) return LibSsl.SSL_TLSEXT_ERR_NOACK;
        transport.AskedStaple = staple;
        return Staple(ssl, staple.At(transport.UnixSeconds));
    }

    private static int Staple(nint ssl, ReadOnlySpan<byte> response)
    {
        if (response.IsEmpty) return LibSsl.SSL_TLSEXT_ERR_NOACK;
        // OpenSSL frees it with the connection.
        void* copy = LibCrypto.CRYPTO_malloc((nuint)response.Length, null, 0);
        if (copy is null) return LibSsl.SSL_TLSEXT_ERR_NOACK;
        response.CopyTo(new Span<byte>(copy, response.Length));
        _ = LibSsl.SSL_ctrl(ssl, LibSsl.SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP, response.Length, copy);
        return LibSsl.SSL_TLSEXT_ERR_OK;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnNewSession(nint ssl, nint session)
    {
        if (TlsTransport.Current is not { } transport || transport.InitialContext.SharedSessions is not { } cache) return 0;
        // With tickets a TLS 1.3 session is held by the client alone.
        if (LibSsl.SSL_version(ssl) == LibSsl.TLS1_3_VERSION && (LibSsl.SSL_get_options(ssl) & LibSsl.SSL_OP_NO_TICKET) == 0) return 0;
        int length = LibSsl.i2d_SSL_SESSION(session, null);
        if (length is <= 0 or > TlsSessionCache.LargestSession) return 0;
        byte* bytes = stackalloc byte[length];
        byte* end = bytes;
        _ = LibSsl.i2d_SSL_SESSION(session, &end);
        cache.Add(TlsContext.SessionId(session), new ReadOnlySpan<byte>(bytes, length), transport.InitialContext.SessionSeconds);
        return 0; // no reference to the session is kept
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnGetSession(nint ssl, byte* id, int length, int* addReference)
    {
        *addReference = 0;
        if (TlsTransport.Current is not { } transport || transport.InitialContext.SharedSessions is not { } cache) return 0;
        if (cache.Find(new ReadOnlySpan<byte>(id, length)) is not { } bytes) return 0;
        nint session;
        fixed (byte* start = bytes)
        {
            byte* end = start;
            session = LibSsl.d2i_SSL_SESSION(null, &end, bytes.Length);
        }
        if (session != 0) LimitLifetime(ssl, session, transport);
        return session;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnRemoveSession(nint context, nint session)
    {
        if (TlsTransport.Current is { InitialContext.SharedSessions: { } cache }) cache.Remove(TlsContext.SessionId(session));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnNewClientSession(nint ssl, nint session)
    {
        if (TlsTransport.Current is not { Sessions: { } slot }) return 0;
        slot.Put(session);
        return 1; // the slot keeps the reference
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTicketDecrypted(nint ssl, nint session, byte* name, nuint nameLength, int status, void* argument)
    {
        if (status is not (LibSsl.SSL_TICKET_SUCCESS or LibSsl.SSL_TICKET_SUCCESS_RENEW)) return LibSsl.SSL_TICKET_RETURN_IGNORE_RENEW;
        if (TlsTransport.Current is { } transport && session != 0 && !LimitLifetime(ssl, session, transport)) return LibSsl.SSL_TICKET_RETURN_IGNORE_RENEW;
        return status == LibSsl.SSL_TICKET_SUCCESS ? LibSsl.SSL_TICKET_RETURN_USE : LibSsl.SSL_TICKET_RETURN_USE_RENEW;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTicketKey(nint ssl, byte* name, byte* iv, nint cipher, nint mac, int encrypts)
    {
        if (TlsTransport.Current is not { } transport || transport.InitialContext.TicketKeys is not { } keys) return -1;
        int seconds = transport.InitialContext.SessionSeconds;
        const int nameLength = 16;
        if (encrypts != 0)
        {
            TlsTicketKeys.Key key = keys.Encrypting(seconds);
            key.Name.CopyTo(new Span<byte>(name, nameLength));
            RandomNumberGenerator.Fill(new Span<byte>(iv, 16));
            fixed (byte* aes = key.Aes)
            {
                if (LibCrypto.EVP_EncryptInit_ex(cipher, CipherFor(key), 0, aes, iv) != 1) return -1;
            }
            return InitializeMac(mac, key) ? 1 : -1;
        }
        if (keys.Find(new ReadOnlySpan<byte>(name, nameLength), seconds, out bool isCurrent) is not { } found) return 0;
        fixed (byte* aes = found.Aes)
        {
            if (!InitializeMac(mac, found) || LibCrypto.EVP_DecryptInit_ex(cipher, CipherFor(found), 0, aes, iv) != 1) return -1;
        }
        // 2 asks for a new ticket. In TLS 1.3 a client uses each one only once (RFC 8446 §C.4).
        return !isCurrent || LibSsl.SSL_version(ssl) == LibSsl.TLS1_3_VERSION ? 2 : 1;
    }

    private static nint CipherFor(TlsTicketKeys.Key key) => key.Aes.Length == 16 ? LibCrypto.EVP_aes_128_cbc() : LibCrypto.EVP_aes_256_cbc();

    private static bool InitializeMac(nint mac, TlsTicketKeys.Key key)
    {
        ReadOnlySpan<byte> parameterName = "digest\0"u8;
        ReadOnlySpan<byte> digest = "SHA256\0"u8;
        LibCrypto.Parameter* parameters = stackalloc LibCrypto.Parameter[2];
        fixed (byte* secret = key.Hmac)
        fixed (byte* name = parameterName)
        fixed (byte* value = digest)
        {
            parameters[0] = new LibCrypto.Parameter { Key = name, DataType = LibCrypto.Utf8String, Data = value, DataSize = (nuint)digest.Length - 1 };
            parameters[1] = default;
            return LibCrypto.EVP_MAC_init(mac, secret, (nuint)key.Hmac.Length, parameters) == 1;
        }
    }

    /// <summary>
    /// OpenSSL starts the clock of a TLS 1.3 session anew whenever it is resumed, so one could be prolonged for ever, whatever has become of the client's
    /// certificate. The time left moves with it instead.
    /// </summary>
    private static bool LimitLifetime(nint ssl, nint session, TlsTransport transport)
    {
        if (LibSsl.SSL_version(ssl) != LibSsl.TLS1_3_VERSION) return true;
        long now = transport.UnixSeconds;
        long created = LibSsl.SSL_SESSION_get_time(session);
        long lifetime = Math.Min(LibSsl.SSL_SESSION_get_timeout(session), transport.InitialContext.SessionSeconds);
        if (now - created >= lifetime) return false;
        _ = LibSsl.SSL_SESSION_set_time(session, (nint)now);
        _ = LibSsl.SSL_SESSION_set_timeout(session, (nint)(lifetime - (now - created)));
        return true;
    }
}
