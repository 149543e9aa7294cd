using System.Runtime.InteropServices;
using System.Text;
using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>What a connection can tell of itself once the handshake is done: the source of nginx's <c>$ssl_*</c>.</summary>
public sealed unsafe partial class TlsTransport
{
    // TLSEXT_nid_unknown: the code of a group that OpenSSL has no name for is in the low bits.
    private const int UnknownGroup = 0x1000000;

    // XN_FLAG_RFC2253
    private const nuint Rfc2253 = 1 | 2 | 4 | 0x10 | 0x100 | 0x200 | 1 << 16 | 1 << 20 | 1 << 24;

    /// <summary>X509_V_OK, 0, or why the peer's certificate is not good enough.</summary>
    public long VerifyResult => LibSsl.SSL_get_verify_result(_ssl);

    public bool HasPeerCertificate => LibSsl.SSL_get0_peer_certificate(_ssl) != 0;

    public bool WasResumed => LibSsl.SSL_session_reused(_ssl) != 0;

    /// <summary><c>TLSv1.3</c></summary>
    public ReadOnlySpan<byte> Protocol => Text(LibSsl.SSL_get_version(_ssl));

    /// <summary>OpenSSL's name of the cipher suite.</summary>
    public ReadOnlySpan<byte> Cipher => LibSsl.SSL_get_current_cipher(_ssl) is not 0 and var cipher ? Text(LibSsl.SSL_CIPHER_get_name(cipher)) : default;

    /// <summary>The name the client asked for (RFC 6066 §3), as it sent it; empty without one.</summary>
    public ReadOnlySpan<byte> ServerName => Text(LibSsl.SSL_get_servername(_ssl, 0));

    /// <summary>The protocol agreed upon (RFC 7301); empty without one.</summary>
    public ReadOnlySpan<byte> ApplicationProtocol
    {
        get
        {
            byte* name;
            uint length;
            LibSsl.SSL_get0_alpn_selected(_ssl, &name, &length);
            return new ReadOnlySpan<byte>(name, (int)length);
        }
    }

    /// <summary>The identifier of the session, which is native memory; empty without one.</summary>
    public ReadOnlySpan<byte> SessionId => LibSsl.SSL_get_session(_ssl) is not 0 and var session ? TlsContext.SessionId(session) : default;

    /// <summary>Whether a certificate fails only because its authority is unknown here (nginx <c>optional_no_ca</c>).</summary>
    public static bool IsMissingTrust(long verifyResult) => verifyResult is 2 or 18 or 19 or 20 or 21;

    /// <summary>OpenSSL's words for a <see cref="VerifyResult"/>.</summary>
    public static ReadOnlySpan<byte> Explain(long verifyResult) => Text(LibCrypto.X509_verify_cert_error_string((nint)verifyResult));

    /// <summary>The session must not be resumed: its client is not who it should be.</summary>
    public void ForgetSession()
    {
        t_current = this;
        InitialContext.Forget(LibSsl.SSL_get_session(_ssl));
        t_current = null;
    }

