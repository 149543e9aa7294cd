using System.Formats.Asn1;
using System.Net;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hawser.Testing;

/// <summary>What a response says of a certificate.</summary>
public enum Verdict
{
    /// <summary>It holds.</summary>
    Good,

    /// <summary>It has been revoked.</summary>
    Revoked,

    /// <summary>The responder does not know it.</summary>
    Unknown,
}

/// <summary>A certificate authority that issues certificates and signs responses about them (RFC 6960 §4.2.1).</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    /// <param name="name">Its common name.</param>
    /// <param name="issuer">Who certifies it; null for a root.</param>
    /// <param name="responder">URL of the responder that knows about this authority; null for none.</param>
    public TestAuthority(string name, TestAuthority? issuer = null, string? responder = null)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        _certificate = issuer is null ? Sign(request) : issuer.Sign(request, responder);
    }

    /// <summary>Its certificate in PEM.</summary>
    public string Pem => _certificate.ExportCertificatePem() + "\n";

    /// <summary>The CertID of a request: what it asks about.</summary>
    /// <param name="request">An OCSPRequest in DER, <c>{ tbsRequest { requestList { Request { reqCert … } } } }</c>.</param>
    public static ReadOnlyMemory<byte> CertificateIdOf(ReadOnlyMemory<byte> request) =>
        new AsnReader(request, AsnEncodingRules.DER).ReadSequence().ReadSequence().ReadSequence().ReadSequence().ReadEncodedValue();

    /// <summary>Issues a certificate with a key of its own.</summary>
    /// <param name="name">Its common and only name.</param>
    /// <param name="responder">URL of the responder that knows about it; null for none.</param>
    public (string Pem, string KeyPem) Issue(string name, string? responder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = Sign(request, responder);
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>Signs a response.</summary>
    /// <param name="certificateId">The CertID of the request, or of another certificate.</param>
    /// <param name="verdict">What it says.</param>
    /// <param name="validFor">Until nextUpdate; negative for a response whose time is over.</param>
    public byte[] Respond(ReadOnlyMemory<byte> certificateId, Verdict verdict, TimeSpan validFor)
    {
        var now = TimeProvider.System.GetUtcNow();
        var data = new AsnWriter(AsnEncodingRules.DER);
        using (data.PushSequence())
        {
            using (data.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
                data.WriteEncodedValue(_certificate.SubjectName.RawData);
            data.WriteGeneralizedTime(now, omitFractionalSeconds: true);
            using (data.PushSequence())
            using (data.PushSequence())
            {
                data.WriteEncodedValue(certificateId.Span);
                WriteVerdict(data, verdict, now);
                data.WriteGeneralizedTime(now.AddDays(-1), omitFractionalSeconds: true);
                using (data.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                    data.WriteGeneralizedTime(now + validFor, omitFractionalSeconds: true);
            }
        }

        var signed = data.Encode();
        var basic = new AsnWriter(AsnEncodingRules.DER);
        using (basic.PushSequence())
        {
            basic.WriteEncodedValue(signed);
            using (basic.PushSequence())
                basic.WriteObjectIdentifier("1.2.840.10045.4.3.2"); // ecdsa-with-SHA256
            basic.WriteBitString(_key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }

        return Wrap(basic.Encode());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private static byte[] Wrap(byte[] basic)
    {
        var response = new AsnWriter(AsnEncodingRules.DER);
        using (response.PushSequence())
        {
            response.WriteEnumeratedValue(Successful.Yes);
            using (response.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (response.PushSequence())
            {
                response.WriteObjectIdentifier("1.3.6.1.5.5.7.48.1.1"); // id-pkix-ocsp-basic
                response.WriteOctetString(basic);
            }
        }

        return response.Encode();
    }

    private static void WriteVerdict(AsnWriter data, Verdict verdict, DateTimeOffset now)
    {
        if (verdict == Verdict.Revoked)
        {
            using (data.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
                data.WriteGeneralizedTime(now.AddDays(-1), omitFractionalSeconds: true);
            return;
        }

        data.WriteNull(new Asn1Tag(TagClass.ContextSpecific, verdict == Verdict.Good ? 0 : 2));
    }

    private static X509Certificate2 Sign(CertificateRequest request)
    {
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-2), now.AddDays(2));
    }

    private X509Certificate2 Sign(CertificateRequest request, string? responder)
    {
        if (responder is not null)
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([responder], []));
        var now = TimeProvider.System.GetUtcNow();
        var serial = RandomNumberGenerator.GetBytes(8);
        serial[0] = (byte)(serial[0] & 0x7f | 1);
        return request.Create(
            _certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), now.AddDays(-1), now.AddDays(1), new BigInteger(serial, isUnsigned: true, isBigEndian: true).ToByteArray(isBigEndian: true));
    }

    private enum Successful
    {
        Yes,
    }
}
