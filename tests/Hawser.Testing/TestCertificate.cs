using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hawser.Testing;

/// <summary>A certificate for tests, made when it is asked for; its own authority unless another one has issued it.</summary>
public sealed class TestCertificate
{
    private TestCertificate(string certificate, string key)
    {
        Pem = certificate;
        KeyPem = key;
    }

    /// <summary>The certificate in PEM, followed by those that have issued it, the root excepted.</summary>
    public string Pem { get; }

    /// <summary>Its private key in PEM.</summary>
    public string KeyPem { get; }

    /// <summary>Makes one with a P-256 key, good for a day, for 127.0.0.1 as well.</summary>
    /// <param name="names">DNS names; the first is the common name too.</param>
    public static TestCertificate Create(params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return SignItself(new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256), names, key.ExportPkcs8PrivateKeyPem(), TimeSpan.Zero);
    }

    /// <summary>The same, but it ended an hour ago.</summary>
    public static TestCertificate CreateExpired(params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return SignItself(new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256), names, key.ExportPkcs8PrivateKeyPem(), TimeSpan.FromHours(25));
    }

    /// <summary>Makes one with an RSA key: signing with it is slow, and slower the longer it is.</summary>
    public static TestCertificate CreateRsa(int bits, params string[] names)
    {
        using var key = RSA.Create(bits);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return SignItself(request, names, key.ExportPkcs8PrivateKeyPem(), TimeSpan.Zero);
    }

    /// <summary>Makes one that is signed with this one's key; it may sign others itself.</summary>
    /// <param name="names">DNS names; the first is the common name too.</param>
    public TestCertificate Issue(params string[] names)
    {
        using var issuer = X509Certificate2.CreateFromPem(Pem, KeyPem);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        Extend(request, names);
        using var certificate = request.Create(issuer, issuer.NotBefore, issuer.NotAfter, RandomNumberGenerator.GetBytes(8));
        var above = issuer.Issuer == issuer.Subject ? "" : Pem;
        return new(certificate.ExportCertificatePem() + "\n" + above, key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private static TestCertificate SignItself(CertificateRequest request, string[] names, string key, TimeSpan age)
    {
        Extend(request, names);
        var now = TimeProvider.System.GetUtcNow() - age;
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        return new(certificate.ExportCertificatePem() + "\n", key + "\n");
    }

    private static void Extend(CertificateRequest request, string[] names)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternatives.AddDnsName(name);
        alternatives.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
    }
}
