using System.Security.Authentication;
using Hawser.Testing;

namespace Hawser.Differential;

/// <summary>The certificates of a case, made once and so the same for both gateways, and how its clients and backends speak TLS with them.</summary>
public sealed class CaseCertificates
{
    /// <summary>The certificate that is there without being declared: for <c>localhost</c> and 127.0.0.1.</summary>
    public const string Default = "localhost";

    private readonly Dictionary<string, CaseSection> _sections = [];
    private readonly SortedDictionary<string, TestCertificate> _made = new(StringComparer.Ordinal);

    /// <summary>Takes the sections <c>== certificate NAME [names=NAME,…] [by=NAME] [rsa] [expired]</c>.</summary>
    public CaseCertificates(IReadOnlyList<CaseSection> sections)
    {
        foreach (var section in sections.Where(section => section.Name == "certificate"))
        {
            var name = section.Operand ?? throw new CaseException(section.Line, "a certificate needs a name");
            if (!_sections.TryAdd(name, section))
                throw new CaseException(section.Line, $"a second certificate \"{name}\"");
        }

        foreach (var name in _sections.Keys)
            Use(name);
    }

    /// <summary>The files of the prefix directory: <c>NAME.pem</c> and <c>NAME.key</c>.</summary>
    public IEnumerable<CaseFixture> Files => _made.SelectMany(pair => new CaseFixture[]
    {
        new($"{pair.Key}.pem", pair.Value.Pem, null, null), new($"{pair.Key}.key", pair.Value.KeyPem, null, null),
    });

    /// <summary>A certificate, made when it is first asked for.</summary>
    public TestCertificate Use(string name, int line = 1)
    {
        if (!_made.TryGetValue(name, out var certificate))
            _made[name] = certificate = Make(name, line);
        return certificate;
    }

    /// <summary>How the client of a section <c>== request tls [sni=NAME] [alpn=NAME,…] [version=1.2|1.3] [certificate=NAME]</c> speaks TLS.</summary>
    public TlsPeer ClientPeer(CaseSection section) => Peer(section) with
    {
        ServerName = section.Option("sni") ?? "localhost",
        Certificate = section.Option("certificate") is { } name ? Use(name, section.Line) : null,
    };

    /// <summary>How the backend of a section <c>== backend tls=NAME [alpn=NAME,…] [version=1.2|1.3] [client=asked]</c> speaks TLS; null when it does not.</summary>
    public TlsPeer? BackendPeer(CaseSection section) => section.Option("tls") is { } name
        ? Peer(section) with { Certificate = Use(name, section.Line), AsksForCertificate = section.Option("client") == "asked" }
        : null;

    private static TlsPeer Peer(CaseSection section) => new()
    {
        Protocols = section.Option("alpn")?.Split(',') ?? [],
        Version = section.Option("version") switch
        {
            null => SslProtocols.None,
            "1.2" => SslProtocols.Tls12,
            "1.3" => SslProtocols.Tls13,
            var other => throw new CaseException(section.Line, $"version={other}: 1.2 or 1.3 is meant"),
        },
    };

    private TestCertificate Make(string name, int line)
    {
        if (!_sections.TryGetValue(name, out var section))
            return name == Default ? TestCertificate.Create(Default) : throw new CaseException(line, $"no certificate is called \"{name}\"");
        var names = section.Option("names")?.Split(',') ?? [name];
        if (section.Option("by") is { } issuer)
            return Use(issuer, section.Line).Issue(names);
        if (section.Arguments.Contains("rsa"))
            return TestCertificate.CreateRsa(2048, names);
        return section.Arguments.Contains("expired") ? TestCertificate.CreateExpired(names) : TestCertificate.Create(names);
    }
}
