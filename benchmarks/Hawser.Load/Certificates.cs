using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hawser.Load;

/// <summary>The certificates that all gateways of a run have: one with a P-256 key, and one with an RSA key of 4096 bits.</summary>
internal static class Certificates
{
    /// <summary>Files of a certificate.</summary>
    /// <param name="Certificate">PEM.</param>
    /// <param name="Key">PEM, PKCS #8.</param>
    /// <param name="Both">One after the other, as HAProxy wants them.</param>
    internal sealed record Files(string Certificate, string Key, string Both);

    /// <summary>Makes one with a P-256 key.</summary>
    public static Files MakeP256(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Write(folder, "p256", key, new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256));
    }

    /// <summary>Makes one with a long RSA key, whose signatures take milliseconds.</summary>
    public static Files MakeRsa4096(string folder)
    {
        using var key = RSA.Create(4096);
        return Write(folder, "rsa4096", key, new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static Files Write(string folder, string name, AsymmetricAlgorithm key, CertificateRequest request)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(2));
        var files = new Files(Path.Combine(folder, name + ".crt"), Path.Combine(folder, name + ".key"), Path.Combine(folder, name + ".pem"));
        File.WriteAllText(files.Certificate, certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem() + "\n");
        File.WriteAllText(files.Both, File.ReadAllText(files.Certificate) + File.ReadAllText(files.Key));
        return files;
    }
}
