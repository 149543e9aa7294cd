using Hawser.Configuration.Syntax;

namespace Hawser.Gateway.Hosting;

/// <summary>Places in configurations as nginx ends its messages with them.</summary>
internal static class SourcePlace
{
    /// <summary><c> in /etc/nginx/nginx.conf:1</c>; empty without a place.</summary>
    public static string Suffix(SourceSpan? span) => span switch
    {
        null => "",
        { File.IsCommandLine: true } => " in command line",
        { } place => $" in {ByteText.ToDisplay(place.File.Path)}:{place.Line}",
    };
}
