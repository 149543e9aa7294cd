using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.IO.Tls;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Variables;

/// <summary>What the handshake of a TLS connection has told (nginx: ngx_http_ssl_module). On a plain connection none of these is there.</summary>
internal static class SslVariables
{
    private static readonly ByteSlice s_resumed = new("r"u8.ToArray());
    private static readonly ByteSlice s_new = new("."u8.ToArray());
    private static readonly ByteSlice s_none = new("NONE"u8.ToArray());
    private static readonly ByteSlice s_success = new("SUCCESS"u8.ToArray());

    private delegate ByteSlice Reader(HttpExchange exchange, TlsTransport tls);

    public static void AddTo(VariableFamily family)
    {
        Add(family, "ssl_protocol", static (e, tls) => e.Arena.Copy(tls.Protocol));
        Add(family, "ssl_cipher", static (e, tls) => e.Arena.Copy(tls.Cipher));
        Add(family, "ssl_ciphers", static (e, tls) => new ByteSlice(tls.OfferedCiphers()));
        Add(family, "ssl_curve", static (e, tls) => new ByteSlice(tls.Curve()));
        Add(family, "ssl_curves", static (e, tls) => new ByteSlice(tls.OfferedCurves()));
        Add(family, "ssl_sigalg", static (e, tls) => default);
        Add(family, "ssl_sigalgs", static (e, tls) => new ByteSlice(tls.OfferedSignatureAlgorithms()));
        Add(family, "ssl_session_id", static (e, tls) => e.Arena.CopyLatin1(Convert.ToHexStringLower(tls.SessionId)));
        Add(family, "ssl_session_reused", static (e, tls) => tls.WasResumed ? s_resumed : s_new);
        Add(family, "ssl_early_data", static (e, tls) => default);
        Add(family, "ssl_server_name", static (e, tls) => e.Arena.Copy(tls.ServerName));
        Add(family, "ssl_alpn_protocol", static (e, tls) => e.Arena.Copy(tls.ApplicationProtocol));
        Add(family, "ssl_ech_status", static (e, tls) => default);
        Add(family, "ssl_ech_outer_server_name", static (e, tls) => default);
        Add(family, "ssl_client_cert", static (e, tls) => IndentLines(e, tls.PeerCertificate()));
        Add(family, "ssl_client_raw_cert", static (e, tls) => new ByteSlice(tls.PeerCertificate()));
        Add(family, "ssl_client_escaped_cert", static (e, tls) => Escape(e, tls.PeerCertificate()));
        Add(family, "ssl_client_s_dn", static (e, tls) => new ByteSlice(tls.PeerSubject()));
        Add(family, "ssl_client_i_dn", static (e, tls) => new ByteSlice(tls.PeerIssuer()));
        Add(family, "ssl_client_s_dn_legacy", static (e, tls) => new ByteSlice(tls.PeerSubjectLegacy()));
        Add(family, "ssl_client_i_dn_legacy", static (e, tls) => new ByteSlice(tls.PeerIssuerLegacy()));
        Add(family, "ssl_client_serial", static (e, tls) => new ByteSlice(tls.PeerSerial()));
        Add(family, "ssl_client_fingerprint", static (e, tls) => new ByteSlice(tls.PeerFingerprint()));
        Add(family, "ssl_client_verify", Verify);
        Add(family, "ssl_client_v_start", static (e, tls) => new ByteSlice(tls.PeerNotBefore()));
        Add(family, "ssl_client_v_end", static (e, tls) => new ByteSlice(tls.PeerNotAfter()));
        Add(family, "ssl_client_v_remain", static (e, tls) => tls.PeerDaysLeft() is { } days ? e.Arena.Format(days) : default);
        Add(family, "ssl_client_sigalg", static (e, tls) => default);
    }

    private static void Add(VariableFamily family, string name, Reader read) => family.Add(name, e =>
    {
        // Certificates may be named by variables, so these are read during the handshake too.
        return e.Connection.Tls is { } tls ? ValueText.Present(read(e, tls)) : VariableValue.NotFound;
    });

    private static ByteSlice Verify(HttpExchange exchange, TlsTransport tls)
    {
        if (!tls.HasPeerCertificate) return s_none;
        long result = tls.VerifyResult;
        if (result != 0) return exchange.Arena.Concat("FAILED:"u8, TlsTransport.Explain(result));
        return exchange.Connection.CertificateProblem is { } problem ? exchange.Arena.CopyLatin1("FAILED:" + problem) : s_success;
    }

    // A header field could once be continued on a line that begins with a space (RFC 9112 §5.2); hence the tabs, and no end of line at the end.
    private static ByteSlice IndentLines(HttpExchange exchange, ReadOnlySpan<byte> pem)
    {
        if (pem.IsEmpty) return default;
        pem = pem[..^1];
        Span<byte> room = exchange.Arena.Allocate(pem.Length + pem.Count((byte)'\n'), out ByteSlice indented);
        int written = 0;
        foreach (byte c in pem)
        {
            room[written++] = c;
            if (c == '\n') room[written++] = (byte)'\t';
        }
        return indented;
    }

    private static ByteSlice Escape(HttpExchange exchange, ReadOnlySpan<byte> pem)
    {
        if (pem.IsEmpty) return default;
        Span<byte> room = exchange.Arena.Allocate(UriEscaping.EscapedLength(pem, UriEscape.UriComponent), out ByteSlice escaped);
        UriEscaping.Escape(pem, UriEscape.UriComponent, room);
        return escaped;
    }
}
