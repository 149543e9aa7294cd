using System.Security.Cryptography;
using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>Protocol versions (nginx <c>ssl_protocols</c>).</summary>
[Flags]
public enum TlsProtocols
{
    None = 0,
    Ssl3 = 1,
    Tls10 = 2,
    Tls11 = 4,
    Tls12 = 8,
    Tls13 = 16,
}

/// <summary>How a server remembers sessions (nginx <c>ssl_session_cache</c>).</summary>
public enum TlsSessionMode
{
    /// <summary>Sessions have identifiers, and none is ever found again. Tickets still work.</summary>
    None,

    /// <summary>The client is told that sessions are not for reuse.</summary>
    Off,

    /// <summary>OpenSSL's own cache, one for each context.</summary>
    BuiltIn,

    /// <summary>A <see cref="TlsSessionCache"/>, alone or behind OpenSSL's own.</summary>
    Shared,
}

/// <summary>
/// An SSL_CTX: certificates, protocols and what else is common to the connections of a server or to those towards upstreams. Set up on one thread,
/// then used from every loop.
/// </summary>
public sealed unsafe partial class TlsContext
{
    private readonly List<byte[]> _certificateDigests = [];
    private readonly List<TlsCertificate> _certificates = [];

    /// <exception cref="TlsException">OpenSSL cannot make a context.</exception>
    public TlsContext(TlsProtocols protocols, bool isServer)
    {
        nint context = LibSsl.SSL_CTX_new(LibSsl.TLS_method());
        if (context == 0) throw TlsErrors.Failure("SSL_CTX_new() failed");
        Handle = context;
        // Written out by options and not by a range, which could not leave out a version in the middle, nor change with the server name.
        ulong options = LibSsl.SSL_OP_NO_COMPRESSION | LibSsl.SSL_OP_IGNORE_UNEXPECTED_EOF | LibSsl.SSL_OP_NO_ANTI_REPLAY | LibSsl.SSL_OP_NO_RENEGOTIATION;
        if ((protocols & TlsProtocols.Ssl3) == 0) options |= LibSsl.SSL_OP_NO_SSLv3;
        if ((protocols & TlsProtocols.Tls10) == 0) options |= LibSsl.SSL_OP_NO_TLSv1;
        if ((protocols & TlsProtocols.Tls11) == 0) options |= LibSsl.SSL_OP_NO_TLSv1_1;
        if ((protocols & TlsProtocols.Tls12) == 0) options |= LibSsl.SSL_OP_NO_TLSv1_2;
        if ((protocols & TlsProtocols.Tls13) == 0) options |= LibSsl.SSL_OP_NO_TLSv1_3;
        _ = LibSsl.SSL_CTX_set_options(context, options);
        // The system's openssl.cnf may have a minimum; what the configuration says counts.
        Control(LibSsl.SSL_CTRL_SET_MIN_PROTO_VERSION, 0, null);
        Control(LibSsl.SSL_CTRL_SET_MAX_PROTO_VERSION, LibSsl.TLS1_3_VERSION, null);
        // No buffers while nothing moves: what an idle tunnel costs.
        Control(LibSsl.SSL_CTRL_MODE, LibSsl.SSL_MODE_RELEASE_BUFFERS | LibSsl.SSL_MODE_NO_AUTO_CHAIN, null);
        if (isServer) TlsCallbacks.InstallServer(context);
    }

    // Connections hold references of their own.
    ~TlsContext()
    {
        if (Handle != 0) LibSsl.SSL_CTX_free(Handle);
    }

    internal nint Handle { get; }

    /// <summary>Certificates are asked for in each handshake (<see cref="ITlsServer.LoadCertificates"/>).</summary>
    public bool LoadsCertificatesPerConnection { get; private set; }

    /// <summary>One of its keys is too slow for a loop.</summary>
    internal bool HasSlowKey { get; private set; }

    /// <summary>Data may come before the handshake is done (RFC 8446 §2.3).</summary>
    public bool AcceptsEarlyData { get; private set; }

    /// <summary>The largest piece of plaintext that goes into one record; 0 leaves OpenSSL's 16 KiB.</summary>
    public int RecordSize { get; private set; }

    internal TlsSessionCache? SharedSessions { get; private set; }

    internal TlsTicketKeys? TicketKeys { get; private set; }

    internal int SessionSeconds { get; private set; } = 300;

