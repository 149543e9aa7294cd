using System.Collections.Immutable;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Model;

/// <summary><c>proxy_pass URL</c></summary>
/// <param name="Url">As written; with variables it is evaluated for each request.</param>
/// <param name="IsTls">True for <c>https</c>; meaningless with variables.</param>
/// <param name="Address">Where it goes, or the name of an upstream group; null with variables.</param>
/// <param name="Uri">
/// What replaces the part of the request's path that the location matched; empty if the URL ends with the address, so that the path is
/// passed on as the client sent it.
/// </param>
/// <param name="HostHeader">The value of <c>$proxy_host</c>; empty with variables.</param>
/// <param name="Span">The directive.</param>
public sealed record ProxyPassConfig(Template Url, bool IsTls, EndpointAddress? Address, string Uri, string HostHeader, SourceSpan Span)
{
    /// <summary>True if the URL has variables.</summary>
    public bool IsDynamic => Address is null;
}

/// <summary>The HTTP version towards an upstream.</summary>
public enum ProxyHttpVersion
{
    /// <summary>HTTP/1.0, one request per connection.</summary>
    Http10,

    /// <summary>HTTP/1.1.</summary>
    Http11,
}

/// <summary><c>proxy_set_header name value</c></summary>
/// <param name="Name">The field's name.</param>
/// <param name="Value">Its value; a field whose value is empty is not sent.</param>
/// <param name="Span">The directive.</param>
public sealed record ProxyHeaderConfig(string Name, Template Value, SourceSpan Span);

/// <summary>One <c>proxy_redirect</c>, <c>proxy_cookie_domain</c> or <c>proxy_cookie_path</c>.</summary>
/// <param name="Pattern">The expression to find; null if <paramref name="Prefix"/> is given.</param>
/// <param name="Prefix">The text to find; null if <paramref name="Pattern"/> is given.</param>
/// <param name="Replacement">What takes its place.</param>
/// <param name="IsDefault"><c>proxy_redirect default</c>: from the URL of <c>proxy_pass</c> to the location's path.</param>
/// <param name="Span">The directive.</param>
public sealed record ProxyRewriteConfig(RegexPattern? Pattern, Template? Prefix, Template Replacement, bool IsDefault, SourceSpan Span);

/// <summary>All <c>proxy_redirect</c>, <c>proxy_cookie_domain</c> or <c>proxy_cookie_path</c> of a block.</summary>
/// <param name="IsOff"><c>off</c>: nothing is rewritten, not even what is inherited.</param>
/// <param name="Rules">The rules in source order.</param>
public sealed record ProxyRewriteSet(bool IsOff, ImmutableArray<ProxyRewriteConfig> Rules);

/// <summary>One <c>proxy_cookie_flags</c>.</summary>
/// <param name="Pattern">The expression for cookie names; null if <paramref name="Cookie"/> is given.</param>
/// <param name="Cookie">The cookie's name; null if <paramref name="Pattern"/> is given.</param>
/// <param name="Flags">Flags such as <c>secure</c>, <c>nosamesite</c>; may hold variables.</param>
/// <param name="Span">The directive.</param>
public sealed record ProxyCookieFlagsConfig(
    RegexPattern? Pattern, Template? Cookie, ImmutableArray<Template> Flags, SourceSpan Span);

/// <summary>All <c>proxy_cookie_flags</c> of a block.</summary>
/// <param name="IsOff"><c>off</c></param>
/// <param name="Rules">The rules in source order; the first that matches a cookie is used.</param>
public sealed record ProxyCookieFlagsSet(bool IsOff, ImmutableArray<ProxyCookieFlagsConfig> Rules);

/// <summary><c>proxy_bind address [transparent]</c></summary>
/// <param name="Address">The local address, with or without a port; may hold variables. Null for <c>off</c>.</param>
/// <param name="IsTransparent"><c>transparent</c></param>
public sealed record ProxyBindConfig(Template? Address, bool IsTransparent);

/// <summary>The cases of <c>proxy_next_upstream</c>.</summary>
[Flags]
public enum NextUpstream
{
    /// <summary>No case.</summary>
    None = 0,

    /// <summary>An error while connecting, sending or reading the head.</summary>
    Error = 1 << 0,

    /// <summary>A timeout in the same places.</summary>
    Timeout = 1 << 1,

    /// <summary>An invalid or empty answer.</summary>
    InvalidHeader = 1 << 2,

    /// <summary>Also requests that are not idempotent, once they are sent.</summary>
    NonIdempotent = 1 << 3,

    /// <summary>Status 500.</summary>
    Http500 = 1 << 4,

    /// <summary>Status 502.</summary>
    Http502 = 1 << 5,

    /// <summary>Status 503.</summary>
    Http503 = 1 << 6,

    /// <summary>Status 504.</summary>
    Http504 = 1 << 7,

    /// <summary>Status 403.</summary>
    Http403 = 1 << 8,

    /// <summary>Status 404.</summary>
    Http404 = 1 << 9,

    /// <summary>Status 429.</summary>
    Http429 = 1 << 10,

    /// <summary>Of use to caches only.</summary>
    Updating = 1 << 11,

    /// <summary>Never, whatever else is set.</summary>
    Off = 1 << 12,
}

/// <summary>Response fields of an upstream whose effect <c>proxy_ignore_headers</c> turns off.</summary>
[Flags]
public enum IgnoredHeaders
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>X-Accel-Redirect</c></summary>
    XAccelRedirect = 1 << 0,

    /// <summary><c>X-Accel-Expires</c></summary>
    XAccelExpires = 1 << 1,

    /// <summary><c>X-Accel-Limit-Rate</c></summary>
    XAccelLimitRate = 1 << 2,

    /// <summary><c>X-Accel-Buffering</c></summary>
    XAccelBuffering = 1 << 3,

    /// <summary><c>X-Accel-Charset</c></summary>
    XAccelCharset = 1 << 4,

    /// <summary><c>Expires</c></summary>
    Expires = 1 << 5,

    /// <summary><c>Cache-Control</c></summary>
    CacheControl = 1 << 6,

    /// <summary><c>Set-Cookie</c></summary>
    SetCookie = 1 << 7,

    /// <summary><c>Vary</c></summary>
    Vary = 1 << 8,
}
