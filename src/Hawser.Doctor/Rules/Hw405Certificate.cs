using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>The certificate is missing, expired, for other names, or its key is another's.</summary>
internal sealed class Hw405Certificate : Rule
{
    public override string Id => "HW405";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        if (context.Http is not { } http) return;
        foreach (ServerConfig server in http.Servers)
        {
            if (!context.IsTls(server) || context.Syntax.NodeOf(server) is not { } block) continue;
            if (context.Syntax.FindInherited(block, "ssl_certificate") is { Arguments: [var file] } node)
            {
                if (!context.IsHidden(node.Span) && !file.Value.Contains('$')) CheckFile(context, sink, server, block, file);
            }
            else if (context.Syntax.FindInherited(block, "ssl_reject_handshake") is not { Arguments: [{ Value: "on" }] } && !MayBeElsewhere(context, block))
            {
                DirectiveNode listen = context.Syntax.ChildrenOf(block).FirstOrDefault(static n => n.Name == "listen" && n.Arguments.Any(static a => a.Value is "ssl" or "quic")) ?? block;
                sink.Report(FindingSeverity.Error, listen.Span, "none", null, Values(server.PrimaryName, ""));
            }
        }
    }

    private static bool MayBeElsewhere(DoctorContext context, DirectiveNode block)
    {
        if (context.Inspection.Shape == ConfigurationShape.Server || context.HiddenIn(block.Span.File).Count > 0) return true;
        for (DirectiveNode? at = block; at is not null; at = context.Syntax.ParentOf(at))
        {
            if (context.MissingIncludeIn(at) is not null) return true;
        }
        return context.Syntax.All.Any(n => ReferenceEquals(context.Syntax.ParentOf(n), block) && n.Name.StartsWith("ssl_certificate_by", StringComparison.Ordinal));
    }

    private static void CheckFile(DoctorContext context, FindingSink sink, ServerConfig server, DirectiveNode block, Argument file)
    {
        if (file.Value.StartsWith("data:", StringComparison.Ordinal) || file.Value.StartsWith("engine:", StringComparison.Ordinal)) return;
        string path = FullPath(context, file.Value);
        if (!File.Exists(path))
        {
            // On another machine than the one it is for, a configuration's files are not there.
            if (Directory.Exists(Path.GetDirectoryName(path)) && context.Inspection.Shape == ConfigurationShape.Main && Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(path)!).Any())
                sink.Report(FindingSeverity.Error, file.Span, "missing", null, Values(server.PrimaryName, path));
            return;
        }
        X509Certificate2 certificate;
        try
        {
            certificate = X509CertificateLoader.LoadCertificateFromFile(path);
        }
        catch (CryptographicException)
        {
            sink.Report(FindingSeverity.Error, file.Span, "unreadable", null, Values(server.PrimaryName, path));
            return;
        }
        using (certificate)
        {
            CheckContent(context, sink, server, file, path, certificate);
            CheckKey(context, sink, server, block, path, certificate);
        }
    }

    private static void CheckContent(DoctorContext context, FindingSink sink, ServerConfig server, Argument file, string path, X509Certificate2 certificate)
    {
        if (certificate.NotAfter.ToUniversalTime() < context.Options.Now.UtcDateTime)
        {
            sink.Report(FindingSeverity.Error, file.Span, "expired", null,
                Values(server.PrimaryName, path, certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        }
        foreach (ServerNameConfig name in server.Names)
        {
            bool isName = name.Kind == ServerNameKind.Exact && name.Text.Contains('.') && !System.Net.IPAddress.TryParse(name.Text, out _);
            if (isName && !certificate.MatchesHostname(name.Text))
                sink.Report(FindingSeverity.Error, file.Span, "name", null, Values(name.Text, path, certificate.GetNameInfo(X509NameType.DnsName, false)));
        }
    }

    private static void CheckKey(DoctorContext context, FindingSink sink, ServerConfig server, DirectiveNode block, string certificatePath, X509Certificate2 certificate)
    {
        if (context.Syntax.FindInherited(block, "ssl_certificate_key") is not { Arguments: [var key] } || key.Value.Contains('$') || context.IsHidden(key.Span)) return;
        string path = FullPath(context, key.Value);
        if (!File.Exists(path)) return;
        try
        {
            using X509Certificate2 pair = X509Certificate2.CreateFromPemFile(certificatePath, path);
        }
        catch (Exception refused) when (refused is CryptographicException or ArgumentException)
        {
            // A key in a password or a format of its own says nothing.
            string text = File.ReadAllText(path);
            if (text.Contains("ENCRYPTED", StringComparison.Ordinal) || !text.Contains("PRIVATE KEY", StringComparison.Ordinal)) return;
            sink.Report(FindingSeverity.Error, key.Span, "key", null, Values(server.PrimaryName, path));
        }
        catch (UnauthorizedAccessException)
        {
            // Only root reads keys: nothing to say.
        }
        _ = certificate;
    }

    private static string FullPath(DoctorContext context, string path) => path.StartsWith('/') ? path : context.Inspection.Config.Prefix + path;

    private static ReadOnlySpan<TextValue> Values(string server, string path, string detail = "") => (TextValue[])
        [TextValue.OfBytes("server", server), TextValue.OfBytes("path", path), TextValue.OfBytes("detail", detail)];
}
