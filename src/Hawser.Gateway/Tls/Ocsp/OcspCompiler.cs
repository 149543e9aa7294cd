using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Upstreams.Resolving;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Tls.Ocsp;

/// <summary>What a server's <c>ssl_stapling*</c> and <c>ssl_ocsp*</c> directives come to.</summary>
internal static class OcspCompiler
{
    /// <summary>Begins to staple. What keeps a certificate from it is a warning, as in nginx.</summary>
    /// <returns>The renewals; none where the response comes from a file.</returns>
    public static IReadOnlyList<StapleRenewal> CompileStapling(TlsContext context, ServerConfig config, ModelBuilder builder)
    {
        if (!config.Get(Known.SslStapling)) return [];
        if (config.Get(Known.SslCertificateCompression))
            throw new GatewayCompilationException("\"ssl_stapling\" is incompatible with \"ssl_certificate_compression\"");
        IReadOnlyList<TlsStaple> staples = context.BeginStapling();
        if (config.Get(Known.SslStaplingFile) is { Path.Length: > 0 } file)
        {
            byte[] response = TlsContext.LoadOcspResponse(builder.Config.GetPathBesideFile(file.Path));
            foreach (TlsStaple staple in staples) staple.Replace(response, long.MaxValue);
            return [];
        }
        var renewals = new List<StapleRenewal>();
        foreach (TlsStaple staple in staples)
        {
            if (FindResponder(context, staple, config, builder) is not var (question, responder)) continue;
            renewals.Add(new StapleRenewal(staple, question, responder, config.Get(Known.SslStaplingVerify)));
        }
        return renewals;
    }

    /// <summary>How clients' certificates are asked about; null if they are not.</summary>
    /// <exception cref="GatewayCompilationException">It cannot be done; the message is nginx's.</exception>
    public static ClientOcspModel? CompileClients(ServerConfig config, ModelBuilder builder)
    {
        SslOcsp extent = config.Get(Known.SslOcsp);
        if (extent == SslOcsp.Off) return null;
        if (config.Get(Known.SslVerifyClient) == SslVerifyClient.OptionalNoCa)
            throw new GatewayCompilationException("\"ssl_ocsp\" is incompatible with \"ssl_verify_client optional_no_ca\"");
        (ResolverModel? resolver, long timeout) = ResolverOf(config, builder);
        return new ClientOcspModel
        {
            OwnOnly = extent == SslOcsp.Leaf,
            Responder = config.Get(Known.SslOcspResponder) is { Length: > 0 } text ? ResponderOf(text, resolver, timeout, builder) : null,
            Cache = config.Get(Known.SslOcspCache) is { } cache ? builder.Services.OcspCaches.Get(cache.Name, cache.Size) : null,
            Resolver = resolver,
            ResolverTimeout = timeout,
        };
    }

    private static OcspResponder ResponderOf(string text, ResolverModel? resolver, long timeout, ModelBuilder builder)
    {
        OcspResponder? responder = ResponderUrl.TryParse(text, out ResponderUrl? url, out string? problem)
            ? OcspResponder.Resolve(url, resolver, timeout, builder.LookUp, out problem)
            : null;
        return responder ?? throw new GatewayCompilationException($"{problem} in \"ssl_ocsp_responder\"");
    }

    private static (OcspQuestion, OcspResponder)? FindResponder(TlsContext context, TlsStaple staple, ServerConfig config, ModelBuilder builder)
    {
        if (context.QuestionAbout(staple) is not { } question) return Ignore($"issuer certificate not found for certificate \"{staple.Source}\"");
        string text = config.Get(Known.SslStaplingResponder);
        if (text.Length == 0)
        {
            if (question.ResponderUrl is not { } named) return Ignore($"no OCSP responder URL in the certificate \"{staple.Source}\"");
            text = named;
        }
        if (!ResponderUrl.TryParse(text, out ResponderUrl? url, out string? problem)) return Ignore($"{problem} in the certificate \"{staple.Source}\"");
        (ResolverModel? resolver, long timeout) = ResolverOf(config, builder);
        return OcspResponder.Resolve(url, resolver, timeout, builder.LookUp, out problem) is { } responder
            ? (question, responder)
            : Ignore($"{problem} in the certificate \"{staple.Source}\"");

        (OcspQuestion, OcspResponder)? Ignore(string reason)
        {
            builder.Warn($"\"ssl_stapling\" ignored, {reason}");
            return null;
        }
    }

    private static (ResolverModel? Resolver, long Timeout) ResolverOf(ServerConfig config, ModelBuilder builder) =>
        (ResolverModel.From(config.Get(Known.Resolver), builder), (long)config.Get(Known.ResolverTimeout).TotalMilliseconds);
}