    /// <summary>Adds a certificate with its chain and key. One of each kind (RSA, EC) may be there; a later one of a kind replaces the earlier.</summary>
    /// <exception cref="TlsException">OpenSSL refuses them: they do not belong together, for example.</exception>
    public void AddCertificate(TlsCertificate certificate, TlsKey key)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(key);
        if (LibSsl.SSL_CTX_use_certificate(Handle, certificate.Own) == 0) throw TlsErrors.Failure($"SSL_CTX_use_certificate(\"{certificate.Source}\") failed");
        // set1: the context takes references of its own
        if (LibSsl.SSL_CTX_ctrl(Handle, LibSsl.SSL_CTRL_CHAIN, 1, (void*)certificate.Rest) == 0) throw TlsErrors.Failure($"SSL_CTX_set0_chain(\"{certificate.Source}\") failed");
        if (LibSsl.SSL_CTX_use_PrivateKey(Handle, key.Handle) == 0) throw TlsErrors.KeyFailure($"SSL_CTX_use_PrivateKey(\"{key.Source}\") failed");
        _certificates.Add(certificate.Share());
        _certificateDigests.Add(DigestOf(certificate.Own));
        GC.KeepAlive(certificate);
        GC.KeepAlive(key);
        if (!key.IsSlow) return;
        HasSlowKey = true;
        TlsCallbacks.InstallCertificates(Handle);
    }

    /// <summary>Certificates are loaded in each handshake, since their names are known only then.</summary>
    public void LoadCertificatesPerConnection()
    {
        LoadsCertificatesPerConnection = true;
        TlsCallbacks.InstallCertificates(Handle);
    }

    public void SetCiphers(string ciphers, bool preferServer)
    {
        fixed (byte* list = TlsErrors.Terminated(ciphers))
        {
            if (LibSsl.SSL_CTX_set_cipher_list(Handle, list) == 0) throw TlsErrors.Failure($"SSL_CTX_set_cipher_list(\"{ciphers}\") failed");
        }
        if (preferServer) _ = LibSsl.SSL_CTX_set_options(Handle, LibSsl.SSL_OP_CIPHER_SERVER_PREFERENCE);
    }

    /// <param name="curves">OpenSSL's list with colons; <c>auto</c> leaves its own.</param>
    public void SetCurves(string curves)
    {
        if (curves == "auto") return;
        fixed (byte* list = TlsErrors.Terminated(curves))
        {
            if (Control(LibSsl.SSL_CTRL_SET_GROUPS_LIST, 0, list) == 0) throw TlsErrors.Failure($"SSL_CTX_set1_curves_list(\"{curves}\") failed");
        }
    }

    public void SetDhParameters(string path)
    {
        nint bio;
        fixed (byte* name = TlsErrors.Terminated(path))
        fixed (byte* mode = "r"u8)
            bio = LibCrypto.BIO_new_file(name, mode);
        if (bio == 0) throw TlsErrors.Failure($"BIO_new_file(\"{path}\") failed");
        nint parameters = LibCrypto.PEM_read_bio_Parameters(bio, null);
        _ = LibCrypto.BIO_free(bio);
        if (parameters == 0) throw TlsErrors.Failure($"PEM_read_bio_Parameters(\"{path}\") failed");
        if (LibSsl.SSL_CTX_set0_tmp_dh_pkey(Handle, parameters) != 1)
        {
            LibCrypto.EVP_PKEY_free(parameters);
            throw TlsErrors.Failure($"SSL_CTX_set0_tmp_dh_pkey(\"{path}\") failed");
        }
    }

    /// <summary>nginx <c>ssl_buffer_size</c>: the most plaintext a record holds. Within what the protocol allows, 512 bytes to 16 KiB.</summary>
    public void SetRecordSize(long bytes)
    {
        RecordSize = (int)Math.Clamp(bytes, 512, 16384);
        Control(LibSsl.SSL_CTRL_SET_MAX_SEND_FRAGMENT, RecordSize, null);
    }

    /// <summary>Asks the peer for a certificate. Whether it is good enough is decided by whoever uses the connection: see <see cref="TlsTransport.VerifyResult"/>.</summary>
    public void VerifyPeer(int depth)
    {
        TlsCallbacks.InstallVerification(Handle);
        LibSsl.SSL_CTX_set_verify_depth(Handle, depth);
    }

    /// <summary>How many authorities may stand between the peer's certificate and a trusted one. A client checks in any case, and goes on.</summary>
    public void SetVerifyDepth(int depth) => LibSsl.SSL_CTX_set_verify_depth(Handle, depth);

    /// <summary>Trusts authorities.</summary>
    /// <param name="announce">Their names are sent to clients, so that they can choose a certificate (<c>ssl_client_certificate</c>).</param>
    public void Trust(TlsAuthorities authorities, bool announce)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        nint store = LibSsl.SSL_CTX_get_cert_store(Handle);
        var names = new List<nint>();
        foreach (nint authority in authorities.Items)
        {
            if (LibCrypto.X509_STORE_add_cert(store, authority) != 1)
            {
                if (WasThere()) continue;
                throw TlsErrors.Failure($"X509_STORE_add_cert(\"{authorities.Source}\") failed");
            }
            nint name = LibCrypto.X509_get_subject_name(authority);
            if (announce && !names.Exists(n => LibCrypto.X509_NAME_cmp(n, name) == 0)) names.Add(LibCrypto.X509_NAME_dup(name));
        }
        GC.KeepAlive(authorities);
        if (!announce) return;
        nint list = LibCrypto.OPENSSL_sk_new_null();
        foreach (nint name in names) _ = LibCrypto.OPENSSL_sk_push(list, name);
        LibSsl.SSL_CTX_set_client_CA_list(Handle, list);
    }

    /// <summary>Checks every certificate of a chain against lists.</summary>
    public void AddRevocationLists(TlsRevocationLists lists)
    {
        ArgumentNullException.ThrowIfNull(lists);
        nint store = LibSsl.SSL_CTX_get_cert_store(Handle);
        foreach (nint list in lists.Items)
        {
            if (LibCrypto.X509_STORE_add_crl(store, list) != 1 && !WasThere()) throw TlsErrors.Failure($"X509_STORE_add_crl(\"{lists.Source}\") failed");
        }
        GC.KeepAlive(lists);
        _ = LibCrypto.X509_STORE_set_flags(store, LibCrypto.X509_V_FLAG_CRL_CHECK | LibCrypto.X509_V_FLAG_CRL_CHECK_ALL);
    }

    public void EnableEarlyData()
    {
        AcceptsEarlyData = true;
        _ = LibSsl.SSL_CTX_set_max_early_data(Handle, MaxEarlyData);
    }

    /// <summary>nginx <c>ssl_conf_command</c>: OpenSSL's SSL_CONF_cmd(3).</summary>
    /// <param name="fullPath">Makes a path of a value that names a file.</param>
    public void Configure(IEnumerable<(string Name, string Value)> commands, Func<string, string> fullPath)
    {
        nint configuration = LibSsl.SSL_CONF_CTX_new();
        if (configuration == 0) throw TlsErrors.Failure("SSL_CONF_CTX_new() failed");
        try
        {
            _ = LibSsl.SSL_CONF_CTX_set_flags(
                configuration,
                LibSsl.SSL_CONF_FLAG_FILE | LibSsl.SSL_CONF_FLAG_SERVER | LibSsl.SSL_CONF_FLAG_CLIENT | LibSsl.SSL_CONF_FLAG_CERTIFICATE | LibSsl.SSL_CONF_FLAG_SHOW_ERRORS);
            LibSsl.SSL_CONF_CTX_set_ssl_ctx(configuration, Handle);
            foreach ((string name, string value) in commands) Configure(configuration, name, value, fullPath);
            if (LibSsl.SSL_CONF_CTX_finish(configuration) != 1) throw TlsErrors.Failure("SSL_CONF_finish() failed");
        }
        finally
        {
            LibSsl.SSL_CONF_CTX_free(configuration);
        }
    }

    private static void Configure(nint configuration, string name, string value, Func<string, string> fullPath)
    {
        fixed (byte* command = TlsErrors.Terminated(name))
        {
            int type = LibSsl.SSL_CONF_cmd_value_type(configuration, command);
            if (type is LibSsl.SSL_CONF_TYPE_FILE or LibSsl.SSL_CONF_TYPE_DIR) value = fullPath(value);
            fixed (byte* argument = TlsErrors.Terminated(value))
            {
                if (LibSsl.SSL_CONF_cmd(configuration, command, argument) <= 0) throw TlsErrors.Failure($"SSL_CONF_cmd(\"{name}\", \"{value}\") failed");
            }
        }
    }

    private nint Control(int command, nint number, void* pointer) => LibSsl.SSL_CTX_ctrl(Handle, command, number, pointer);

    private static bool WasThere()
    {
        ulong error = LibCrypto.ERR_peek_last_error();
        if (LibCrypto.LibraryOf(error) != LibCrypto.ERR_LIB_X509 || LibCrypto.ReasonOf(error) != LibCrypto.X509_R_CERT_ALREADY_IN_HASH_TABLE) return false;
        LibCrypto.ERR_clear_error();
        return true;
    }

    private static byte[] DigestOf(nint certificate)
    {
        byte[] digest = new byte[SHA1.HashSizeInBytes];
        uint length;
        fixed (byte* output = digest) _ = LibCrypto.X509_digest(certificate, LibCrypto.EVP_sha1(), output, &length);
        return digest;
    }
}
