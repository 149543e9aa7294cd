using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Diagnostics;

/// <summary>One finding about a configuration.</summary>
/// <param name="Severity">How serious it is.</param>
/// <param name="Message">
/// A byte string in nginx's wording, without <c>nginx: [emerg]</c> before it and without <c>in FILE:LINE</c> after it.
/// </param>
/// <param name="Span">What to underline; null where nothing in a file is to blame.</param>
/// <param name="Hint">What to do next, for example <c>did you mean "proxy_pass"?</c>; a byte string.</param>
public sealed record Diagnostic(Severity Severity, string Message, SourceSpan? Span = null, string? Hint = null)
{
    /// <summary>
    /// The file and line for nginx's <c>in FILE:LINE</c>; null where nginx prints no place. The line is the one at which nginx notices, which
    /// may be below <see cref="Span"/>.
    /// </summary>
    public ReportedPlace? Place { get; init; }

    /// <summary>Where in the order of directives this was found; diagnostics are sorted by it.</summary>
    internal int Ordinal { get; init; }

    /// <summary>The first line as nginx prints it after <c>nginx: </c>, a byte string.</summary>
    public string Headline => $"[{SeverityName}] {Message}{PlaceText}";

    private string SeverityName => Severity switch
    {
        Severity.Emergency => "emerg",
        Severity.Warning => "warn",
        _ => "notice",
    };

    private string PlaceText => Place switch
    {
        null => "",
        { File.IsCommandLine: true } => " in command line",
        { } place => $" in {place.File.Path}:{place.Line}",
    };

    /// <inheritdoc />
    public override string ToString() => Headline;
}

/// <summary>The place nginx names in a message.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">Counted from 1.</param>
public readonly record struct ReportedPlace(SourceFile File, int Line);
