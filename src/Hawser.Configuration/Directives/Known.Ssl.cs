using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

// ngx_http_ssl_module. What is towards upstreams is in Known.ProxySsl.cs.
public static partial class Known
{
    private const string SslProtocolNames = "SSLv2 | SSLv3 | TLSv1 | TLSv1.1 | TLSv1.2 | TLSv1.3 ...";
    private const Model.SslProtocols DefaultProtocols = Model.SslProtocols.Tls12 | Model.SslProtocols.Tls13;
    private const In HttpServer = In.Http | In.Server;

    public static readonly Directive<ImmutableArray<SslFileConfig>> SslCertificate = Modules.Ssl.List(
        "ssl_certificate", HttpServer, Arity.One, "file", SslBinder.Files,
        "The server's certificate, and behind it those that certify it, in PEM. May be given once for each kind of key. With data: before it, the value is the PEM.");

    public static readonly Directive<ImmutableArray<SslFileConfig>> SslCertificateKey = Modules.Ssl.List(
        "ssl_certificate_key", HttpServer, Arity.One, "file", SslBinder.Files, "The private key of the certificate at the same place in the list.");

    public static readonly Directive<CertificateCacheConfig?> SslCertificateCache = CertificateCache(Modules.Ssl, "ssl_certificate_cache", HttpServer);

    public static readonly Directive<SslPathConfig?> SslPasswordFile = SslPath(
        Modules.Ssl, "ssl_password_file", HttpServer, "Passwords of encrypted keys, one a line; each is tried. The file is read once, so it may be a pipe.");

    public static readonly Directive<bool> SslCertificateCompression = Modules.Ssl.Flag(
        "ssl_certificate_compression", HttpServer, false,
        "Whether certificates are sent compressed. OpenSSL 3.0 cannot: as nginx with that library, Hawser warns and ignores it.", noEffect: true);

    public static readonly Directive<ImmutableArray<SslPathConfig>> SslEchFile = Modules.Ssl.Add(
        new Directive<ImmutableArray<SslPathConfig>>("ssl_ech_file", HttpServer, Arity.One, [], SslBinder.Paths)
        {
            Syntax = ["file"],
            Repetition = Repetition.Append,
            Inheritance = Inheritance.List,
            Combine = (earlier, later) => earlier.AddRange(later),
            Summary = "Keys for encrypted client hellos. OpenSSL 3 has none: as nginx with that library, Hawser warns and ignores it.",
            HasNoEffect = true,
        });

    public static readonly Directive<SslPathConfig?> SslDhParam = SslPath(
        Modules.Ssl, "ssl_dhparam", HttpServer, "Parameters for DHE ciphers; without them those are not offered.");

    public static readonly Directive<string> SslEcdhCurve = SslText(
        Modules.Ssl, "ssl_ecdh_curve", HttpServer, "curve", "auto", "Curves for ECDHE ciphers, with colons between them; auto leaves the choice to OpenSSL.");

    public static readonly Directive<SslProtocols> SslProtocols = SslProtocolList(Modules.Ssl, "ssl_protocols", HttpServer);

    public static readonly Directive<string> SslCiphers = SslText(
        Modules.Ssl, "ssl_ciphers", HttpServer, "ciphers", "HIGH:!aNULL:!MD5", "The cipher suites up to TLS 1.2, in OpenSSL's words.");

    public static readonly Directive<long> SslBufferSize = Modules.Ssl.Size(
        "ssl_buffer_size", HttpServer, 16384, "16k", "How much of an answer goes into one record at most: small records reach the client's program sooner, large ones cost less.");

    public static readonly Directive<SslVerifyClient> SslVerifyClient = Modules.Ssl.Choice(
        "ssl_verify_client", HttpServer, Model.SslVerifyClient.Off, "off",
        [
            new("off", Model.SslVerifyClient.Off), new("on", Model.SslVerifyClient.On), new("optional", Model.SslVerifyClient.Optional),
            new("optional_no_ca", Model.SslVerifyClient.OptionalNoCa),
        ],
        "Whether clients are asked for a certificate, and whether a request without a good one is refused (400, as error_page 495 and 496).");

    public static readonly Directive<int> SslVerifyDepth = Modules.Ssl.Number(
        "ssl_verify_depth", HttpServer, 1, "How many authorities may stand between a client's certificate and one that is trusted.");

