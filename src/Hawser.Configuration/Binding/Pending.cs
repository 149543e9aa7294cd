#pragma warning disable CA1822
using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

// Binders still to come in this series of commits; each refuses its directive.
internal static class LocationBinder { public static ImmutableArray<LocationConfig> Location(BindContext c) => throw c.InvalidValue(); public static LocationConfig? LimitExcept(BindContext c) => throw c.InvalidValue(); }
internal static class ListenBinder { public static ImmutableArray<ListenConfig> Listen(BindContext c) => throw c.InvalidValue(); }
internal static class ServerNameBinder { public static ImmutableArray<ServerNameConfig> ServerName(BindContext c) => throw c.InvalidValue(); }
internal static class ResolverBinder { public static ResolverConfig? Resolver(BindContext c) => throw c.InvalidValue(); }
internal static class HttpBinder
{
    public static KeepAliveTimeout KeepAliveTimeout(BindContext c) => throw c.InvalidValue();
    public static KeepAliveDisable KeepAliveDisable(BindContext c) => throw c.InvalidValue();
    public static long PoolSize(BindContext c) => throw c.InvalidValue();
    public static ImmutableArray<ErrorPageConfig> ErrorPage(BindContext c) => throw c.InvalidValue();
    public static string Aio(BindContext c) => throw c.InvalidValue();
    public static long? Directio(BindContext c) => throw c.InvalidValue();
    public static OpenFileCacheConfig? OpenFileCache(BindContext c) => throw c.InvalidValue();
    public static SymlinkPolicy DisableSymlinks(BindContext c) => throw c.InvalidValue();
}
internal static class PathBinder
{
    public static TempPathConfig TempPath(BindContext c) => throw c.InvalidValue();
    public static RootConfig Root(BindContext c) => throw c.InvalidValue();
    public static RootConfig Alias(BindContext c) => throw c.InvalidValue();
    public static TryFilesConfig? TryFiles(BindContext c) => throw c.InvalidValue();
    public static ImmutableArray<Template> Index(BindContext c) => throw c.InvalidValue();
}
internal static class AccessBinder { public static ImmutableArray<AccessRule> Rule(BindContext c) => throw c.InvalidValue(); }
internal static class TypesBinder { public static ImmutableArray<MediaType> Types(BindContext c) => throw c.InvalidValue(); public static ImmutableArray<MediaType> Combine(ImmutableArray<MediaType> a, ImmutableArray<MediaType> b) => a.AddRange(b); }
internal static class HeaderBinder { public static ExpiresConfig Expires(BindContext c) => throw c.InvalidValue(); public static ImmutableArray<AddHeaderConfig> AddField(BindContext c) => throw c.InvalidValue(); }
internal static class RewriteBinder
{
    public static ImmutableArray<RewriteStep> Rewrite(BindContext c) => throw c.InvalidValue();
    public static ImmutableArray<RewriteStep> Return(BindContext c) => throw c.InvalidValue();
    public static ImmutableArray<RewriteStep> Break(BindContext c) => throw c.InvalidValue();
    public static ImmutableArray<RewriteStep> Set(BindContext c) => throw c.InvalidValue();
    public static ImmutableArray<RewriteStep> If(BindContext c) => throw c.InvalidValue();
}
internal static class MapBinder { public static ImmutableArray<MapConfig> Map(BindContext c) => throw c.InvalidValue(); }
internal static class LogBinder
{
    public static ImmutableArray<ErrorLogConfig> ErrorLog(BindContext c) => throw c.InvalidValue();
    public static ImmutableArray<LogFormatConfig> LogFormat(BindContext c) => throw c.InvalidValue();
    public static AccessLogSet AccessLog(BindContext c) => throw c.InvalidValue();
    public static AccessLogSet DefaultAccessLog(MainConfig root) => new(false, []);
    public static OpenLogFileCache? OpenLogFileCache(BindContext c) => throw c.InvalidValue();
}
internal static class ProxyBinder
{
    public static ProxyPassConfig? Pass(BindContext c) => throw c.InvalidValue();
    public static ProxyRewriteSet Redirect(BindContext c) => throw c.InvalidValue();
    public static ProxyRewriteSet CookieDomain(BindContext c) => throw c.InvalidValue();
    public static ProxyRewriteSet CookiePath(BindContext c) => throw c.InvalidValue();
    public static ProxyCookieFlagsSet CookieFlags(BindContext c) => throw c.InvalidValue();
    public static ProxyHttpVersion HttpVersion(BindContext c) => throw c.InvalidValue();
    public static ImmutableArray<ProxyHeaderConfig> SetHeader(BindContext c) => throw c.InvalidValue();
    public static ProxyBindConfig? Bind(BindContext c) => throw c.InvalidValue();
    public static long SendLowat(BindContext c) => throw c.InvalidValue();
}
internal static class UpstreamBinder
{
    public static ImmutableArray<UpstreamServerConfig> Server(BindContext c) => throw c.InvalidValue();
    public static BalancingConfig? Hash(BindContext c) => throw c.InvalidValue();
    public static BalancingConfig? IpHash(BindContext c) => throw c.InvalidValue();
    public static BalancingConfig? LeastConnections(BindContext c) => throw c.InvalidValue();
    public static BalancingConfig? Random(BindContext c) => throw c.InvalidValue();
    public static UpstreamKeepAlive KeepAlive(BindContext c) => throw c.InvalidValue();
    public static string? Zone(BindContext c) => throw c.InvalidValue();
}
internal static class HttpChecks { public static void Run(BindContext c, HttpConfig http) { _ = c; _ = http; } }
internal static class UnknownDirectives { public static void Report(BindSession s, DirectiveNode node, ConfigScope scope) => s.Diagnostics.Add(Diagnostics.Severity.Emergency, node, node.NameArgument.Span, $"unknown directive \"{node.Name}\" {scope.Kind}"); }
internal sealed class VariableRegistry { public ImmutableArray<string> Declared { get; } = []; public void Use(Template t, SourceSpan s) { _ = t; _ = s; } }
internal sealed class RegexRegistry(IRegexValidator v) { public RegexPattern Declare(BindContext c, Argument a, string text, bool ignoreCase) { _ = v; _ = c; return new(text, ignoreCase, [], a.Span); } }
internal sealed class LogFormatRegistry { public ImmutableArray<LogFormatConfig> ToImmutable() => []; }
internal sealed class ListenerRegistry { public ImmutableArray<ListenerConfig> ToImmutable() => []; public void Add(BindContext c, ServerConfig s, ListenConfig l) { _ = c; _ = s; _ = l; } }
internal sealed class UpstreamRegistry { public void Declare(BindContext c, Argument name) { _ = c; _ = name; } }
