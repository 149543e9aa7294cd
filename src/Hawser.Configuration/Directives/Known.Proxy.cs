using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

public static partial class Known
{
    private const int Page = 4096;
    private static readonly TimeSpan s_minute = TimeSpan.FromSeconds(60);

    private static readonly Choice<int>[] s_nextUpstream =
    [
        new("error", (int)NextUpstream.Error), new("timeout", (int)NextUpstream.Timeout), new("invalid_header", (int)NextUpstream.InvalidHeader),
        new("non_idempotent", (int)NextUpstream.NonIdempotent), new("http_500", (int)NextUpstream.Http500), new("http_502", (int)NextUpstream.Http502),
        new("http_503", (int)NextUpstream.Http503), new("http_504", (int)NextUpstream.Http504), new("http_403", (int)NextUpstream.Http403),
        new("http_404", (int)NextUpstream.Http404), new("http_429", (int)NextUpstream.Http429), new("updating", (int)NextUpstream.Updating),
        new("off", (int)NextUpstream.Off),
    ];

    private static readonly Choice<int>[] s_ignoredHeaders =
    [
        new("X-Accel-Redirect", (int)IgnoredHeaders.XAccelRedirect), new("X-Accel-Expires", (int)IgnoredHeaders.XAccelExpires),
        new("X-Accel-Limit-Rate", (int)IgnoredHeaders.XAccelLimitRate), new("X-Accel-Buffering", (int)IgnoredHeaders.XAccelBuffering),
        new("X-Accel-Charset", (int)IgnoredHeaders.XAccelCharset), new("Expires", (int)IgnoredHeaders.Expires),
        new("Cache-Control", (int)IgnoredHeaders.CacheControl), new("Set-Cookie", (int)IgnoredHeaders.SetCookie), new("Vary", (int)IgnoredHeaders.Vary),
    ];

    public static readonly Directive<ProxyPassConfig?> ProxyPass = Modules.Proxy.Add(
        new Directive<ProxyPassConfig?>("proxy_pass", In.Location | In.LocationIf | In.LimitExcept, Arity.One, null, ProxyBinder.Pass)
        {
            Syntax = ["URL"],
            Inheritance = Inheritance.NestedOnly,
            Summary = "Passes requests to another server or group of servers. With a path in the URL, it replaces the part the location matched.",
        });

    public static readonly Directive<ProxyRewriteSet> ProxyRedirect = RewriteSet(
        "proxy_redirect", ["default", "off", "redirect replacement"], "default", ProxyBinder.Redirect,
        "Changes Location and Refresh of answers, so that they name this server.");

    public static readonly Directive<ProxyRewriteSet> ProxyCookieDomain = RewriteSet(
        "proxy_cookie_domain", ["off", "domain replacement"], "off", ProxyBinder.CookieDomain, "Changes the domain of cookies that an answer sets.");

    public static readonly Directive<ProxyRewriteSet> ProxyCookiePath = RewriteSet(
        "proxy_cookie_path", ["off", "path replacement"], "off", ProxyBinder.CookiePath, "Changes the path of cookies that an answer sets.");

    public static readonly Directive<ProxyCookieFlagsSet> ProxyCookieFlags = Modules.Proxy.Add(
        new Directive<ProxyCookieFlagsSet>(
            "proxy_cookie_flags", In.HttpServerLocation, Arity.OneToFour, new ProxyCookieFlagsSet(false, []), ProxyBinder.CookieFlags)
        {
            Syntax = ["off", "cookie [flag ...]"],
            DefaultText = "off",
            Repetition = Repetition.Append,
            Inheritance = Inheritance.List,
            Combine = (earlier, later) => new ProxyCookieFlagsSet(earlier.IsOff || later.IsOff, earlier.Rules.AddRange(later.Rules)),
            Summary = "Sets or removes flags of cookies that an answer sets: secure, httponly, samesite=...",
        });

    public static readonly Directive<ProxyHttpVersion> ProxyHttpVersion = Modules.Proxy.Add(
        new Directive<ProxyHttpVersion>(
            "proxy_http_version", In.HttpServerLocation, Arity.One, Model.ProxyHttpVersion.Http11, ProxyBinder.HttpVersion)
        {
            Syntax = ["1.0 | 1.1"],
            DefaultText = "1.1",
            Summary = "The HTTP version of requests to upstreams.",
            DifferenceFromNginx = "Version 2 is not supported yet.",
        });

    public static readonly Directive<ImmutableArray<ProxyHeaderConfig>> ProxySetHeader = Modules.Proxy.List(
        "proxy_set_header", In.HttpServerLocation, Arity.Two, "field value", ProxyBinder.SetHeader,
        "Sets a field of requests to upstreams. An empty value removes the field.", defaultText: "Host $proxy_host; Connection \"\"");

    public static readonly Directive<Template?> ProxySetBody = Modules.Proxy.Template(
        "proxy_set_body", In.HttpServerLocation, "value", "Replaces the body of requests to upstreams.");

    public static readonly Directive<Template?> ProxyMethod = Modules.Proxy.Template(
        "proxy_method", In.HttpServerLocation, "method", "Replaces the method of requests to upstreams.");