    public static readonly Directive<SslPathConfig?> SslClientCertificate = SslPath(
        Modules.Ssl, "ssl_client_certificate", HttpServer, "Authorities trusted to certify clients; their names are sent to the client.");

    public static readonly Directive<SslPathConfig?> SslTrustedCertificate = SslPath(
        Modules.Ssl, "ssl_trusted_certificate", HttpServer, "Further authorities, whose names are not sent.");

    public static readonly Directive<bool> SslPreferServerCiphers = Modules.Ssl.Flag(
        "ssl_prefer_server_ciphers", HttpServer, false, "Whether the server's order of ciphers counts, and not the client's.");

    public static readonly Directive<SslSessionCacheConfig> SslSessionCache = Modules.Ssl.Add(
        new Directive<SslSessionCacheConfig>(
            "ssl_session_cache", HttpServer, Arity.OneOrTwo, new SslSessionCacheConfig(SslBuiltInCache.None, null, null, 0), SslBinder.SessionCache)
        {
            Syntax = ["off | none | [builtin[:size]] [shared:name:size]"],
            DefaultText = "none",
            Repetition = Repetition.Replace,
            Summary = "Where sessions are kept that clients may resume: in OpenSSL's cache of the server (builtin), or in one that servers share. "
                + "Tickets, which clients keep, work without.",
        });

    public static readonly Directive<bool> SslSessionTickets = Modules.Ssl.Flag(
        "ssl_session_tickets", HttpServer, true, "Whether sessions may be resumed by tickets.");

    public static readonly Directive<ImmutableArray<SslPathConfig>> SslSessionTicketKey = Modules.Ssl.List(
        "ssl_session_ticket_key", HttpServer, Arity.One, "file", SslBinder.Paths,
        "48 or 80 random bytes to encrypt tickets with. Of several, the first encrypts. Without it keys are random, and change by themselves with a shared cache.");

    public static readonly Directive<TimeSpan> SslSessionTimeout = SslSeconds("ssl_session_timeout", 300, "5m", "How long a session may be resumed.");

    public static readonly Directive<SslPathConfig?> SslCrl = SslPath(
        Modules.Ssl, "ssl_crl", HttpServer, "Lists of revoked certificates, one for each authority of the chain.");

    public static readonly Directive<bool> SslEarlyData = Modules.Ssl.Add(
        new Directive<bool>("ssl_early_data", HttpServer, Arity.One, false, c => c.Flag())
        {
            Syntax = ["on | off"],
            DefaultText = "off",
            Summary = "Whether clients may send data with their first message (TLS 1.3).",
            DifferenceFromNginx = "A request that came so is processed once the handshake is done, so it cannot be one that somebody has recorded and sent again; $ssl_early_data is always empty.",
        });

    public static readonly Directive<bool> SslStapling = Modules.Ssl.Flag(
        "ssl_stapling", HttpServer, false,
        "Whether a response of the authority about the server's certificate (OCSP) is sent along. It is asked for when a client first wants it, and sent from the next handshake on. "
            + "The name of a responder is looked up with the resolver, or without one when the configuration is read.");

    public static readonly Directive<SslPathConfig?> SslStaplingFile = SslPath(
        Modules.Ssl, "ssl_stapling_file", HttpServer, "A file with that response, in DER; nobody is asked then.");

    public static readonly Directive<string> SslStaplingResponder = SslUrl(
        "ssl_stapling_responder", "Who is asked instead of the responder that the certificate names: http:// only.");

    public static readonly Directive<bool> SslStaplingVerify = Modules.Ssl.Flag(
        "ssl_stapling_verify", HttpServer, false,
        "Whether the signature of a response is checked before it is sent along. ssl_trusted_certificate then needs the issuer, the root and all between them.");

    public static readonly Directive<SslOcsp> SslOcsp = Modules.Ssl.Choice(
        "ssl_ocsp", HttpServer, Model.SslOcsp.Off, "off",
        [new("off", Model.SslOcsp.Off), new("on", Model.SslOcsp.On), new("leaf", Model.SslOcsp.Leaf)],
        "Whether the authorities are asked (OCSP) if a client's certificate is still good: on asks about every certificate of the chain, leaf about the client's own. "
            + "Requests wait for the answer; without a good one they are refused (400, as error_page 495).");

