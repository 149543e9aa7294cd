using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Directives;

/// <summary>Makes the directives of one module, one method per shape of value, and enters them in the table.</summary>
internal sealed class DirectiveFactory(string module)
{
    public Directive<bool> Flag(string name, DirectiveContexts contexts, bool defaultValue, string summary, bool noEffect = false) =>
        Add(new Directive<bool>(name, contexts, Arity.One, defaultValue, c => c.Flag())
        {
            Syntax = ["on | off"],
            DefaultText = defaultValue ? "on" : "off",
            Summary = summary,
            HasNoEffect = noEffect,
        });

    public Directive<long> Size(
        string name, DirectiveContexts contexts, long defaultValue, string defaultText, string summary, bool noEffect = false) =>
        Add(new Directive<long>(name, contexts, Arity.One, defaultValue, c => c.Size())
        {
            Syntax = ["size"],
            DefaultText = defaultText,
            Summary = summary,
            HasNoEffect = noEffect,
        });

    public Directive<long> Offset(string name, DirectiveContexts contexts, long defaultValue, string defaultText, string summary) =>
        Add(new Directive<long>(name, contexts, Arity.One, defaultValue, c => c.Offset())
        {
            Syntax = ["size"],
            DefaultText = defaultText,
            Summary = summary,
        });

    public Directive<int> Number(string name, DirectiveContexts contexts, int defaultValue, string summary, bool noEffect = false) =>
        Add(new Directive<int>(name, contexts, Arity.One, defaultValue, c => c.Number())
        {
            Syntax = ["number"],
            DefaultText = defaultValue.ToString(),
            Summary = summary,
            HasNoEffect = noEffect,
        });

    /// <summary>A time that nginx counts in milliseconds.</summary>
    public Directive<TimeSpan> Time(
        string name, DirectiveContexts contexts, TimeSpan defaultValue, string? defaultText, string summary, string? difference = null) =>
        Add(new Directive<TimeSpan>(name, contexts, Arity.One, defaultValue, c => c.Milliseconds())
        {
            Syntax = ["time"],
            DefaultText = defaultText,
            Summary = summary,
            DifferenceFromNginx = difference,
        });

    public Directive<T> Choice<T>(
        string name, DirectiveContexts contexts, T defaultValue, string defaultText, Choice<T>[] choices, string summary)
    {
        var names = new string[choices.Length];
        for (int i = 0; i < names.Length; i++)
            names[i] = choices[i].Name;
        return Add(new Directive<T>(name, contexts, Arity.One, defaultValue, c => c.Choice<T>(choices))
        {
            Syntax = [string.Join(" | ", names)],
            DefaultText = defaultText,
            Summary = summary,
        });
    }

    public Directive<Template?> Template(string name, DirectiveContexts contexts, string syntax, string summary) =>
        Add(new Directive<Template?>(name, contexts, Arity.One, null, c => c.Template())
        {
            Syntax = [syntax],
            Summary = summary,
        });

    public Directive<BufferSpec> Buffers(string name, DirectiveContexts contexts, int count, long size, string summary, bool noEffect = false) =>
        Add(new Directive<BufferSpec>(name, contexts, Arity.Two, new BufferSpec(count, size), c => c.Buffers())
        {
            Syntax = ["number size"],
            DefaultText = $"{count} {size >> 10}k",
            Summary = summary,
            HasNoEffect = noEffect,
        });

    public Directive<TempPathConfig> TempPath(string name, DirectiveContexts contexts, string defaultPath, string summary, bool noEffect = false) =>
        Add(new Directive<TempPathConfig>(name, contexts, Arity.OneToFour, new TempPathConfig(defaultPath, []), PathBinder.TempPath)
        {
            DefaultFrom = root => new TempPathConfig(root.GetFullPath(defaultPath), []),
            Syntax = ["path [level1 [level2 [level3]]]"],
            DefaultText = defaultPath,
            Summary = summary,
            HasNoEffect = noEffect,
        });

    /// <summary>A list that grows with every use and is inherited as a whole.</summary>
    public Directive<ImmutableArray<T>> List<T>(
        string name, DirectiveContexts contexts, Arity arity, string syntax, Func<BindContext, ImmutableArray<T>> binder, string summary,
        Inheritance inheritance = Inheritance.List, string? defaultText = null) =>
        Add(new Directive<ImmutableArray<T>>(name, contexts, arity, [], binder)
        {
            Syntax = [syntax],
            DefaultText = defaultText,
            Repetition = Repetition.Append,
            Inheritance = inheritance,
            Combine = (earlier, later) => earlier.AddRange(later),
            Summary = summary,
        });

    /// <summary>Enters a directive of any other shape.</summary>
    public Directive<T> Add<T>(Directive<T> directive)
    {
        directive.Module = module;
        DirectiveTable.Register(directive);
        return directive;
    }
}

/// <summary>One factory per module of nginx.</summary>
internal static class Modules
{
    public static readonly DirectiveFactory Core = new("ngx_core_module");
    public static readonly DirectiveFactory Events = new("ngx_event_core_module");
    public static readonly DirectiveFactory Http = new("ngx_http_core_module");
    public static readonly DirectiveFactory Access = new("ngx_http_access_module");
    public static readonly DirectiveFactory AuthBasic = new("ngx_http_auth_basic_module");
    public static readonly DirectiveFactory AuthRequest = new("ngx_http_auth_request_module");
    public static readonly DirectiveFactory Charset = new("ngx_http_charset_module");
    public static readonly DirectiveFactory EmptyGif = new("ngx_http_empty_gif_module");
    public static readonly DirectiveFactory Geo = new("ngx_http_geo_module");
    public static readonly DirectiveFactory Gunzip = new("ngx_http_gunzip_module");
    public static readonly DirectiveFactory Gzip = new("ngx_http_gzip_module");
    public static readonly DirectiveFactory GzipStatic = new("ngx_http_gzip_static_module");
    public static readonly DirectiveFactory Headers = new("ngx_http_headers_module");
    public static readonly DirectiveFactory Index = new("ngx_http_index_module");
    public static readonly DirectiveFactory LimitConn = new("ngx_http_limit_conn_module");
    public static readonly DirectiveFactory LimitReq = new("ngx_http_limit_req_module");
    public static readonly DirectiveFactory Log = new("ngx_http_log_module");
    public static readonly DirectiveFactory Map = new("ngx_http_map_module");
    public static readonly DirectiveFactory Mirror = new("ngx_http_mirror_module");
    public static readonly DirectiveFactory Proxy = new("ngx_http_proxy_module");
    public static readonly DirectiveFactory RealIp = new("ngx_http_realip_module");
    public static readonly DirectiveFactory Rewrite = new("ngx_http_rewrite_module");
    public static readonly DirectiveFactory SplitClients = new("ngx_http_split_clients_module");
    public static readonly DirectiveFactory StubStatus = new("ngx_http_stub_status_module");
    public static readonly DirectiveFactory Ssl = new("ngx_http_ssl_module");
    public static readonly DirectiveFactory SslObjects = new("ngx_openssl_cache_module");
    public static readonly DirectiveFactory Http2 = new("ngx_http_v2_module");
    public static readonly DirectiveFactory Upstream = new("ngx_http_upstream_module");
    public static readonly DirectiveFactory FastCgi = new("ngx_http_fastcgi_module");
    public static readonly DirectiveFactory Uwsgi = new("ngx_http_uwsgi_module");
    public static readonly DirectiveFactory Scgi = new("ngx_http_scgi_module");
    public static readonly DirectiveFactory WebSocket = new("hawser");
}
