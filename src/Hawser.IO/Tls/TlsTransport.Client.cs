using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>The client's side, towards upstream servers.</summary>
public sealed unsafe partial class TlsTransport
{
    /// <summary>Starts the client's side; <see cref="Advance"/> goes on.</summary>
    /// <param name="descriptor">A connected, non-blocking socket; the transport owns it from now on.</param>
    /// <param name="serverName">Sent to the server (RFC 6066 §3); empty sends none.</param>
    /// <param name="sessions">Where a session comes from and goes to; null resumes none.</param>
    /// <exception cref="TlsException">OpenSSL is out of memory, or the name cannot be sent.</exception>
    public static TlsTransport Connect(TlsContext context, int descriptor, TlsPump pump, ReadOnlySpan<byte> serverName, TlsSessionSlot? sessions)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(pump);
        var transport = new TlsTransport(context, descriptor, pump, isServer: false) { Sessions = sessions };
        if (!serverName.IsEmpty)
        {
            fixed (byte* name = (byte[])[.. serverName, 0])
            {
                if (LibSsl.SSL_ctrl(transport._ssl, LibSsl.SSL_CTRL_SET_TLSEXT_HOSTNAME, 0, name) == 0)
                {
                    string text = TlsErrors.Latin1(name);
                    LibSsl.SSL_free(transport._ssl);
                    throw TlsErrors.Failure($"SSL_set_tlsext_host_name(\"{text}\") failed");
                }
            }
        }
        sessions?.Offer(transport._ssl);
        return transport;
    }

    /// <summary>Whether the peer's certificate is for that name (RFC 6125).</summary>
    public bool PeerHasName(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || Peer is 0) return false;
        fixed (byte* text = name) return LibCrypto.X509_check_host(Peer, text, (nuint)name.Length, 0, null) == 1;
    }
}