    public static readonly Directive<string> SslOcspResponder = SslUrl(
        "ssl_ocsp_responder", "Who is asked instead of the responders that the certificates name: http:// only.");

    public static readonly Directive<SslOcspCacheConfig?> SslOcspCache = Modules.Ssl.Add(
        new Directive<SslOcspCacheConfig?>("ssl_ocsp_cache", HttpServer, Arity.One, null, SslBinder.OcspCache)
        {
            Syntax = ["off | shared:name:size"],
            DefaultText = "off",
            Summary = "Where answers about clients' certificates are kept until they say to ask again, or for an hour.",
        });

    public static readonly Directive<ImmutableArray<SslCommandConfig>> SslConfCommand = Modules.Ssl.List(
        "ssl_conf_command", HttpServer, Arity.Two, "name value", SslBinder.Command, "A command of OpenSSL's SSL_CONF_cmd(3).");

    public static readonly Directive<bool> SslRejectHandshake = Modules.Ssl.Flag(
        "ssl_reject_handshake", HttpServer, false, "Whether handshakes for this server are refused, with the alert unrecognized_name.");

    public static readonly Directive<bool> SslObjectCacheInheritable = Modules.SslObjects.Flag(
        "ssl_object_cache_inheritable", In.Main, true,
        "Whether a reload takes over certificates, keys and lists whose files have not changed. Off, all files are read anew. Keys with a password always are.");

    public static readonly Directive<bool> Http2 = Modules.Http2.Add(
        new Directive<bool>("http2", HttpServer, Arity.One, false, SslBinder.Http2)
        {
            Syntax = ["on | off"],
            DefaultText = "off",
            Summary = "Whether clients are offered HTTP/2.",
            DifferenceFromNginx = "HTTP/2 is not there yet: a warning says so, and clients are offered HTTP/1.1.",
            HasNoEffect = true,
        });

    private static Directive<SslPathConfig?> SslPath(DirectiveFactory module, string name, In contexts, string summary) =>
        module.Add(new Directive<SslPathConfig?>(name, contexts, Arity.One, null, SslBinder.Path) { Syntax = ["file"], Summary = summary });

    private static Directive<CertificateCacheConfig?> CertificateCache(DirectiveFactory module, string name, In contexts) =>
        module.Add(new Directive<CertificateCacheConfig?>(name, contexts, Arity.OneToThree, null, SslBinder.CertificateCache)
        {
            Syntax = ["off", "max=N [inactive=time] [valid=time]"],
            DefaultText = "off",
            Summary = "A cache of certificates and keys whose names have variables, one for each event loop: beyond max the least used makes room, and what is older "
                + "than valid (1m) is read again if its file has changed. What has not been used for inactive (10s) goes when others come. Encrypted keys are not kept.",
        });

    private static Directive<string> SslUrl(string name, string summary) =>
        Modules.Ssl.Add(new Directive<string>(name, HttpServer, Arity.One, "", c => c.Text()) { Syntax = ["url"], Summary = summary });

    private static Directive<string> SslText(DirectiveFactory module, string name, In contexts, string syntax, string defaultValue, string summary) =>
        module.Add(new Directive<string>(name, contexts, Arity.One, defaultValue, c => c.Text()) { Syntax = [syntax], DefaultText = defaultValue, Summary = summary });

    private static Directive<SslProtocols> SslProtocolList(DirectiveFactory module, string name, In contexts) =>
        module.Add(new Directive<SslProtocols>(name, contexts, Arity.OneOrMore, DefaultProtocols, SslBinder.Protocols)
        {
            Syntax = [SslProtocolNames],
            DefaultText = "TLSv1.2 TLSv1.3",
            Repetition = Repetition.Replace,
            Summary = "The versions of the protocol. OpenSSL may refuse old ones all the same, unless ssl_ciphers says @SECLEVEL=0.",
        });

    private static Directive<TimeSpan> SslSeconds(string name, int defaultSeconds, string defaultText, string summary) =>
        Modules.Ssl.Add(new Directive<TimeSpan>(name, HttpServer, Arity.One, TimeSpan.FromSeconds(defaultSeconds), c => c.Seconds())
        {
            Syntax = ["time"],
            DefaultText = defaultText,
            Summary = summary,
        });
}
