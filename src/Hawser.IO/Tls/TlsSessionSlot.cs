using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>
/// The newest session with a server, for the next connection to it (nginx <c>proxy_ssl_session_reuse</c>). Any thread. A session is native memory: what
/// the slot holds when nobody knows it any more is freed by its finalizer.
/// </summary>
public sealed class TlsSessionSlot
{
    private nint _session;

    ~TlsSessionSlot() => Put(0);

    /// <summary>Takes over a reference to a session.</summary>
    internal void Put(nint session)
    {
        nint old = Interlocked.Exchange(ref _session, session);
        if (old != 0) LibSsl.SSL_SESSION_free(old);
    }

    /// <summary>Offers the session to a connection that is about to begin.</summary>
    internal void Offer(nint ssl)
    {
        nint session = Interlocked.Exchange(ref _session, 0);
        if (session == 0) return;
        _ = LibSsl.SSL_set_session(ssl, session); // takes a reference of its own
        // Others may use it too, unless one of them has been faster in bringing a newer one.
        if (Interlocked.CompareExchange(ref _session, session, 0) != 0) LibSsl.SSL_SESSION_free(session);
    }
}