    /// <summary>The suites that the client offered, with colons.</summary>
    public byte[] OfferedCiphers()
    {
        byte* suites;
        int width = (int)LibSsl.SSL_ctrl(_ssl, LibSsl.SSL_CTRL_GET_RAW_CIPHERLIST, 0, null);
        int length = (int)LibSsl.SSL_ctrl(_ssl, LibSsl.SSL_CTRL_GET_RAW_CIPHERLIST, 0, &suites);
        if (width <= 0 || length <= 0) return [];
        var text = new StringBuilder();
        for (int i = 0; i + width <= length; i += width)
        {
            if (i > 0) text.Append(':');
            nint cipher = LibSsl.SSL_CIPHER_find(_ssl, suites + i);
            if (cipher != 0) text.Append(TlsErrors.Latin1(LibSsl.SSL_CIPHER_get_name(cipher)));
            else text.Append("0x").Append(Convert.ToHexStringLower(new ReadOnlySpan<byte>(suites + i, width)));
        }
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    /// <summary>The group of the key exchange; empty where there was none.</summary>
    public byte[] Curve()
    {
        int group = (int)LibSsl.SSL_ctrl(_ssl, LibSsl.SSL_CTRL_GET_NEGOTIATED_GROUP, 0, null);
        return group == 0 ? [] : Encoding.Latin1.GetBytes(GroupName(group));
    }

    /// <summary>The groups that the client offered, with colons.</summary>
    public byte[] OfferedCurves()
    {
        int count = (int)LibSsl.SSL_ctrl(_ssl, LibSsl.SSL_CTRL_GET_GROUPS, 0, null);
        if (count <= 0) return [];
        int[] groups = new int[count];
        fixed (int* start = groups) _ = LibSsl.SSL_ctrl(_ssl, LibSsl.SSL_CTRL_GET_GROUPS, 0, start);
        return Encoding.Latin1.GetBytes(string.Join(':', Array.ConvertAll(groups, GroupName)));
    }

    /// <summary>The signature algorithms that the client offered, as numbers with colons (RFC 8446 §4.2.3).</summary>
    public byte[] OfferedSignatureAlgorithms()
    {
        int count = LibSsl.SSL_get_sigalgs(_ssl, -1, null, null, null, null, null);
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            byte signature;
            byte hash;
            _ = LibSsl.SSL_get_sigalgs(_ssl, i, null, null, null, &signature, &hash);
            if (i > 0) text.Append(':');
            text.Append($"0x{hash << 8 | signature:x4}");
        }
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    /// <summary>The peer's certificate in PEM; empty without one.</summary>
    public byte[] PeerCertificate() => WithPeer(static (bio, certificate) => LibCrypto.PEM_write_bio_X509(bio, certificate));

    /// <summary>The subject in the form of RFC 2253.</summary>
    public byte[] PeerSubject() => WithPeer(static (bio, certificate) => LibCrypto.X509_NAME_print_ex(bio, LibCrypto.X509_get_subject_name(certificate), 0, Rfc2253));

    public byte[] PeerIssuer() => WithPeer(static (bio, certificate) => LibCrypto.X509_NAME_print_ex(bio, LibCrypto.X509_get_issuer_name(certificate), 0, Rfc2253));

    /// <summary>The subject as nginx wrote it before 1.11.6: with slashes.</summary>
    public byte[] PeerSubjectLegacy() => Peer is 0 ? [] : OneLine(LibCrypto.X509_get_subject_name(Peer));

    public byte[] PeerIssuerLegacy() => Peer is 0 ? [] : OneLine(LibCrypto.X509_get_issuer_name(Peer));

    public byte[] PeerSerial() => WithPeer(static (bio, certificate) => LibCrypto.i2a_ASN1_INTEGER(bio, LibCrypto.X509_get_serialNumber(certificate)));

    public byte[] PeerNotBefore() => WithPeer(static (bio, certificate) => LibCrypto.ASN1_TIME_print(bio, LibCrypto.X509_get0_notBefore(certificate)));

    public byte[] PeerNotAfter() => WithPeer(static (bio, certificate) => LibCrypto.ASN1_TIME_print(bio, LibCrypto.X509_get0_notAfter(certificate)));

    /// <summary>Whole days until the peer's certificate ends; 0 if it has; null without one.</summary>
    public int? PeerDaysLeft()
    {
        if (Peer is 0) return null;
        int days;
        int seconds;
        if (LibCrypto.ASN1_TIME_diff(&days, &seconds, 0, LibCrypto.X509_get0_notAfter(Peer)) == 0) return null;
        return Math.Max(0, days);
    }

    /// <summary>SHA-1 of the peer's certificate in hexadecimal; empty without one.</summary>
    public byte[] PeerFingerprint()
    {
        if (Peer is 0) return [];
        byte* digest = stackalloc byte[64];
        uint length;
        return LibCrypto.X509_digest(Peer, LibCrypto.EVP_sha1(), digest, &length) == 0
            ? []
            : Encoding.Latin1.GetBytes(Convert.ToHexStringLower(new ReadOnlySpan<byte>(digest, (int)length)));
    }

    private nint Peer => LibSsl.SSL_get0_peer_certificate(_ssl);

    private byte[] WithPeer(Func<nint, nint, int> write)
    {
        nint certificate = Peer;
        if (certificate == 0) return [];
        nint bio = LibCrypto.BIO_new(LibCrypto.BIO_s_mem());
        _ = write(bio, certificate);
        byte[] bytes = new byte[LibCrypto.BIO_ctrl(bio, LibCrypto.BIO_CTRL_PENDING, 0, null)];
        fixed (byte* start = bytes) _ = LibCrypto.BIO_read(bio, start, bytes.Length);
        _ = LibCrypto.BIO_free(bio);
        return bytes;
    }

    private static byte[] OneLine(nint name)
    {
        byte* text = LibCrypto.X509_NAME_oneline(name, null, 0);
        byte[] bytes = Text(text).ToArray();
        LibCrypto.CRYPTO_free(text, null, 0);
        return bytes;
    }

    private string GroupName(int group)
    {
        if ((group & UnknownGroup) == 0) return TlsErrors.Latin1(LibCrypto.OBJ_nid2sn(group));
        byte* name = LibSsl.SSL_group_to_name(_ssl, group);
        return name is null ? $"0x{group & 0xFFFF:x4}" : TlsErrors.Latin1(name);
    }

    private static ReadOnlySpan<byte> Text(byte* text) => text is null ? default : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);
}
