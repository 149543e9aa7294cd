using System.Collections.Immutable;
using System.Net;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Model;

/// <summary><c>number size</c>: buffers.</summary>
/// <param name="Count">How many.</param>
/// <param name="Size">Bytes of each.</param>
public readonly record struct BufferSpec(int Count, long Size)
{
    /// <summary>Bytes of all together.</summary>
    public long Total => Count * Size;
}

/// <summary>A size that may depend on the request.</summary>
/// <param name="Bytes">The bytes if constant.</param>
/// <param name="Template">What to evaluate and read as a size; null if constant.</param>
public sealed record DynamicSize(long Bytes, Template? Template);

/// <summary><c>keepalive_timeout timeout [header_timeout]</c></summary>
/// <param name="Timeout">How long an idle connection stays open; zero turns keep-alive off.</param>
/// <param name="Header">The value of the <c>Keep-Alive</c> header; zero sends none.</param>
public readonly record struct KeepAliveTimeout(TimeSpan Timeout, TimeSpan Header);

/// <summary><c>root</c> or <c>alias</c></summary>
/// <param name="Path">The full directory without a slash at its end (<c>root</c>), or what replaces the location's path (<c>alias</c>).</param>
/// <param name="IsAlias">Which of the two.</param>
public sealed record RootConfig(Template Path, bool IsAlias);

/// <summary><c>error_page code … [=[response]] uri</c>, one entry per code</summary>
/// <param name="Status">The code handled: 300 to 599, never 499.</param>
/// <param name="Overwrite">The status to answer with; 0 for <c>=</c> alone (whatever the page answers); -1 keeps the original one.</param>
/// <param name="Target">A URI, a named location or a URL. Its query string is in <paramref name="Arguments"/> if it is a constant local URI.</param>
/// <param name="Arguments">The query string of a constant local URI; empty if there is none.</param>
/// <param name="Span">The directive.</param>
public sealed record ErrorPageConfig(int Status, int Overwrite, Template Target, string Arguments, SourceSpan Span);

/// <summary><c>try_files file … uri</c></summary>
/// <param name="Files">What is tried, in order.</param>
/// <param name="Fallback">The URI or named location for the rest; null with <paramref name="Status"/>.</param>
/// <param name="Status"><c>=code</c>; 0 with <paramref name="Fallback"/>.</param>
public sealed record TryFilesConfig(ImmutableArray<TryFile> Files, Template? Fallback, int Status);

/// <summary>One candidate of <c>try_files</c>.</summary>
/// <param name="Path">The path, without the slash that asks for a directory.</param>
/// <param name="IsDirectory">True if it was written with a slash at its end.</param>
public sealed record TryFile(Template Path, bool IsDirectory);

/// <summary>One <c>allow</c> or <c>deny</c>.</summary>
/// <param name="Allow">Which of the two.</param>
/// <param name="Peer">Whom it concerns.</param>
/// <param name="Network">The network for <see cref="AccessPeer.Network"/>.</param>
/// <param name="Span">The directive.</param>
public sealed record AccessRule(bool Allow, AccessPeer Peer, IPNetwork Network, SourceSpan Span);

/// <summary>Whom an <see cref="AccessRule"/> concerns.</summary>
public enum AccessPeer
{
    /// <summary>Everybody.</summary>
    All,

    /// <summary>Addresses of a network.</summary>
    Network,

    /// <summary>Peers on Unix sockets.</summary>
    Unix,
}

/// <summary><c>satisfy</c></summary>
public enum Satisfy
{
    /// <summary>Every check of access must pass.</summary>
    All,

    /// <summary>One is enough.</summary>
    Any,
}

/// <summary><c>server_tokens</c></summary>
public enum ServerTokens
{
    /// <summary>The product's name alone.</summary>
    Off,

    /// <summary>With the version.</summary>
    On,

    /// <summary>With the version and the build's name.</summary>
    Build,
}

/// <summary><c>lingering_close</c></summary>
public enum LingeringClose
{
    /// <summary>Never wait for more of the client's data.</summary>
    Off,

    /// <summary>Wait if there may be more.</summary>
    On,

    /// <summary>Always wait.</summary>
    Always,
}

/// <summary><c>client_body_in_file_only</c></summary>
public enum BodyInFile
{
    /// <summary>Only what does not fit the buffer.</summary>
    Off,

    /// <summary>Always, and the file stays.</summary>
    On,

    /// <summary>Always, and the file goes with the request.</summary>
    Clean,
}

/// <summary><c>if_modified_since</c></summary>
public enum IfModifiedSince
{
    /// <summary>The header is ignored.</summary>
    Off,

    /// <summary>The times must be equal.</summary>
    Exact,

    /// <summary>The file must not be newer.</summary>
    Before,
}

/// <summary><c>keepalive_disable</c></summary>
[Flags]
public enum KeepAliveDisable
{
    /// <summary>For no browser.</summary>
    None = 0,

    /// <summary>Old Internet Explorers, after a POST.</summary>
    Msie6 = 1,

    /// <summary>Safari on macOS.</summary>
    Safari = 2,
}

/// <summary>A directory for temporary files.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Levels">The widths of its levels of subdirectories, at most three; empty for none.</param>
public sealed record TempPathConfig(string Path, ImmutableArray<int> Levels);