    public static readonly Directive<bool> ProxyPassRequestHeaders = Modules.Proxy.Flag(
        "proxy_pass_request_headers", In.HttpServerLocation, true, "Whether the client's fields are passed to upstreams.");

    public static readonly Directive<bool> ProxyPassRequestBody = Modules.Proxy.Flag(
        "proxy_pass_request_body", In.HttpServerLocation, true, "Whether the client's body is passed to upstreams.");

    public static readonly Directive<bool> ProxyPassTrailers = Modules.Proxy.Flag(
        "proxy_pass_trailers", In.HttpServerLocation, false, "Whether the trailers of an upstream's answer are passed to the client.");

    public static readonly Directive<ImmutableArray<string>> ProxyPassHeader = Modules.Proxy.List<string>(
        "proxy_pass_header", In.HttpServerLocation, Arity.One, "field", c => [c.Text()], "Passes a field of answers that is hidden otherwise.");

    public static readonly Directive<ImmutableArray<string>> ProxyHideHeader = Modules.Proxy.List<string>(
        "proxy_hide_header", In.HttpServerLocation, Arity.One, "field", c => [c.Text()],
        "Keeps a field of answers from the client, as Date, Server, X-Pad and X-Accel-... are anyway.");

    public static readonly Directive<IgnoredHeaders> ProxyIgnoreHeaders = Modules.Proxy.Add(
        new Directive<IgnoredHeaders>(
            "proxy_ignore_headers", In.HttpServerLocation, Arity.OneOrMore, IgnoredHeaders.None,
            c => (IgnoredHeaders)c.Mask(s_ignoredHeaders, (int)c.Existing<IgnoredHeaders>()))
        {
            Syntax = ["field ..."],
            Repetition = Repetition.Append,
            Combine = (earlier, later) => earlier | later,
            Summary = "Fields of answers that have no effect on the proxy.",
        });

    public static readonly Directive<ProxyBindConfig?> ProxyBind = Modules.Proxy.Add(
        new Directive<ProxyBindConfig?>("proxy_bind", In.HttpServerLocation, Arity.OneOrTwo, null, ProxyBinder.Bind)
        {
            Syntax = ["address [transparent]", "off"],
            Summary = "The local address of connections to upstreams. off cancels an inherited one.",
        });

    public static readonly Directive<bool> ProxySocketKeepalive = Modules.Proxy.Flag(
        "proxy_socket_keepalive", In.HttpServerLocation, false, "Whether connections to upstreams have SO_KEEPALIVE.");

    public static readonly Directive<long> ProxySocketRcvbuf = Modules.Proxy.Size(
        "proxy_socket_rcvbuf", In.HttpServerLocation, 0, "the system's", "SO_RCVBUF of connections to upstreams; zero leaves it.");

    public static readonly Directive<long> ProxySocketSndbuf = Modules.Proxy.Size(
        "proxy_socket_sndbuf", In.HttpServerLocation, 0, "the system's", "SO_SNDBUF of connections to upstreams; zero leaves it.");

    public static readonly Directive<TimeSpan> ProxyConnectTimeout = Modules.Proxy.Time(
        "proxy_connect_timeout", In.HttpServerLocation, s_minute, "60s", "How long connecting to an upstream may take.");

    public static readonly Directive<TimeSpan> ProxyReadTimeout = Modules.Proxy.Time(
        "proxy_read_timeout", In.HttpServerLocation, s_minute, "60s", "How long an upstream may stay silent between two reads.",
        "A WebSocket tunnel is ended by it only where the configuration sets it.");

    public static readonly Directive<TimeSpan> ProxySendTimeout = Modules.Proxy.Time(
        "proxy_send_timeout", In.HttpServerLocation, s_minute, "60s", "How long an upstream may take nothing between two writes.");

    public static readonly Directive<long> ProxySendLowat = Modules.Proxy.Add(
        new Directive<long>("proxy_send_lowat", In.HttpServerLocation, Arity.One, 0, ProxyBinder.SendLowat)
        {
            Syntax = ["size"],
            DefaultText = "0",
            Summary = "SO_SNDLOWAT of connections to upstreams, which Linux does not have.",
            HasNoEffect = true,
        });

    public static readonly Directive<bool> ProxyBuffering = Modules.Proxy.Flag(
        "proxy_buffering", In.HttpServerLocation, true, "Whether answers are read as fast as they come, and kept until the client takes them.");

    public static readonly Directive<bool> ProxyRequestBuffering = Modules.Proxy.Flag(
        "proxy_request_buffering", In.HttpServerLocation, true, "Whether a request's body is read whole before it is passed on.");

    public static readonly Directive<long> ProxyBufferSize = Modules.Proxy.Size(
        "proxy_buffer_size", In.HttpServerLocation, Page, "4k", "The buffer for the first part of an answer, which must hold its head.");

    public static readonly Directive<BufferSpec> ProxyBuffers = Modules.Proxy.Buffers(
        "proxy_buffers", In.HttpServerLocation, 8, Page, "The buffers for the rest of an answer.");

