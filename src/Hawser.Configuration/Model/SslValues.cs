using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Model;

/// <summary>A file that a directive of TLS names: a path relative to the directory of the main file, or <c>data:</c> with PEM.</summary>
/// <param name="Source">As written; with variables it is evaluated in each handshake.</param>
/// <param name="Span">The directive.</param>
public sealed record SslFileConfig(Template Source, SourceSpan Span);

/// <summary>A file whose name has no variables.</summary>
/// <param name="Path">As written, relative to the directory of the main file; empty turns an inherited one off.</param>
/// <param name="Span">The directive.</param>
public sealed record SslPathConfig(string Path, SourceSpan Span);

/// <summary><c>ssl_conf_command name value</c></summary>
public sealed record SslCommandConfig(string Name, string Value, SourceSpan Span);

/// <summary>Protocol versions, as bits.</summary>
[Flags]
public enum SslProtocols
{
    /// <summary>None was named.</summary>
    None = 0,

    /// <summary>Accepted for compatibility; OpenSSL has no SSL 2 any more.</summary>
    Ssl2 = 1,

    /// <summary>SSL 3.</summary>
    Ssl3 = 2,

    /// <summary>TLS 1.0.</summary>
    Tls10 = 4,

    /// <summary>TLS 1.1.</summary>
    Tls11 = 8,

    /// <summary>TLS 1.2.</summary>
    Tls12 = 16,

    /// <summary>TLS 1.3.</summary>
    Tls13 = 32,
}

/// <summary><c>ssl_verify_client</c></summary>
public enum SslVerifyClient
{
    /// <summary>No certificate is asked for.</summary>
    Off,

    /// <summary>A good certificate is required.</summary>
    On,

    /// <summary>If there is one, it must be good.</summary>
    Optional,

    /// <summary>If there is one, its authority need not be known.</summary>
    OptionalNoCa,
}

/// <summary><c>ssl_ocsp</c></summary>
public enum SslOcsp
{
    /// <summary>No certificate is asked about.</summary>
    Off,

    /// <summary>All certificates of the client's chain are.</summary>
    On,

    /// <summary>Only the client's own is.</summary>
    Leaf,
}

/// <summary>OpenSSL's part in <c>ssl_session_cache</c></summary>
public enum SslBuiltInCache
{
    /// <summary>There is none, but clients may think so.</summary>
    None,

    /// <summary>Clients are told that there is none.</summary>
    Off,

    /// <summary>Each context has one.</summary>
    On,

    /// <summary>Only the shared cache counts.</summary>
    SharedOnly,
}

/// <summary><c>ssl_session_cache off | none | [builtin[:size]] [shared:name:size]</c></summary>
/// <param name="BuiltIn">OpenSSL's own cache.</param>
/// <param name="BuiltInSize">Sessions it may hold; null leaves OpenSSL's 20480.</param>
/// <param name="SharedName">The name of the cache that loops and servers share; null without.</param>
/// <param name="SharedSize">Its size in bytes.</param>
public sealed record SslSessionCacheConfig(SslBuiltInCache BuiltIn, int? BuiltInSize, string? SharedName, long SharedSize);

/// <summary><c>ssl_ocsp_cache shared:name:size</c></summary>
/// <param name="Name">Caches of one name are one.</param>
/// <param name="Size">Its size in bytes.</param>
public sealed record SslOcspCacheConfig(string Name, long Size);

/// <summary><c>ssl_certificate_cache max=N [inactive=time] [valid=time]</c></summary>
/// <param name="Max">Certificates and keys that each event loop keeps at most.</param>
/// <param name="Inactive">What has not been used for longer makes room for others.</param>
/// <param name="Valid">How long a file is believed before it is looked at again.</param>
public sealed record CertificateCacheConfig(int Max, TimeSpan Inactive, TimeSpan Valid);
