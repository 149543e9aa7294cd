using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Model;

/// <summary>One instruction of the rewrite module.</summary>
/// <param name="Span">The directive.</param>
public abstract record RewriteStep(SourceSpan Span);

/// <summary><c>set $variable value</c></summary>
/// <param name="Variable">The name in lower case, without <c>$</c>.</param>
/// <param name="Value">The value.</param>
/// <param name="Span">The directive.</param>
public sealed record SetStep(string Variable, Template Value, SourceSpan Span) : RewriteStep(Span);

/// <summary><c>return code [text]</c>, <c>return code URL</c>, <c>return URL</c></summary>
/// <param name="Status">The status; 444 closes the connection without an answer.</param>
/// <param name="Text">The body, or the target of a redirection; null for <c>return code</c> alone.</param>
/// <param name="IsRedirect">True if <paramref name="Text"/> goes to <c>Location</c>: for 301, 302, 303, 307 and 308.</param>
/// <param name="Span">The directive.</param>
public sealed record ReturnStep(int Status, Template? Text, bool IsRedirect, SourceSpan Span) : RewriteStep(Span);

/// <summary><c>break</c></summary>
/// <param name="Span">The directive.</param>
public sealed record BreakStep(SourceSpan Span) : RewriteStep(Span);

/// <summary><c>rewrite pattern replacement [flag]</c></summary>
/// <param name="Pattern">Matched against the normalized path; <c>rewrite</c> has no form that ignores case.</param>
/// <param name="Replacement">The new URI without the <c>?</c> at its end. <see cref="ArgumentsPart"/> marks where its query string starts.</param>
/// <param name="Flag">What to do next.</param>
/// <param name="RedirectStatus">301 or 302 if the client is redirected, else 0.</param>
/// <param name="AppendsArguments">Whether the request's own query string is added: false if the replacement ended with <c>?</c>.</param>
/// <param name="Span">The directive.</param>
public sealed record RewriteRegexStep(
    RegexPattern Pattern, Template Replacement, RewriteFlag Flag, int RedirectStatus, bool AppendsArguments, SourceSpan Span) : RewriteStep(Span)
{
    /// <summary>True if a match ends the processing of steps.</summary>
    public bool IsLast => Flag != RewriteFlag.None || RedirectStatus != 0;
}

/// <summary>The flag of <c>rewrite</c>.</summary>
public enum RewriteFlag
{
    /// <summary>The next step follows.</summary>
    None,

    /// <summary><c>last</c>: a location is looked up anew.</summary>
    Last,

    /// <summary><c>break</c>: this location serves the new URI.</summary>
    Break,

    /// <summary><c>redirect</c>: answered with 302.</summary>
    Redirect,

    /// <summary><c>permanent</c>: answered with 301.</summary>
    Permanent,
}

/// <summary><c>if (condition) { ... }</c></summary>
/// <param name="Condition">The condition.</param>
/// <param name="Scope">
/// The block. Its <see cref="LocationConfig.Rewrite"/> steps run if the condition holds; in a location its settings then replace the location's.
/// </param>
/// <param name="Span">The directive up to its brace.</param>
public sealed record IfStep(IfCondition Condition, LocationConfig Scope, SourceSpan Span) : RewriteStep(Span);

/// <summary>The condition of an <c>if</c>.</summary>
public abstract record IfCondition;

/// <summary><c>($variable)</c>: neither empty nor <c>0</c>.</summary>
/// <param name="Variable">The name in lower case, without <c>$</c>.</param>
public sealed record TruthCondition(string Variable) : IfCondition;

/// <summary><c>($variable = value)</c>, <c>($variable != value)</c></summary>
/// <param name="Variable">The name in lower case, without <c>$</c>.</param>
/// <param name="Value">What it is compared with, bytewise.</param>
/// <param name="Negated">True for <c>!=</c>.</param>
public sealed record EqualityCondition(string Variable, Template Value, bool Negated) : IfCondition;

/// <summary><c>($variable ~ pattern)</c> and its three relatives</summary>
/// <param name="Variable">The name in lower case, without <c>$</c>.</param>
/// <param name="Pattern">The expression; its captures are set on a match.</param>
/// <param name="Negated">True for <c>!~</c> and <c>!~*</c>.</param>
public sealed record MatchCondition(string Variable, RegexPattern Pattern, bool Negated) : IfCondition;

/// <summary><c>(-f path)</c> and its relatives</summary>
/// <param name="Test">What is asked.</param>
/// <param name="Path">The path.</param>
/// <param name="Negated">True for <c>!-f</c> and so on.</param>
public sealed record FileCondition(FileTest Test, Template Path, bool Negated) : IfCondition;

/// <summary>What a <see cref="FileCondition"/> asks.</summary>
public enum FileTest
{
    /// <summary><c>-f</c></summary>
    IsFile,

    /// <summary><c>-d</c></summary>
    IsDirectory,

    /// <summary><c>-e</c></summary>
    Exists,

    /// <summary><c>-x</c></summary>
    IsExecutable,
}