    public static readonly Directive<long> ProxyBusyBuffersSize = Modules.Proxy.Add(
        new Directive<long>("proxy_busy_buffers_size", In.HttpServerLocation, Arity.One, -1, c => c.Size())
        {
            Syntax = ["size"],
            DefaultText = "8k",
            Summary = "How much of an answer may be on its way to the client while the rest is still being read. Without it: twice the larger buffer.",
        });

    public static readonly Directive<bool> ProxyInterceptErrors = Modules.Proxy.Flag(
        "proxy_intercept_errors", In.HttpServerLocation, false, "Whether answers of status 300 and above are handed to error_page.");

    public static readonly Directive<bool> ProxyIgnoreClientAbort = Modules.Proxy.Flag(
        "proxy_ignore_client_abort", In.HttpServerLocation, false, "Whether a request goes on when its client has gone.");

    public static readonly Directive<bool> ProxyForceRanges = Modules.Proxy.Flag(
        "proxy_force_ranges", In.HttpServerLocation, false, "Whether ranges are served of answers that do not announce them.");

    public static readonly Directive<DynamicSize?> ProxyLimitRate = Modules.Proxy.Add(
        new Directive<DynamicSize?>("proxy_limit_rate", In.HttpServerLocation, Arity.One, null, c => c.DynamicSize())
        {
            Syntax = ["rate"],
            DefaultText = "0",
            Summary = "How many bytes a second are read of an answer; zero sets no limit. A tunnel is not limited.",
        });

    public static readonly Directive<ImmutableArray<Template>> EarlyHints = Modules.Http.List<Template>(
        "early_hints", In.HttpServerLocation, Arity.OneOrMore, "string ...", ProxyBinder.EarlyHints,
        "Passes 103 (Early Hints) of an upstream on to the client, if one of the strings is neither empty nor 0.");

    public static readonly Directive<NextUpstream> ProxyNextUpstream = Modules.Proxy.Add(
        new Directive<NextUpstream>(
            "proxy_next_upstream", In.HttpServerLocation, Arity.OneOrMore, NextUpstream.Error | NextUpstream.Timeout,
            c => (NextUpstream)c.Mask(s_nextUpstream, (int)(c.Existing<NextUpstream>())))
        {
            Syntax = ["error | timeout | invalid_header | http_500 | http_502 | http_503 | http_504 | http_403 | http_404 | http_429 | non_idempotent | off ..."],
            DefaultText = "error timeout",
            Repetition = Repetition.Append,
            Combine = (earlier, later) => earlier | later,
            Summary = "When a request is passed on to the next server of a group.",
        });

    public static readonly Directive<int> ProxyNextUpstreamTries = Modules.Proxy.Number(
        "proxy_next_upstream_tries", In.HttpServerLocation, 0, "How many servers are tried; zero sets no limit.");

    public static readonly Directive<TimeSpan> ProxyNextUpstreamTimeout = Modules.Proxy.Time(
        "proxy_next_upstream_timeout", In.HttpServerLocation, TimeSpan.Zero, "0", "How long servers are tried; zero sets no limit.");

    public static readonly Directive<TempPathConfig> ProxyTempPath = Modules.Proxy.TempPath(
        "proxy_temp_path", In.HttpServerLocation, "proxy_temp", "Where answers go that do not fit the buffers.");

    public static readonly Directive<long> ProxyMaxTempFileSize = Modules.Proxy.Size(
        "proxy_max_temp_file_size", In.HttpServerLocation, 1L << 30, "1024m", "How much of an answer may go to a temporary file; zero turns files off.");

    public static readonly Directive<long> ProxyTempFileWriteSize = Modules.Proxy.Add(
        new Directive<long>("proxy_temp_file_write_size", In.HttpServerLocation, Arity.One, -1, c => c.Size())
        {
            Syntax = ["size"],
            DefaultText = "8k",
            Summary = "How much is written to a temporary file at once. Without it: twice the larger buffer.",
        });

    public static readonly Directive<int> ProxyHeadersHashMaxSize = Modules.Proxy.Number(
        "proxy_headers_hash_max_size", In.HttpServerLocation, 512, "The size of nginx's hash tables for fields.", noEffect: true);

    public static readonly Directive<int> ProxyHeadersHashBucketSize = Modules.Proxy.Number(
        "proxy_headers_hash_bucket_size", In.HttpServerLocation, 64, "The size of a bucket in nginx's hash tables for fields.", noEffect: true);

    private static Directive<ProxyRewriteSet> RewriteSet(
        string name, ImmutableArray<string> syntax, string defaultText, Func<BindContext, ProxyRewriteSet> binder, string summary) =>
        Modules.Proxy.Add(new Directive<ProxyRewriteSet>(name, In.HttpServerLocation, Arity.OneOrTwo, new ProxyRewriteSet(false, []), binder)
        {
            Syntax = syntax,
            DefaultText = defaultText,
            Repetition = Repetition.Append,
            Inheritance = Inheritance.List,
            Combine = (earlier, later) => new ProxyRewriteSet(earlier.IsOff || later.IsOff, earlier.Rules.AddRange(later.Rules)),
            Summary = summary,
        });
}
