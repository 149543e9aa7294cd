using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

// ngx_http_core_module: blocks, servers, connections and request heads. Locations, bodies and files are in Known.HttpLocation.cs.
public static partial class Known
{
    public static readonly Directive<HttpConfig?> Http = Modules.Http.Add(
        new Directive<HttpConfig?>("http", In.Main, Arity.Block, null, BlockBinder.Http)
        {
            Syntax = ["{ ... }"],
            Summary = "Holds everything about HTTP.",
        });

    public static readonly Directive<ImmutableArray<ServerConfig>> Server = Modules.Http.List(
        "server", In.Http, Arity.Block, "{ ... }", BlockBinder.Server, "A virtual server.", Inheritance.None);

    public static readonly Directive<ImmutableArray<LocationConfig>> Location = Modules.Http.List(
        "location", In.Server | In.Location, Arity.OneOrTwo.WithBlock(), "[= | ~ | ~* | ^~] uri { ... } | @name { ... }",
        LocationBinder.Location, "Settings for the requests whose path matches.", Inheritance.None);

    public static readonly Directive<ImmutableArray<ListenConfig>> Listen = Modules.Http.List(
        "listen", In.Server, Arity.OneOrMore,
        "address[:port] | port | unix:path [default_server] [ssl] [backlog=number] [rcvbuf=size] [sndbuf=size] [deferred] [bind] [ipv6only=on | off] "
        + "[reuseport] [so_keepalive=on | off | [keepidle]:[keepintvl]:[keepcnt]]",
        ListenBinder.Listen, "An address on which the server takes requests.", Inheritance.None, "*:80 | *:8000");

    public static readonly Directive<ImmutableArray<ServerNameConfig>> ServerName = Modules.Http.List(
        "server_name", In.Server, Arity.OneOrMore, "name ...", ServerNameBinder.ServerName,
        "The names of the server: exact, with a wildcard at one end, or regular expressions.", Inheritance.None, "\"\"");

    public static readonly Directive<TimeSpan> ClientHeaderTimeout = Modules.Http.Time(
        "client_header_timeout", In.Http | In.Server, TimeSpan.FromSeconds(60), "60s",
        "How long a client may take to send the head of a request.");

    public static readonly Directive<long> ClientHeaderBufferSize = Modules.Http.Size(
        "client_header_buffer_size", In.Http | In.Server, 1024, "1k",
        "The buffer for the head of a request; a longer one moves to large_client_header_buffers.");

    public static readonly Directive<BufferSpec> LargeClientHeaderBuffers = Modules.Http.Buffers(
        "large_client_header_buffers", In.Http | In.Server, 4, 8192,
        "How many and how large buffers a long head may take. A line longer than one buffer gets 414 or 400.");

    public static readonly Directive<int> MaxHeaders = Modules.Http.Number(
        "max_headers", In.Http | In.Server, 1000, "How many fields a request may have; more get 400.");

    public static readonly Directive<bool> IgnoreInvalidHeaders = Modules.Http.Flag(
        "ignore_invalid_headers", In.Http | In.Server, true,
        "Whether fields whose names have unusual characters are dropped. Usual are letters, digits, hyphens and, if allowed, underscores.");

    public static readonly Directive<bool> UnderscoresInHeaders = Modules.Http.Flag(
        "underscores_in_headers", In.Http | In.Server, false, "Whether names of fields may have underscores.");

    public static readonly Directive<bool> MergeSlashes = Modules.Http.Flag(
        "merge_slashes", In.Http | In.Server, true, "Whether several slashes in a path count as one.");

    public static readonly Directive<long> ConnectionPoolSize = PoolSize("connection_pool_size", 512, "512", "connection");

    public static readonly Directive<long> RequestPoolSize = PoolSize("request_pool_size", 4096, "4k", "request");

    public static readonly Directive<TimeSpan> KeepAliveTime = Modules.Http.Time(
        "keepalive_time", In.HttpServerLocation, TimeSpan.FromHours(1), "1h", "How long a connection serves requests in all.");

    public static readonly Directive<KeepAliveTimeout> KeepAliveTimeout = Modules.Http.Add(
        new Directive<KeepAliveTimeout>(
            "keepalive_timeout", In.HttpServerLocation, Arity.OneOrTwo, new KeepAliveTimeout(TimeSpan.FromSeconds(75), TimeSpan.Zero),
            HttpBinder.KeepAliveTimeout)
        {
            Syntax = ["timeout [header_timeout]"],
            DefaultText = "75s",
            Summary = "How long an idle connection of a client stays open; zero closes it after each answer. The second value is sent as Keep-Alive.",
        });

    public static readonly Directive<TimeSpan> KeepAliveMinTimeout = Modules.Http.Time(
        "keepalive_min_timeout", In.HttpServerLocation, TimeSpan.Zero, "0", "How long an idle connection stays open at least, during a graceful shutdown too.").Pending();

    public static readonly Directive<int> KeepAliveRequests = Modules.Http.Number(
        "keepalive_requests", In.HttpServerLocation, 1000, "How many requests a connection serves.");

