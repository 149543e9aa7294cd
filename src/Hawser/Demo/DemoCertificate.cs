using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hawser.Demo;

/// <summary>
/// A certificate for this machine alone, for <c>hawser --tls</c>: made once, kept beside the user's other data, and made anew before it ends. Whoever
/// trusts it trusts what the user's own private key signs.
/// </summary>
internal sealed record DemoCertificate(string Certificate, string Key)
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan s_reserve = TimeSpan.FromDays(7);

    /// <summary>The certificate of the user, made if need be.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static DemoCertificate Open(TimeProvider time)
    {
        // As it would be where it does not exist yet. Never a place that others may write to: who trusts the certificate trusts its key.
        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (data.Length == 0)
            throw new IOException("--tls keeps its certificate in the home directory, and there is none: set HOME or XDG_DATA_HOME");
        var folder = Path.Combine(data, "hawser");
        var files = new DemoCertificate(Path.Combine(folder, "localhost.crt"), Path.Combine(folder, "localhost.key"));
        if (!files.IsGood(time.GetUtcNow()))
            files.Create(folder, time.GetUtcNow());
        return files;
    }

    private bool IsGood(DateTimeOffset now)
    {
        if (!File.Exists(Certificate) || !File.Exists(Key))
            return false;
        try
        {
            using var present = X509Certificate2.CreateFromPemFile(Certificate, Key);
            return present.NotAfter.ToUniversalTime() > (now + s_reserve).UtcDateTime;
        }
        catch (CryptographicException)
        {
            return false; // no certificate, or not of this key: both are written anew
        }
    }

    private void Create(string folder, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost, O=Hawser demo", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        // Stores accept only authorities as trusted, so it is one, for no other certificate than itself.
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now + s_lifetime);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        File.Delete(Key); // one that is there may be for others to read
        using (var writer = new StreamWriter(Key, options))
            writer.WriteLine(key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Certificate, certificate.ExportCertificatePem() + "\n");
    }
}
