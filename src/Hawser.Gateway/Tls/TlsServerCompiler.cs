using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Tls.Ocsp;
using Hawser.Gateway.Variables;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Tls;

/// <summary>Makes the TLS context of a server: what is wrong with a certificate shows here, in <c>-t</c> too.</summary>
internal static class TlsServerCompiler
{
    /// <summary>The server's TLS, whether or not one of its addresses uses it; null without certificates.</summary>
    /// <exception cref="GatewayCompilationException">A file cannot be used; the message is nginx's.</exception>
    public static TlsServerModel? Compile(ServerConfig config, ModelBuilder builder)
    {
        ImmutableArray<SslFileConfig> certificates = config.Get(Known.SslCertificate);
        ImmutableArray<SslFileConfig> keys = config.Get(Known.SslCertificateKey);
        bool rejects = config.Get(Known.SslRejectHandshake);
        if (certificates.IsEmpty && !rejects) return null;
        if (keys.Length < certificates.Length)
            throw new GatewayCompilationException($"no \"ssl_certificate_key\" is defined for certificate \"{certificates[^1].Source.Source}\"");
        return TlsErrorsAsCompilation(() => Compile(config, certificates, keys, rejects, builder));
    }

    /// <summary>nginx's check of an address: its servers must have certificates, or refuse.</summary>
    public static void CheckListener(ListenerConfig listener, IReadOnlyDictionary<ServerConfig, ServerModel> servers)
    {
        if (!listener.Listen.IsSsl || servers[listener.Default].Tls is { HasCertificates: true }) return;
        if (servers[listener.Default].Tls is not { RejectsHandshake: true }) throw NoCertificate(listener.Default);
        foreach (ServerConfig server in listener.Servers)
        {
            if (servers[server].Tls is null) throw NoCertificate(server);
        }
    }

    /// <summary>Whether the source of a certificate or key is a path, and not the thing itself.</summary>
    public static bool IsPath(string source) =>
        !source.StartsWith("data:", StringComparison.Ordinal) && !source.StartsWith("engine:", StringComparison.Ordinal) && !source.StartsWith("store:", StringComparison.Ordinal);

    /// <summary>The passwords of a file. It is read once however many servers inherit it, as it may be a pipe.</summary>
    public static IReadOnlyList<byte[]> Passwords(SslPathConfig? file, ModelBuilder builder) => file is null ? [] : builder.Once(file, () => ReadPasswords(file, builder.Config));

