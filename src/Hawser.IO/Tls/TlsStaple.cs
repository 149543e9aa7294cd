namespace Hawser.IO.Tls;

/// <summary>
/// The response of an authority that goes along with one certificate of a context (RFC 6066 §8), as long as it holds. Any thread.
/// </summary>
public sealed class TlsStaple
{
    private volatile Content? _content;

    private sealed record Content(byte[] Response, long ValidUntil);

    internal TlsStaple(TlsCertificate certificate) => Certificate = certificate;

    /// <summary>Where the certificate was read: what messages call it.</summary>
    public string Source => Certificate.Source;

    internal TlsCertificate Certificate { get; }

    /// <summary>Puts a response in place of the last.</summary>
    /// <param name="response">DER.</param>
    /// <param name="validUntil">Unix seconds; afterwards it is not sent any more.</param>
    public void Replace(byte[] response, long validUntil) => _content = new Content(response, validUntil);

    /// <summary>What a handshake now gets; empty for nothing.</summary>
    internal ReadOnlySpan<byte> At(long unixSeconds) => _content is { } content && content.ValidUntil >= unixSeconds ? content.Response : default;
}
