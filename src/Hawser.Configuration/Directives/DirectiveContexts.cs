using Hawser.Configuration.Model;

namespace Hawser.Configuration.Directives;

/// <summary>The blocks in which a directive may stand.</summary>
[Flags]
public enum DirectiveContexts
{
    /// <summary>Nowhere.</summary>
    None = 0,

    /// <summary>The top level.</summary>
    Main = 1 << 0,

    /// <summary><c>events</c></summary>
    Events = 1 << 1,

    /// <summary><c>http</c></summary>
    Http = 1 << 2,

    /// <summary><c>server</c></summary>
    Server = 1 << 3,

    /// <summary><c>location</c></summary>
    Location = 1 << 4,

    /// <summary><c>if</c> in <c>server</c></summary>
    ServerIf = 1 << 5,

    /// <summary><c>if</c> in <c>location</c></summary>
    LocationIf = 1 << 6,

    /// <summary><c>limit_except</c></summary>
    LimitExcept = 1 << 7,

    /// <summary><c>upstream</c></summary>
    Upstream = 1 << 8,

    /// <summary><c>map</c></summary>
    Map = 1 << 9,

    /// <summary><c>types</c></summary>
    Types = 1 << 10,

    /// <summary><c>http</c>, <c>server</c> and <c>location</c>: most directives.</summary>
    HttpServerLocation = Http | Server | Location,

    /// <summary>Every block.</summary>
    Any = (1 << 11) - 1,
}

internal static class DirectiveContextsExtensions
{
    public static DirectiveContexts ToContext(this ScopeKind kind) => kind switch
    {
        ScopeKind.Main => DirectiveContexts.Main,
        ScopeKind.Events => DirectiveContexts.Events,
        ScopeKind.Http => DirectiveContexts.Http,
        ScopeKind.Server => DirectiveContexts.Server,
        ScopeKind.Location => DirectiveContexts.Location,
        ScopeKind.ServerIf => DirectiveContexts.ServerIf,
        ScopeKind.LocationIf => DirectiveContexts.LocationIf,
        ScopeKind.LimitExcept => DirectiveContexts.LimitExcept,
        ScopeKind.Upstream => DirectiveContexts.Upstream,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