    /// <summary>Turns what OpenSSL refuses into an error of the configuration.</summary>
    public static T TlsErrorsAsCompilation<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (TlsException e)
        {
            throw new GatewayCompilationException(e.Message);
        }
        catch (DllNotFoundException)
        {
            throw new GatewayCompilationException("TLS needs OpenSSL 3, and its library libssl.so.3 is not there: install it (Debian: libssl3), or remove what asks for TLS");
        }
    }

    public static TlsProtocols ToProtocols(SslProtocols protocols)
    {
        var result = TlsProtocols.None;
        if ((protocols & SslProtocols.Ssl3) != 0) result |= TlsProtocols.Ssl3;
        if ((protocols & SslProtocols.Tls10) != 0) result |= TlsProtocols.Tls10;
        if ((protocols & SslProtocols.Tls11) != 0) result |= TlsProtocols.Tls11;
        if ((protocols & SslProtocols.Tls12) != 0) result |= TlsProtocols.Tls12;
        if ((protocols & SslProtocols.Tls13) != 0) result |= TlsProtocols.Tls13;
        return result;
    }

    // In nginx's order, so that of two mistakes the same one is reported.
    private static TlsServerModel Compile(
        ServerConfig config, ImmutableArray<SslFileConfig> certificates, ImmutableArray<SslFileConfig> keys, bool rejects, ModelBuilder builder)
    {
        Func<string, string> fullPath = builder.Config.GetPathBesideFile;
        var context = new TlsContext(ToProtocols(config.Get(Known.SslProtocols)), isServer: true);
        context.SetCiphers(config.Get(Known.SslCiphers), config.Get(Known.SslPreferServerCiphers));
        IReadOnlyList<byte[]> passwords = Passwords(config.Get(Known.SslPasswordFile), builder);
        (TemplateModel, TemplateModel)[] variable = AddCertificates(context, certificates, keys, passwords, builder);
        if (variable.Length == 0 && !certificates.IsEmpty && config.Get(Known.SslCertificateCompression)) WarnOfPlatform(builder, Known.SslCertificateCompression);
        context.SetRecordSize(config.Get(Known.SslBufferSize));
        SetTrust(context, config, builder);
        ClientOcspModel? clientOcsp = OcspCompiler.CompileClients(config, builder);
        if (PathOf(config.Get(Known.SslDhParam), fullPath) is { } dh) context.SetDhParameters(dh);
        if (!config.Get(Known.SslEchFile).IsEmpty) WarnOfPlatform(builder, Known.SslEchFile);
        context.SetCurves(config.Get(Known.SslEcdhCurve));
        SetSessions(context, config, certificates, builder);
        IReadOnlyList<StapleRenewal> renewals = OcspCompiler.CompileStapling(context, config, builder);
        if (config.Get(Known.SslEarlyData)) context.EnableEarlyData();
        ImmutableArray<SslCommandConfig> commands = config.Get(Known.SslConfCommand);
        if (!commands.IsEmpty) context.Configure(commands.Select(c => (c.Name, c.Value)), fullPath);
        return new TlsServerModel(context, variable, new VariableCertificates(config.Get(Known.SslCertificateCache), passwords, builder))
        {
            RejectsHandshake = rejects,
            HasCertificates = !certificates.IsEmpty,
            StapleRenewals = renewals,
            ClientOcsp = clientOcsp,
        };
    }

    private static (TemplateModel, TemplateModel)[] AddCertificates(
        TlsContext context, ImmutableArray<SslFileConfig> certificates, ImmutableArray<SslFileConfig> keys, IReadOnlyList<byte[]> passwords, ModelBuilder builder)
    {
        bool areVariable = false;
        for (int i = 0; i < certificates.Length; i++) areVariable |= !certificates[i].Source.IsConstant || !keys[i].Source.IsConstant;
        if (areVariable)
        {
            context.LoadCertificatesPerConnection();
            return [.. certificates.Zip(keys, (c, k) => (builder.Compile(c.Source), builder.Compile(k.Source)))];
        }
        for (int i = 0; i < certificates.Length; i++)
            builder.TlsObjects.AddCertificate(context, Resolve(certificates[i], builder.Config), Resolve(keys[i], builder.Config), passwords);
        return [];
    }

    private static void SetTrust(TlsContext context, ServerConfig config, ModelBuilder builder)
    {
        Func<string, string> fullPath = builder.Config.GetPathBesideFile;
        SslVerifyClient verify = config.Get(Known.SslVerifyClient);
        string? client = PathOf(config.Get(Known.SslClientCertificate), fullPath);
        string? trusted = PathOf(config.Get(Known.SslTrustedCertificate), fullPath);
        if (verify != SslVerifyClient.Off)
        {
            if (verify != SslVerifyClient.OptionalNoCa && client is null && trusted is null)
                throw new GatewayCompilationException("no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client");
            context.VerifyPeer(config.Get(Known.SslVerifyDepth));
            if (client is not null) context.Trust(builder.TlsObjects.Authorities(client), announce: true);
        }
        if (trusted is not null) context.Trust(builder.TlsObjects.Authorities(trusted), announce: false);
        if (PathOf(config.Get(Known.SslCrl), fullPath) is { } crl) context.AddRevocationLists(builder.TlsObjects.RevocationLists(crl));
    }

    private static void SetSessions(TlsContext context, ServerConfig config, ImmutableArray<SslFileConfig> certificates, ModelBuilder builder)
    {
        SslSessionCacheConfig cache = config.Get(Known.SslSessionCache);
        int seconds = (int)Math.Min(config.Get(Known.SslSessionTimeout).TotalSeconds, int.MaxValue);
        TlsSessionCache? shared = cache.SharedName is { } name ? builder.Services.TlsSessions.Get(name, cache.SharedSize) : null;
        bool usesBuiltIn = cache.BuiltIn == SslBuiltInCache.On;
        TlsSessionMode mode = cache.BuiltIn switch
        {
            SslBuiltInCache.Off => TlsSessionMode.Off,
            SslBuiltInCache.None => TlsSessionMode.None,
            _ => shared is null ? TlsSessionMode.BuiltIn : TlsSessionMode.Shared,
        };
        context.SetSessions(mode, seconds, usesBuiltIn, cache.BuiltInSize, shared, certificates.Select(c => c.Source.Source));
        if (!config.Get(Known.SslSessionTickets)) context.DisableTickets();
        ImmutableArray<SslPathConfig> ticketKeys = config.Get(Known.SslSessionTicketKey);
        if (!ticketKeys.IsEmpty) context.SetTicketKeys(TlsTicketKeys.FromFiles([.. ticketKeys.Select(k => ReadTicketKey(k, builder.Config))]));
        else if (mode == TlsSessionMode.Shared) context.SetTicketKeys(shared!.TicketKeys);
    }

    private static byte[] ReadTicketKey(SslPathConfig file, MainConfig config)
    {
        string path = config.GetPathBesideFile(file.Path);
        byte[] bytes = ReadFile(path, file);
        return bytes.Length is 48 or 80 ? bytes : throw new GatewayCompilationException($"\"{path}\" must be 48 or 80 bytes", file.Span);
    }

    private static List<byte[]> ReadPasswords(SslPathConfig file, MainConfig config)
    {
        const int longestLine = 512;
        string path = config.GetPathBesideFile(file.Path);
        byte[] bytes = ReadFile(path, file);
        var passwords = new List<byte[]>();
        foreach (Range range in ((ReadOnlySpan<byte>)bytes).Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = bytes.AsSpan(range).TrimEnd((byte)'\r');
            if (line.Length >= longestLine) throw new GatewayCompilationException($"too long line in \"{path}\"", file.Span);
            if (!line.IsEmpty) passwords.Add(line.ToArray());
        }
        if (passwords.Count == 0) passwords.Add([]);
        return passwords;
    }

    /// <summary>A small file as a whole; a pipe is read to its end.</summary>
    private static byte[] ReadFile(string latin1Path, SslPathConfig file)
    {
        try
        {
            using FileStream stream = new(ByteText.ToDisplay(latin1Path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            using var all = new MemoryStream();
            stream.CopyTo(all);
            return all.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e is FileNotFoundException or DirectoryNotFoundException ? "2: No such file or directory"
                : e is UnauthorizedAccessException ? "13: Permission denied"
                : e.Message;
            throw new GatewayCompilationException($"open() \"{latin1Path}\" failed ({reason})", file.Span);
        }
    }

    private static void WarnOfPlatform(ModelBuilder builder, Directive directive) => builder.Warn($"\"{directive.Name}\" is not supported on this platform, ignored");

    private static string Resolve(SslFileConfig file, MainConfig config)
    {
        string source = file.Source.ConstantValue;
        return IsPath(source) ? config.GetPathBesideFile(source) : source;
    }

    private static string? PathOf(SslPathConfig? file, Func<string, string> fullPath) => file is { Path.Length: > 0 } ? fullPath(file.Path) : null;

    private static GatewayCompilationException NoCertificate(ServerConfig server) =>
        new("no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive", server.Span);
}
