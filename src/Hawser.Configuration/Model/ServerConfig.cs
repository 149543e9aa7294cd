using System.Collections.Immutable;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Model;

/// <summary>A virtual server.</summary>
public sealed class ServerConfig : ConfigScope
{
    internal ServerConfig(ConfigScope parent, SourceSpan? span)
        : base(ScopeKind.Server, parent, span)
    {
    }

    /// <summary>Its <c>listen</c> directives, one entry per address. Never empty: without a directive it is <c>*:80</c> (<c>*:8000</c> if not run as root).</summary>
    public ImmutableArray<ListenConfig> Listens { get; internal set; } = [];

    /// <summary>True once a <c>listen</c> was read, valid or not: then the default address is out of the question.</summary>
    internal bool HasListenDirective { get; set; }

    /// <summary>Its names. Never empty: without a directive it is the one exact name <c>""</c>.</summary>
    public ImmutableArray<ServerNameConfig> Names { get; internal set; } = [ServerNameConfig.Empty];

    /// <summary>The locations written directly in the server, in source order. <c>if</c> blocks are in <see cref="Rewrite"/>.</summary>
    public ImmutableArray<LocationConfig> Locations { get; internal set; } = [];

    /// <summary>What the rewrite module does before a location is looked up, in source order.</summary>
    public ImmutableArray<RewriteStep> Rewrite { get; internal set; } = [];

    /// <summary>The name for <c>$server_name</c> and <c>server_name_in_redirect</c>: the first one, without the dot of <c>.example.org</c>.</summary>
    public string PrimaryName => Names[0].Kind == ServerNameKind.Dot ? Names[0].Text[1..] : Names[0].Text;
}

/// <summary>What a <c>server_name</c> matches.</summary>
public enum ServerNameKind
{
    /// <summary>One name: <c>example.org</c>.</summary>
    Exact,

    /// <summary>Names below one: <c>*.example.org</c>.</summary>
    WildcardLeading,

    /// <summary>Names that begin alike: <c>mail.*</c>.</summary>
    WildcardTrailing,

    /// <summary>A name and those below it: <c>.example.org</c>.</summary>
    Dot,

    /// <summary>A regular expression: <c>~^www\d+\.</c>.</summary>
    Regex,
}

/// <summary>One name of a server.</summary>
/// <param name="Kind">What it matches.</param>
/// <param name="Text">As written, in lower case; a regular expression with its <c>~</c> and its case. <c>$hostname</c> is replaced.</param>
/// <param name="Pattern">The expression without <c>~</c>; null for other kinds.</param>
/// <param name="Span">Where it is written; null for the name a server has without a directive.</param>
public sealed record ServerNameConfig(ServerNameKind Kind, string Text, RegexPattern? Pattern, SourceSpan? Span)
{
    internal static readonly ServerNameConfig Empty = new(ServerNameKind.Exact, "", null, null);
}
