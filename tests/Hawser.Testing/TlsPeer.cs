using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Hawser.Testing;

/// <summary>How one end of a test speaks TLS. Any certificate of the other end is accepted: what it is, the test looks at itself.</summary>
public sealed partial record TlsPeer
{
    /// <summary>The name that a client sends (RFC 6066 §3); empty sends none.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>ALPN names, in order of preference.</summary>
    public IReadOnlyList<string> Protocols { get; init; } = [];

    /// <summary>The only version to speak; <see cref="SslProtocols.None"/> for TLS 1.2 and 1.3.</summary>
    public SslProtocols Version { get; init; }

    /// <summary>The certificate of this end; a client needs none.</summary>
    public TestCertificate? Certificate { get; init; }

    /// <summary>Whether a server asks its clients for a certificate.</summary>
    public bool AsksForCertificate { get; init; }

    internal SslClientAuthenticationOptions ForClient() => new()
    {
        TargetHost = ServerName,
        ApplicationProtocols = Names(),
        EnabledSslProtocols = Versions,
        ClientCertificateContext = Context(),
        RemoteCertificateValidationCallback = TakesAny,
        // What an earlier test agreed upon with another gateway must not show in this one.
        AllowTlsResume = false,
    };

    internal SslServerAuthenticationOptions ForServer() => new()
    {
        ServerCertificateContext = Context() ?? throw new InvalidOperationException("A TLS server needs a certificate."),
        ApplicationProtocols = Names(),
        EnabledSslProtocols = Versions,
        ClientCertificateRequired = AsksForCertificate,
        RemoteCertificateValidationCallback = TakesAny,
    };

    /// <summary>What was agreed upon, in one line: version, suite, ALPN, and whose certificate the other end has shown.</summary>
    internal static string Describe(SslStream tls)
    {
        var protocol = tls.SslProtocol switch
        {
            SslProtocols.Tls12 => "TLSv1.2",
            SslProtocols.Tls13 => "TLSv1.3",
            var other => other.ToString(),
        };
        var alpn = tls.NegotiatedApplicationProtocol.ToString();
        return $"{protocol} {tls.NegotiatedCipherSuite} alpn={alpn} peer={tls.RemoteCertificate?.Subject ?? "nobody"}";
    }

    /// <summary>Why TLS failed, in the words of OpenSSL; the same library and so the same words whoever the other end is.</summary>
    internal static string Explain(Exception error)
    {
        while (error.InnerException is { } inner)
            error = inner;
        return OpenSslReason().Match(error.Message) is { Success: true } match ? match.Groups[1].Value : error.Message;
    }

    // A client without a certificate is welcome as well: who the peer is, the agreement tells.
    private static bool TakesAny(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is not null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable);

    private SslProtocols Versions => Version == SslProtocols.None ? SslProtocols.Tls12 | SslProtocols.Tls13 : Version;

    private List<SslApplicationProtocol>? Names() => Protocols.Count == 0 ? null : [.. Protocols.Select(name => new SslApplicationProtocol(name))];

    private SslStreamCertificateContext? Context()
    {
        if (Certificate is null)
            return null;
        var certificate = X509Certificate2.CreateFromPem(Certificate.Pem, Certificate.KeyPem);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(Certificate.Pem);
        return SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    [GeneratedRegex("error:[0-9A-F]+:[^:]*:[^:]*:(.+)$")]
    private static partial Regex OpenSslReason();
}
