using System.Collections.Immutable;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Model;

/// <summary>The media types a filter works on: <c>gzip_types</c>, <c>charset_types</c>.</summary>
/// <param name="MatchesAll"><c>*</c> was among them.</param>
/// <param name="Types">The types in lower case.</param>
public sealed record FilteredTypes(bool MatchesAll, ImmutableArray<string> Types);

/// <summary><c>gzip_proxied</c>: when answers to requests that came through a proxy (Via) are compressed.</summary>
[Flags]
public enum GzipProxied
{
    /// <summary>Never; the default.</summary>
    Off = 1,

    /// <summary>With an Expires field that forbids caching.</summary>
    Expired = 1 << 1,

    /// <summary>With <c>Cache-Control: no-cache</c>.</summary>
    NoCache = 1 << 2,

    /// <summary>With <c>Cache-Control: no-store</c>.</summary>
    NoStore = 1 << 3,

    /// <summary>With <c>Cache-Control: private</c>.</summary>
    Private = 1 << 4,

    /// <summary>Without Last-Modified.</summary>
    NoLastModified = 1 << 5,

    /// <summary>Without ETag.</summary>
    NoETag = 1 << 6,

    /// <summary>For requests with Authorization.</summary>
    Auth = 1 << 7,

    /// <summary>Always.</summary>
    Any = 1 << 8,
}

/// <summary><c>gzip_disable</c></summary>
/// <param name="Msie6">Internet Explorer 4 to 6, but for 6 with SP2 (<c>SV1</c>).</param>
/// <param name="Agents">Expressions for User-Agent, compared without case.</param>
public sealed record GzipDisable(bool Msie6, ImmutableArray<RegexPattern> Agents);

/// <summary><c>gzip_static</c></summary>
public enum GzipStatic
{
    /// <summary>Files are sent as they are.</summary>
    Off,

    /// <summary>A file with <c>.gz</c> appended is sent to clients that take gzip.</summary>
    On,

    /// <summary>It is sent to all.</summary>
    Always,
}

/// <summary><c>charset</c>, <c>source_charset</c></summary>
/// <param name="Name">The name, which may depend on the request; null for <c>off</c>.</param>
/// <param name="Span">The directive; null for the default.</param>
public sealed record CharsetConfig(Template? Name, SourceSpan? Span);

/// <summary><c>charset_map source target { }</c></summary>
/// <param name="Source">The charset of the first column: one byte for each character.</param>
/// <param name="Target">The charset of the second column; <c>utf-8</c> has one to three bytes for each character.</param>
/// <param name="Entries">The lines.</param>
public sealed record CharsetMapConfig(string Source, string Target, ImmutableArray<CharsetMapEntry> Entries)
{
    /// <summary>Whether the second column is UTF-8.</summary>
    public bool IsUtf8 => Target.Equals("utf-8", StringComparison.OrdinalIgnoreCase);
}

/// <summary>One line of a <c>charset_map</c>.</summary>
/// <param name="Source">The byte in the source charset.</param>
/// <param name="Target">The bytes in the target charset.</param>
public sealed record CharsetMapEntry(byte Source, ImmutableArray<byte> Target);
