using Hawser.Gateway.Exchange;
using Hawser.Gateway.Filters;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Phases;
using Hawser.Gateway.Phases.Access;
using Hawser.Gateway.Phases.Limits;

namespace Hawser.Gateway.Compilation;

/// <summary>
/// The settings that hold for a request once its location is known, each group compiled by the feature that uses it. A server
/// has one too, for requests no location matched and for the time before.
/// </summary>
public sealed class LocationModel
{
    /// <summary>As configured: <c>/websocket/</c>, <c>@fallback</c>, the pattern of a regex location; empty for a server's own.</summary>
    public required string Name { get; init; }

    /// <summary>The name as bytes, as far as it is a prefix of the paths it matches.</summary>
    public Hawser.IO.Buffers.ByteSlice Prefix { get; init; }

    public bool IsNamed { get; init; }

    /// <summary>An <c>=</c> location.</summary>
    public bool IsExact { get; init; }

    /// <summary>A regex location: there is no prefix to replace.</summary>
    public bool IsRegex { get; init; }

    /// <summary>Only redirects inside the server come here.</summary>
    public bool IsInternal { get; init; }

    public required CoreModel Core { get; init; }

    public required RewriteModel Rewrite { get; init; }

    /// <summary>Whom trusted proxies may name as the client; null where none is trusted.</summary>
    public RealAddress? RealAddress { get; init; }

    /// <summary>Null where nothing is limited.</summary>
    public LimitPhase? Limits { get; init; }

    /// <summary>Null where everybody may come in.</summary>
    public AccessPhase? Access { get; init; }

    /// <summary>Settings for methods that <c>limit_except</c> does not list; null without one.</summary>
    public LimitExceptModel? LimitExcept { get; init; }

    public required ErrorPagesModel ErrorPages { get; init; }

    public required ResponseHeadersModel Headers { get; init; }

    /// <summary><c>gzip</c> and its relatives; null where all are off.</summary>
    public CompressionModel? Compression { get; init; }

    /// <summary><c>charset</c>; null where the configuration names none.</summary>
    public CharsetModel? Charset { get; init; }

    public required FilesModel Files { get; init; }

    public TryFilesModel? TryFiles { get; init; }

    /// <summary>How fast answers are sent.</summary>
    public required RateLimit RateLimit { get; init; }

    /// <summary>Null where nothing is mirrored.</summary>
    public MirrorModel? Mirror { get; init; }

    public required LoggingModel Logging { get; init; }

    /// <summary>What makes the answer: a proxy, or null for static files.</summary>
    public IContentHandler? Content { get; init; }

    /// <summary>For a prefix location that ends in <c>/</c> and is proxied: a request without the slash is redirected (301).</summary>
    public bool RedirectsWithSlash { get; init; }
}
