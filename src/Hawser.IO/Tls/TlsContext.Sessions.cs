using System.Security.Cryptography;
using System.Text;
using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>Resumption: caches and tickets (nginx <c>ssl_session_cache</c>, <c>ssl_session_tickets</c>, <c>ssl_session_ticket_key</c>).</summary>
public sealed unsafe partial class TlsContext
{
    // What nginx's buffer holds, and a client without a session of that kind would have to be told first.
    private const uint MaxEarlyData = 16384;

    /// <summary>Sets up the server's memory of sessions.</summary>
    /// <param name="seconds">How long a session may be resumed.</param>
    /// <param name="builtInSize">Sessions OpenSSL's own cache may hold; null leaves its 20480; only for the modes that have one.</param>
    /// <param name="shared">The cache for <see cref="TlsSessionMode.Shared"/>.</param>
    /// <param name="names">What tells servers apart whose certificates are variables.</param>
    public void SetSessions(TlsSessionMode mode, int seconds, bool usesBuiltIn, int? builtInSize, TlsSessionCache? shared, IEnumerable<string> names)
    {
        SessionSeconds = seconds;
        _ = LibSsl.SSL_CTX_set_timeout(Handle, seconds);
        SetSessionContext(names);
        switch (mode)
        {
            case TlsSessionMode.Off:
                Control(LibSsl.SSL_CTRL_SET_SESS_CACHE_MODE, LibSsl.SSL_SESS_CACHE_OFF, null);
                return;
            case TlsSessionMode.None:
                Control(LibSsl.SSL_CTRL_SET_SESS_CACHE_MODE, LibSsl.SSL_SESS_CACHE_SERVER | LibSsl.SSL_SESS_CACHE_NO_AUTO_CLEAR | LibSsl.SSL_SESS_CACHE_NO_INTERNAL_STORE, null);
                Control(LibSsl.SSL_CTRL_SET_SESS_CACHE_SIZE, 1, null);
                return;
        }
        int cache = LibSsl.SSL_SESS_CACHE_SERVER | (usesBuiltIn ? 0 : LibSsl.SSL_SESS_CACHE_NO_INTERNAL);
        Control(LibSsl.SSL_CTRL_SET_SESS_CACHE_MODE, cache, null);
        if (usesBuiltIn && builtInSize is { } size) Control(LibSsl.SSL_CTRL_SET_SESS_CACHE_SIZE, size, null);
        if (shared is null) return;
        SharedSessions = shared;
        TlsCallbacks.InstallSharedSessions(Handle);
    }

    /// <summary>Hands sessions of the client's side to the <see cref="TlsSessionSlot"/> of their connection.</summary>
    public void ReuseClientSessions()
    {
        Control(LibSsl.SSL_CTRL_SET_SESS_CACHE_MODE, LibSsl.SSL_SESS_CACHE_CLIENT | LibSsl.SSL_SESS_CACHE_NO_INTERNAL, null);
        TlsCallbacks.InstallClientSessions(Handle);
    }

    public void DisableTickets() => _ = LibSsl.SSL_CTX_set_options(Handle, LibSsl.SSL_OP_NO_TICKET);

    /// <summary>Encrypts tickets with these keys instead of OpenSSL's own, which live and die with the context.</summary>
    public void SetTicketKeys(TlsTicketKeys keys)
    {
        TicketKeys = keys;
        TlsCallbacks.InstallTicketKeys(Handle);
    }

    /// <summary>Takes a session out of the caches: its client must not come back with it.</summary>
    internal void Forget(nint session)
    {
        if (session == 0) return;
        SharedSessions?.Remove(SessionId(session));
        _ = LibSsl.SSL_CTX_remove_session(Handle, session);
    }

    internal static ReadOnlySpan<byte> SessionId(nint session)
    {
        uint length;
        byte* id = LibSsl.SSL_SESSION_get_id(session, &length);
        return new ReadOnlySpan<byte>(id, (int)length);
    }

    /// <summary>
    /// A session may be resumed only by a server with the same certificates that trusts the same authorities: what a client has proved to one
    /// server says nothing to another (RFC 6066 §3, RFC 8446 §4.6.1).
    /// </summary>
    private void SetSessionContext(IEnumerable<string> names)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData("HTTP"u8);
        foreach (byte[] digest in _certificateDigests) hash.AppendData(digest);
        if (_certificateDigests.Count == 0)
        {
            foreach (string name in names) hash.AppendData(Encoding.Latin1.GetBytes(name));
        }
        nint authorities = LibSsl.SSL_CTX_get_client_CA_list(Handle);
        int count = authorities == 0 ? 0 : LibCrypto.OPENSSL_sk_num(authorities);
        Span<byte> digestOfName = stackalloc byte[SHA1.HashSizeInBytes];
        for (int i = 0; i < count; i++)
        {
            uint length;
            fixed (byte* output = digestOfName) _ = LibCrypto.X509_NAME_digest(LibCrypto.OPENSSL_sk_value(authorities, i), LibCrypto.EVP_sha1(), output, &length);
            hash.AppendData(digestOfName);
        }
        byte[] context = hash.GetHashAndReset();
        fixed (byte* id = context)
        {
            if (LibSsl.SSL_CTX_set_session_id_context(Handle, id, (uint)context.Length) == 0)
                throw TlsErrors.Failure("SSL_CTX_set_session_id_context() failed");
        }
    }
}
