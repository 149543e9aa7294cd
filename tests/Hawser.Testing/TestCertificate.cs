using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hawser.Testing;

/// <summary>A self-signed certificate for tests, made when it is asked for.</summary>
public sealed class TestCertificate
{
    private TestCertificate(string certificate, string key)
    {
        Pem = certificate;
        KeyPem = key;
    }

    /// <summary>The certificate in PEM.</summary>
    public string Pem { get; }

    /// <summary>Its private key in PEM.</summary>
    public string KeyPem { get; }

    /// <summary>Makes one with a P-256 key, good for a day, for 127.0.0.1 as well.</summary>
    /// <param name="names">DNS names; the first is the common name too.</param>
    public static TestCertificate Create(params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Finish(new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256), names, key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Makes one with an RSA key: signing with it is slow, and slower the longer it is.</summary>
    public static TestCertificate CreateRsa(int bits, params string[] names)
    {
        using var key = RSA.Create(bits);
        return Finish(new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), names, key.ExportPkcs8PrivateKeyPem());
    }

    private static TestCertificate Finish(CertificateRequest request, string[] names, string key)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternatives.AddDnsName(name);
        alternatives.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        return new(certificate.ExportCertificatePem() + "\n", key + "\n");
    }
}
