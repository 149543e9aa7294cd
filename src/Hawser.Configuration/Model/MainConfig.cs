using System.Collections.Immutable;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Model;

/// <summary>A whole configuration: the top level of the file.</summary>
public sealed class MainConfig : ConfigScope
{
    internal MainConfig(string path, string prefix, string? defaultErrorLog = null)
        : base(ScopeKind.Main, null, null)
    {
        Path = path;
        Prefix = prefix;
        DefaultErrorLog = new ErrorLogConfig(defaultErrorLog == "stderr" ? null : defaultErrorLog ?? GetFullPath("logs/error.log"), ErrorLogLevel.Error, null);
        Events = new EventsConfig(this, null);
    }

    /// <summary>The full path of the main file.</summary>
    public string Path { get; }

    /// <summary>The directory (with a slash at its end) against which relative paths of logs, roots and temporary files are taken.</summary>
    public string Prefix { get; }

    /// <summary><c>events { }</c>. It exists, with defaults, even where it is not written.</summary>
    public EventsConfig Events { get; internal set; }

    /// <summary><c>http { }</c>; null if there is none.</summary>
    public HttpConfig? Http { get; internal set; }

    /// <summary>The log that counts where <c>error_log</c> is not written.</summary>
    internal ErrorLogConfig DefaultErrorLog { get; }

    /// <summary>The full path of a file that belongs to the configuration, a certificate for example: relative to the directory of the main file.</summary>
    public string GetPathBesideFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.StartsWith('/') ? path : Path[..(Path.LastIndexOf('/') + 1)] + path;
    }

    internal string GetFullPath(string path) => path.StartsWith('/') ? path : Prefix + path;
}

/// <summary><c>events { }</c></summary>
public sealed class EventsConfig : ConfigScope
{
    internal EventsConfig(ConfigScope parent, SourceSpan? span)
        : base(ScopeKind.Events, parent, span)
    {
    }
}

/// <summary><c>http { }</c></summary>
public sealed class HttpConfig : ConfigScope
{
    internal HttpConfig(ConfigScope parent, SourceSpan? span)
        : base(ScopeKind.Http, parent, span)
    {
    }

    /// <summary>The servers in source order.</summary>
    public ImmutableArray<ServerConfig> Servers { get; internal set; } = [];

    /// <summary>The addresses to listen on, each with the servers that share it, in source order.</summary>
    public ImmutableArray<ListenerConfig> Listeners { get; internal set; } = [];

    /// <summary>The <c>upstream</c> groups in source order. An address written in <c>proxy_pass</c> itself is not among them.</summary>
    public ImmutableArray<UpstreamConfig> Upstreams { get; internal set; } = [];

    /// <summary>The <c>map</c> blocks in source order. Where two set one variable, the last one counts.</summary>
    public ImmutableArray<MapConfig> Maps { get; internal set; } = [];

    /// <summary>The <c>geo</c> blocks.</summary>
    public ImmutableArray<GeoConfig> Geos { get; internal set; } = [];

    /// <summary>The <c>split_clients</c> blocks.</summary>
    public ImmutableArray<SplitClientsConfig> SplitClients { get; internal set; } = [];

    /// <summary>The zones of <c>limit_conn_zone</c> and <c>limit_req_zone</c>. Names are unique.</summary>
    public ImmutableArray<LimitZoneConfig> LimitZones { get; internal set; } = [];

    /// <summary>The log formats in source order, after the predefined <c>combined</c>.</summary>
    public ImmutableArray<LogFormatConfig> LogFormats { get; internal set; } = [];

    /// <summary>The names, in lower case, of the variables that <c>set</c>, <c>map</c> and named captures declare, in the order of their first declaration.</summary>
    public ImmutableArray<string> DeclaredVariables { get; internal set; } = [];

    /// <summary>The group of a name, compared without case; null if there is none.</summary>
    public UpstreamConfig? FindUpstream(string name)
    {
        foreach (UpstreamConfig upstream in Upstreams)
        {
            if (upstream.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return upstream;
        }
        return null;
    }
}
