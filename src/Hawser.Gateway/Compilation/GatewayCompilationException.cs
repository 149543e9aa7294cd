using Hawser.Configuration.Syntax;

namespace Hawser.Gateway.Compilation;

/// <summary>A configuration that is well formed but can't be run.</summary>
/// <param name="message">
/// A byte string in nginx's wording, without <c>[emerg]</c> and without the place, which <see cref="Exception.Message"/> has behind it.
/// </param>
/// <param name="span">The directive to blame; null where nginx names no place.</param>
public sealed class GatewayCompilationException(string message, SourceSpan? span = null) : Exception(message + Place(span))
{
    /// <inheritdoc cref="GatewayCompilationException"/>
    public SourceSpan? Span { get; } = span;

    /// <summary>The message as text: nginx's line without the level.</summary>
    public string Line => ByteText.ToDisplay(Message);

    private static string Place(SourceSpan? span) => span switch
    {
        null => "",
        { File.IsCommandLine: true } => " in command line",
        { } known => $" in {known.File.Path}:{known.Line}",
    };
}
