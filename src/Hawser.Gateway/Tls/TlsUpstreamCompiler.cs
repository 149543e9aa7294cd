using System.Collections.Immutable;
using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Tls;

/// <summary>Makes the TLS of a <c>proxy_pass https://</c>. Locations with the same settings share a context, and with it what OpenSSL keeps in memory.</summary>
internal static class TlsUpstreamCompiler
{
    /// <exception cref="GatewayCompilationException">A file cannot be used; the message is nginx's.</exception>
    public static TlsUpstreamModel Compile(LocationConfig config, ModelBuilder builder)
    {
        SslFileConfig? certificate = config.Get(Known.ProxySslCertificate) is { Source.Source.Length: > 0 } given ? given : null;
        SslFileConfig? key = config.Get(Known.ProxySslCertificateKey);
        if (certificate is not null && key is null)
            throw new GatewayCompilationException($"no \"proxy_ssl_certificate_key\" is defined for certificate \"{certificate.Source.Source}\"");
        bool isVariable = certificate is not null && !(certificate.Source.IsConstant && key!.Source.IsConstant);
        IReadOnlyList<byte[]> passwords = TlsServerCompiler.Passwords(config.Get(Known.ProxySslPasswordFile), builder);
        return new TlsUpstreamModel
        {
            Context = builder.TlsContexts.Get(
                Describe(config), () => TlsServerCompiler.TlsErrorsAsCompilation(() => CreateContext(config, isVariable ? null : certificate, key, passwords, builder))),
            Name = builder.CompileOptional(config.Get(Known.ProxySslName)),
            SendsName = config.Get(Known.ProxySslServerName),
            Verifies = config.Get(Known.ProxySslVerify),
            ReusesSessions = config.Get(Known.ProxySslSessionReuse),
            VariableCertificate = isVariable
                ? (builder.Compile(certificate!.Source), builder.Compile(key!.Source), new VariableCertificates(config.Get(Known.ProxySslCertificateCache), passwords, builder))
                : null,
        };
    }

    private static TlsContext CreateContext(
        LocationConfig config, SslFileConfig? certificate, SslFileConfig? key, IReadOnlyList<byte[]> passwords, ModelBuilder builder)
    {
        Func<string, string> fullPath = builder.Config.GetPathBesideFile;
        var context = new TlsContext(TlsServerCompiler.ToProtocols(config.Get(Known.ProxySslProtocols)), isServer: false);
        context.SetCiphers(config.Get(Known.ProxySslCiphers), preferServer: false);
        if (certificate is not null) builder.TlsObjects.AddCertificate(context, Resolve(certificate, fullPath), Resolve(key!, fullPath), passwords);
        if (config.Get(Known.ProxySslVerify))
        {
            if (config.Get(Known.ProxySslTrustedCertificate) is not { Path.Length: > 0 } trusted)
                throw new GatewayCompilationException("no proxy_ssl_trusted_certificate for proxy_ssl_verify");
            context.SetVerifyDepth(config.Get(Known.ProxySslVerifyDepth));
            context.Trust(builder.TlsObjects.Authorities(fullPath(trusted.Path)), announce: false);
            if (config.Get(Known.ProxySslCrl) is { Path.Length: > 0 } crl) context.AddRevocationLists(builder.TlsObjects.RevocationLists(fullPath(crl.Path)));
        }
        if (config.Get(Known.ProxySslSessionReuse)) context.ReuseClientSessions();
        ImmutableArray<SslCommandConfig> commands = config.Get(Known.ProxySslConfCommand);
        if (!commands.IsEmpty) context.Configure(commands.Select(c => (c.Name, c.Value)), fullPath);
        return context;
    }

    /// <summary>Everything that a context depends on, as text.</summary>
    private static string Describe(LocationConfig config)
    {
        var text = new StringBuilder();
        text.Append((int)config.Get(Known.ProxySslProtocols)).Append('\0').Append(config.Get(Known.ProxySslCiphers)).Append('\0');
        text.Append(config.Get(Known.ProxySslCertificate)?.Source.Source).Append('\0').Append(config.Get(Known.ProxySslCertificateKey)?.Source.Source).Append('\0');
        text.Append(config.Get(Known.ProxySslPasswordFile)?.Path).Append('\0').Append(config.Get(Known.ProxySslVerify)).Append('\0');
        text.Append(config.Get(Known.ProxySslVerifyDepth)).Append('\0').Append(config.Get(Known.ProxySslTrustedCertificate)?.Path).Append('\0');
        text.Append(config.Get(Known.ProxySslCrl)?.Path).Append('\0').Append(config.Get(Known.ProxySslSessionReuse));
        foreach (SslCommandConfig command in config.Get(Known.ProxySslConfCommand)) text.Append('\0').Append(command.Name).Append('=').Append(command.Value);
        return text.ToString();
    }

    private static string Resolve(SslFileConfig file, Func<string, string> fullPath) =>
        TlsServerCompiler.IsPath(file.Source.ConstantValue) ? fullPath(file.Source.ConstantValue) : file.Source.ConstantValue;
}

/// <summary>The contexts towards upstreams of one configuration, by their settings.</summary>
internal sealed class TlsContextTable
{
    private readonly Dictionary<string, TlsContext> _contexts = new(StringComparer.Ordinal);

    public TlsContext Get(string description, Func<TlsContext> create)
    {
        if (!_contexts.TryGetValue(description, out TlsContext? context)) _contexts.Add(description, context = create());
        return context;
    }
}
