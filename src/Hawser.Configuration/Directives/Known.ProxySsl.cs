using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

// ngx_http_proxy_module, as far as it is about TLS towards upstreams.
public static partial class Known
{
    public static readonly Directive<bool> ProxySslSessionReuse = Modules.Proxy.Flag(
        "proxy_ssl_session_reuse", In.HttpServerLocation, true, "Whether sessions with upstream servers are resumed.");

    public static readonly Directive<SslProtocols> ProxySslProtocols = SslProtocolList(Modules.Proxy, "proxy_ssl_protocols", In.HttpServerLocation);

    public static readonly Directive<string> ProxySslCiphers = SslText(
        Modules.Proxy, "proxy_ssl_ciphers", In.HttpServerLocation, "ciphers", "DEFAULT", "The cipher suites up to TLS 1.2 that are offered, in OpenSSL's words.");

    public static readonly Directive<Template?> ProxySslName = Modules.Proxy.Template(
        "proxy_ssl_name", In.HttpServerLocation, "name", "The name that the upstream's certificate must have and that is sent with proxy_ssl_server_name; $proxy_host if not set.");

    public static readonly Directive<bool> ProxySslServerName = Modules.Proxy.Flag(
        "proxy_ssl_server_name", In.HttpServerLocation, false, "Whether the name is sent to the upstream (SNI).");

    public static readonly Directive<bool> ProxySslVerify = Modules.Proxy.Flag(
        "proxy_ssl_verify", In.HttpServerLocation, false, "Whether the upstream's certificate is checked.");

    public static readonly Directive<int> ProxySslVerifyDepth = Modules.Proxy.Number(
        "proxy_ssl_verify_depth", In.HttpServerLocation, 1, "How many authorities may stand between the upstream's certificate and one that is trusted.");

    public static readonly Directive<SslPathConfig?> ProxySslTrustedCertificate = SslPath(
        Modules.Proxy, "proxy_ssl_trusted_certificate", In.HttpServerLocation, "Authorities trusted to certify upstream servers.");

    public static readonly Directive<SslPathConfig?> ProxySslCrl = SslPath(
        Modules.Proxy, "proxy_ssl_crl", In.HttpServerLocation, "Lists of revoked certificates, one for each authority of the chain.");

    public static readonly Directive<SslFileConfig?> ProxySslCertificate = SslSource(
        "proxy_ssl_certificate", "The certificate shown to upstream servers that ask for one.");

    public static readonly Directive<SslFileConfig?> ProxySslCertificateKey = SslSource("proxy_ssl_certificate_key", "Its private key.");

    public static readonly Directive<CertificateCacheConfig?> ProxySslCertificateCache = CertificateCache(
        Modules.Proxy, "proxy_ssl_certificate_cache", In.HttpServerLocation);

    public static readonly Directive<SslPathConfig?> ProxySslPasswordFile = SslPath(
        Modules.Proxy, "proxy_ssl_password_file", In.HttpServerLocation, "Passwords of an encrypted key, one a line; each is tried.");

    public static readonly Directive<ImmutableArray<SslCommandConfig>> ProxySslConfCommand = Modules.Proxy.List(
        "proxy_ssl_conf_command", In.HttpServerLocation, Arity.Two, "name value", SslBinder.Command, "A command of OpenSSL's SSL_CONF_cmd(3).");

    private static Directive<SslFileConfig?> SslSource(string name, string summary) =>
        Modules.Proxy.Add(new Directive<SslFileConfig?>(name, In.HttpServerLocation, Arity.One, null, SslBinder.File) { Syntax = ["file"], Summary = summary });
}
