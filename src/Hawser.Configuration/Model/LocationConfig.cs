using System.Collections.Immutable;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Model;

/// <summary>How a location is chosen.</summary>
public enum LocationMatchKind
{
    /// <summary><c>location /path</c></summary>
    Prefix,

    /// <summary><c>location ^~ /path</c>: a prefix that, if it is the longest, keeps regular expressions from being tried.</summary>
    PrefixNoRegex,

    /// <summary><c>location = /path</c></summary>
    Exact,

    /// <summary><c>location ~ pattern</c></summary>
    Regex,

    /// <summary><c>location ~* pattern</c></summary>
    RegexIgnoreCase,

    /// <summary><c>location @name</c>: reached by redirection only.</summary>
    Named,

    /// <summary>An <c>if</c> block: entered when its condition holds.</summary>
    If,

    /// <summary>A <c>limit_except</c> block: entered when the request's method is not in its list.</summary>
    LimitExcept,
}

/// <summary>A location, or one of the two blocks that nginx treats as a nameless location: <c>if</c> and <c>limit_except</c>.</summary>
public sealed class LocationConfig : ConfigScope
{
    internal LocationConfig(ScopeKind kind, LocationMatchKind matchKind, string pattern, ConfigScope parent, SourceSpan? span)
        : base(kind, parent, span)
    {
        MatchKind = matchKind;
        Pattern = pattern;
    }

    /// <summary>How it is chosen.</summary>
    public LocationMatchKind MatchKind { get; }

    /// <summary>
    /// The path, the expression's text, or the name with its <c>@</c>. For <c>if</c> and <c>limit_except</c>: that of the location around.
    /// </summary>
    public string Pattern { get; }

    /// <summary>The expression; null unless <see cref="MatchKind"/> is one of the two regex kinds.</summary>
    public RegexPattern? Regex { get; internal set; }

    /// <summary>The locations written inside, in source order.</summary>
    public ImmutableArray<LocationConfig> Locations { get; internal set; } = [];

    /// <summary>What the rewrite module does here, in source order; <c>if</c> blocks are steps of it.</summary>
    public ImmutableArray<RewriteStep> Rewrite { get; internal set; } = [];

    /// <summary>The <c>limit_except</c> block inside; null if there is none.</summary>
    public LocationConfig? LimitExcept { get; internal set; }

    /// <summary>For a <c>limit_except</c> block: the methods it lets pass by, in upper case. <c>GET</c> implies <c>HEAD</c>, which is then listed.</summary>
    public ImmutableArray<string> AllowedMethods { get; internal set; } = [];

    /// <summary>True for <c>if</c> and <c>limit_except</c>.</summary>
    public bool IsNameless => MatchKind is LocationMatchKind.If or LocationMatchKind.LimitExcept;
}

/// <summary>A regular expression as written in the configuration, in PCRE's syntax.</summary>
/// <param name="Text">The expression, a byte string.</param>
/// <param name="IgnoreCase">True for <c>~*</c>.</param>
/// <param name="CaptureNames">The named groups, which nginx turns into variables; in lower case, with their group numbers.</param>
/// <param name="Span">Where it is written.</param>
public sealed record RegexPattern(string Text, bool IgnoreCase, ImmutableArray<NamedCapture> CaptureNames, SourceSpan Span);

/// <summary>A named group of a regular expression.</summary>
/// <param name="Name">As written.</param>
/// <param name="Number">Its number among the groups, from 1.</param>
public sealed record NamedCapture(string Name, int Number);
