using Hawser.Configuration.Model;
using Hawser.Gateway.Upstreams.Resolving;

namespace Hawser.Gateway.Tls.Ocsp;

/// <summary>How a server asks about its clients' certificates (<c>ssl_ocsp*</c>).</summary>
internal sealed class ClientOcspModel
{
    /// <summary><c>leaf</c>: nobody is asked about the authorities in between.</summary>
    public required bool OwnOnly { get; init; }

    /// <summary>Who is asked about all certificates; null leaves it to them.</summary>
    public required OcspResponder? Responder { get; init; }

    public required OcspCache? Cache { get; init; }

    public required ResolverModel? Resolver { get; init; }

    /// <summary>Milliseconds.</summary>
    public required long ResolverTimeout { get; init; }

    /// <summary>The responder that a certificate names.</summary>
    /// <param name="problem">Why there is none, in nginx's words.</param>
    public OcspResponder? ResponderFor(string? certificateUrl, out string? problem)
    {
        problem = certificateUrl is null ? "no OCSP responder URL in certificate" : null;
        if (certificateUrl is null) return null;
        if (ResponderUrl.TryParse(certificateUrl, out ResponderUrl? url, out problem)) return OcspResponder.From(url, Resolver, ResolverTimeout);
        problem += " in certificate";
        return null;
    }
}