    public static readonly Directive<KeepAliveDisable> KeepAliveDisable = Modules.Http.Add(
        new Directive<KeepAliveDisable>(
            "keepalive_disable", In.HttpServerLocation, Arity.OneOrTwo, Model.KeepAliveDisable.Msie6, HttpBinder.KeepAliveDisable)
        {
            Syntax = ["none | msie6 | safari ..."],
            DefaultText = "msie6",
            Repetition = Repetition.Append,
            Combine = (earlier, later) => earlier | later,
            Summary = "Browsers whose connections are not kept open.",
        });

    public static readonly Directive<LingeringClose> LingeringClose = Modules.Http.Choice(
        "lingering_close", In.HttpServerLocation, Model.LingeringClose.On, "on",
        [new("off", Model.LingeringClose.Off), new("on", Model.LingeringClose.On), new("always", Model.LingeringClose.Always)],
        "Whether a connection is read on for a while before it is closed, so that the client sees the answer and no reset.");

    public static readonly Directive<TimeSpan> LingeringTime = Modules.Http.Time(
        "lingering_time", In.HttpServerLocation, TimeSpan.FromSeconds(30), "30s", "How long the client's data is read and dropped in all.");

    public static readonly Directive<TimeSpan> LingeringTimeout = Modules.Http.Time(
        "lingering_timeout", In.HttpServerLocation, TimeSpan.FromSeconds(5), "5s", "How long the next of the client's data is waited for.");

    public static readonly Directive<bool> ResetTimedoutConnection = Modules.Http.Flag(
        "reset_timedout_connection", In.HttpServerLocation, false, "Whether a connection that timed out is reset, which frees its memory at once.");

    public static readonly Directive<bool> TcpNodelay = Modules.Http.Flag(
        "tcp_nodelay", In.HttpServerLocation, true, "Whether TCP_NODELAY is set on connections.");

    public static readonly Directive<bool> TcpNopush = Modules.Http.Flag(
        "tcp_nopush", In.HttpServerLocation, false, "Whether head and file are sent in full packets (TCP_CORK).");

    public static readonly Directive<TimeSpan> SendTimeout = Modules.Http.Time(
        "send_timeout", In.HttpServerLocation, TimeSpan.FromSeconds(60), "60s", "How long a client may take nothing between two writes.");

    public static readonly Directive<long> SendLowat = Modules.Http.Add(
        new Directive<long>("send_lowat", In.HttpServerLocation, Arity.One, 0, ProxyBinder.SendLowat)
        {
            Syntax = ["size"],
            DefaultText = "0",
            Summary = "SO_SNDLOWAT of clients' connections, which Linux does not have.",
            HasNoEffect = true,
        });

    public static readonly Directive<ServerTokens> ServerTokens = Modules.Http.Choice(
        "server_tokens", In.HttpServerLocation, Model.ServerTokens.On, "on",
        [new("off", Model.ServerTokens.Off), new("on", Model.ServerTokens.On), new("build", Model.ServerTokens.Build)],
        "Whether the version is shown in error pages and in Server.");

    public static readonly Directive<int> ServerNamesHashMaxSize = Modules.Http.Number(
        "server_names_hash_max_size", In.Http, 512, "The size of nginx's hash tables for server names. Hawser's grow as needed.", noEffect: true);

    public static readonly Directive<int> ServerNamesHashBucketSize = Modules.Http.Number(
        "server_names_hash_bucket_size", In.Http, 64, "The size of a bucket in nginx's hash tables for server names.", noEffect: true);

    public static readonly Directive<int> VariablesHashMaxSize = Modules.Http.Number(
        "variables_hash_max_size", In.Http, 1024, "The size of nginx's hash table for variables.", noEffect: true);

    public static readonly Directive<int> VariablesHashBucketSize = Modules.Http.Number(
        "variables_hash_bucket_size", In.Http, 64, "The size of a bucket in nginx's hash table for variables.", noEffect: true);

    public static readonly Directive<ResolverConfig?> Resolver = Modules.Http.Add(
        new Directive<ResolverConfig?>("resolver", In.HttpServerLocation, Arity.OneOrMore, null, ResolverBinder.Resolver)
        {
            Syntax = ["address ... [valid=time] [ipv4=on | off] [ipv6=on | off]"],
            Summary = "The name servers for names that are known at run time only.",
        });

    public static readonly Directive<TimeSpan> ResolverTimeout = Modules.Http.Time(
        "resolver_timeout", In.HttpServerLocation, TimeSpan.FromSeconds(30), "30s", "How long resolving a name may take.");

    private static Directive<long> PoolSize(string name, long defaultValue, string defaultText, string what) =>
        Modules.Http.Add(new Directive<long>(
            name, In.Http | In.Server, Arity.One, defaultValue, HttpBinder.PoolSize)
        {
            Syntax = ["size"],
            DefaultText = defaultText,
            Summary = $"The memory nginx sets aside for a {what}.",
            HasNoEffect = true,
        });
}
