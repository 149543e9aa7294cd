namespace Hawser.IO.Tls;

/// <summary>What the owner of a connection decides while a client's handshake runs. Called on the loop, from within <see cref="TlsTransport.Advance"/>.</summary>
public interface ITlsServer
{
    /// <summary>Step 3 of a request, as far as the handshake tells: the server that the client names.</summary>
    /// <param name="serverName">As the client sent it (RFC 6066 §3); empty when it named none.</param>
    /// <returns>False refuses the handshake with the alert unrecognized_name.</returns>
    bool SelectServer(TlsTransport transport, ReadOnlySpan<byte> serverName);

    /// <summary>Loads the certificates of a context whose names are variables (<see cref="TlsContext.LoadsCertificatesPerConnection"/>).</summary>
    /// <returns>False ends the handshake; why is in the log already.</returns>
    bool LoadCertificates(TlsTransport transport);
}