/// <summary>One extension of <c>types</c>.</summary>
/// <param name="Extension">Without the dot, in lower case.</param>
/// <param name="Type">The media type.</param>
public sealed record MediaType(string Extension, string Type);

/// <summary><c>add_header</c>, <c>add_trailer</c></summary>
/// <param name="Name">The field's name.</param>
/// <param name="Value">Its value; a field whose value is empty is not added.</param>
/// <param name="Always">True if it is added whatever the status.</param>
/// <param name="Span">The directive.</param>
public sealed record AddHeaderConfig(string Name, Template Value, bool Always, SourceSpan Span);

/// <summary><c>add_header_inherit</c>, <c>add_trailer_inherit</c></summary>
public enum HeaderInheritance
{
    /// <summary>Inherited if the block has none of its own.</summary>
    On,

    /// <summary>Not inherited.</summary>
    Off,

    /// <summary>Added to the block's own.</summary>
    Merge,
}

/// <summary><c>expires</c></summary>
/// <param name="Kind">What is sent.</param>
/// <param name="Time">The offset; may be negative. For <see cref="ExpiresKind.Daily"/> the time of day.</param>
/// <param name="Template">What to evaluate and read as a value of <c>expires</c>; null if constant.</param>
public sealed record ExpiresConfig(ExpiresKind Kind, TimeSpan Time, Template? Template)
{
    /// <summary>Reads a value of <c>expires</c>. Also for values that variables yield while requests are served.</summary>
    /// <param name="text">The value.</param>
    /// <param name="kind"><see cref="ExpiresKind.Access"/> or <see cref="ExpiresKind.Modified"/>.</param>
    /// <param name="error">nginx's words for what is wrong; null if nothing is.</param>
    public static ExpiresConfig? Parse(string text, ExpiresKind kind, out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        error = null;
        if (kind != ExpiresKind.Modified)
        {
            ExpiresKind? word = text switch
            {
                "epoch" => ExpiresKind.Epoch,
                "max" => ExpiresKind.Max,
                "off" => ExpiresKind.Off,
                _ => null,
            };
            if (word is not null)
                return new ExpiresConfig(word.Value, TimeSpan.Zero, null);
        }

        char sign = text.Length == 0 ? '\0' : text[0];
        if (sign == '@')
        {
            if (kind == ExpiresKind.Modified)
            {
                error = "daily time cannot be used with \"modified\" parameter";
                return null;
            }
            kind = ExpiresKind.Daily;
        }
        if (ValueParser.Seconds(sign is '@' or '+' or '-' ? text.AsSpan(1) : text) is not { } time)
        {
            error = "invalid value";
            return null;
        }
        if (kind == ExpiresKind.Daily && time > TimeSpan.FromDays(1))
        {
            error = "daily time value must be less than 24 hours";
            return null;
        }
        return new ExpiresConfig(kind, sign == '-' ? -time : time, null);
    }
}


/// <summary>The forms of <c>expires</c>.</summary>
public enum ExpiresKind
{
    /// <summary>Nothing is sent.</summary>
    Off,

    /// <summary><c>epoch</c></summary>
    Epoch,

    /// <summary><c>max</c></summary>
    Max,

    /// <summary>Relative to now.</summary>
    Access,

    /// <summary><c>modified</c>: relative to the file's change.</summary>
    Modified,

    /// <summary><c>@time</c>: at a time of day.</summary>
    Daily,
}

/// <summary><c>open_file_cache</c></summary>
/// <param name="Max">Most entries.</param>
/// <param name="Inactive">Dropped after so long without use.</param>
public sealed record OpenFileCacheConfig(int Max, TimeSpan Inactive);

/// <summary><c>resolver</c></summary>
/// <param name="Servers">The name servers, asked in turn; port 53 where none is written.</param>
/// <param name="Valid"><c>valid=</c>: replaces the lifetime of answers; null keeps it.</param>
/// <param name="UseIPv4"><c>ipv4=</c></param>
/// <param name="UseIPv6"><c>ipv6=</c></param>
/// <param name="Span">The directive.</param>
public sealed record ResolverConfig(ImmutableArray<EndpointAddress> Servers, TimeSpan? Valid, bool UseIPv4, bool UseIPv6, SourceSpan Span);

/// <summary><c>websocket</c></summary>
public enum WebSocketMode
{
    /// <summary>A valid opening handshake is forwarded as one, whatever the configuration says about headers and versions.</summary>
    Auto,

    /// <summary>Exactly nginx's behaviour.</summary>
    Nginx,

    /// <summary>Handshakes are refused with 403.</summary>
    Off,
}

/// <summary><c>disable_symlinks</c></summary>
/// <param name="Check">What is refused.</param>
/// <param name="From">The part of the path that is not checked; null checks all of it.</param>
public sealed record SymlinkPolicy(SymlinkCheck Check, Template? From);

/// <summary>What <c>disable_symlinks</c> refuses.</summary>
public enum SymlinkCheck
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>Every symbolic link.</summary>
    On,

    /// <summary>Links whose owner is not that of their target.</summary>
    IfNotOwner,
}
