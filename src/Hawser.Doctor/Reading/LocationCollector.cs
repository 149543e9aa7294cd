using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Doctor.Reading;

/// <summary>Finds the proxied locations of a configuration and what each is for.</summary>
internal sealed class LocationCollector(DoctorContext context)
{
    private readonly List<ProxiedLocation> _found = [];
    private string _fileName = "";

    public IReadOnlyList<ProxiedLocation> Collect()
    {
        if (context.Http is not { } http) return [];
        string path = context.Inspection.Config.Path;
        _fileName = path[(path.LastIndexOf('/') + 1)..];
        LocationConfig? asked = context.Options.Url is { } url ? context.Router.FindLocation(url) : null;
        foreach (ServerConfig server in http.Servers)
        {
            foreach (LocationConfig location in server.Locations) Visit(server, location, asked);
        }
        return _found;
    }

    private void Visit(ServerConfig server, LocationConfig location, LocationConfig? asked)
    {
        if (location.HasOwn(Known.ProxyPass) && location.Get(Known.ProxyPass) is { } pass) Add(server, location, pass, asked);
        foreach (RewriteStep step in location.Rewrite)
        {
            if (step is IfStep condition) Visit(server, condition.Scope, asked);
        }
        if (location.LimitExcept is { } limit) Visit(server, limit, asked);
        foreach (LocationConfig inner in location.Locations) Visit(server, inner, asked);
    }

    private void Add(ServerConfig server, LocationConfig location, ProxyPassConfig pass, LocationConfig? asked)
    {
        LocationConfig named = location;
        while (named.IsNameless && named.Parent is LocationConfig around) named = around;
        DirectiveNode? block = context.Syntax.NodeOf(location);
        if (context.Syntax.NodeAt(pass.Span) is not { } node) return;
        WebSocketIntent intent = IntentOf(location, named, pass, node, out (string, string)? application);
        _found.Add(new ProxiedLocation
        {
            Location = location,
            Named = named,
            Server = server,
            Pass = pass,
            PassNode = node,
            Block = block,
            Intent = ReferenceEquals(asked, location) || ReferenceEquals(asked, named) ? WebSocketIntent.Url : intent,
            Application = application,
            MissingHeaders = FindMissing(location, block, headers: true),
            MissingSettings = FindMissing(location, block, headers: false),
        });
    }

    private WebSocketIntent IntentOf(
        LocationConfig location, LocationConfig named, ProxyPassConfig pass, DirectiveNode node, out (string, string)? application)
    {
        application = null;
        foreach (ProxyHeaderConfig header in location.Get(Known.ProxySetHeader))
        {
            if (header.Name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase) && header.Value.Source.Length != 0) return WebSocketIntent.Headers;
            if (header.Name.Equals("Connection", StringComparison.OrdinalIgnoreCase)
                && header.Value.Source.Contains("upgrade", StringComparison.OrdinalIgnoreCase)) return WebSocketIntent.Headers;
        }
        string host = HostOf(pass);
        if (!context.IsHidden(context.Syntax.NodeOf(named)?.Span ?? node.Span) && WebSocketNames.InPath(named.Pattern)) return WebSocketIntent.Name;
        if (WebSocketNames.IsOrdinary(named.Pattern)) return WebSocketIntent.None;
        if (WebSocketNames.InName(host) && !IsStatic(named)) return WebSocketIntent.Name;
        application = WebSocketNames.ApplicationOf(host) ?? (named.Pattern == "/" ? WebSocketNames.ApplicationOf(_fileName) : null);
        if (application is not null && !IsStatic(named)) return WebSocketIntent.Application;
        return named.Pattern == "/" && WebSocketNames.InName(_fileName) ? WebSocketIntent.Application : WebSocketIntent.None;
    }

    private static string HostOf(ProxyPassConfig pass)
    {
        string url = pass.Url.Source;
        int start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        int end = start < 3 ? -1 : url.IndexOf('/', start);
        return start < 3 ? url : end < 0 ? url[start..] : url[start..end];
    }

    private static bool IsStatic(LocationConfig location) =>
        location.Regex is not null && (location.Pattern.Contains("css", StringComparison.Ordinal) || location.Pattern.Contains("png", StringComparison.Ordinal));

    /// <summary>The include that may hold what this location does not say itself.</summary>
    private DirectiveNode? FindMissing(LocationConfig location, DirectiveNode? block, bool headers)
    {
        if (context.MissingIncludeIn(block) is { } own) return own;
        bool hasOwn = location.HasOwn(Known.ProxySetHeader);
        for (ConfigScope? scope = location.Parent; scope is LocationConfig or ServerConfig; scope = scope.Parent)
        {
            if (headers && hasOwn) return null;
            if (context.Syntax.NodeOf(scope) is { } around && context.MissingIncludeIn(around) is { } missing && MayHoldProxySettings(missing)) return missing;
            hasOwn |= scope.HasOwn(Known.ProxySetHeader);
        }
        return context.MissingIncludes.FirstOrDefault(n => IsForProxying(n) && context.Syntax.ParentOf(n) is null or { Name: "http" });
    }

    // At the level of a server most includes bring locations or certificates; those of a proxy are called so.
    private static bool MayHoldProxySettings(DirectiveNode include) => IsForProxying(include)
        || !(include.Arguments[0].Value is var path && (path.Contains("ssl", StringComparison.OrdinalIgnoreCase) || path.Contains('*')
            || path.Contains("letsencrypt", StringComparison.Ordinal)));

    private static bool IsForProxying(DirectiveNode include) => include.Arguments[0].Value.Contains("proxy", StringComparison.OrdinalIgnoreCase);
}
