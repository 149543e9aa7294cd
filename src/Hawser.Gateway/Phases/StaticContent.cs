using Hawser.Gateway.Exchange;

namespace Hawser.Gateway.Phases;

/// <summary>Files, indexes and directory redirects: what answers where nothing else does.</summary>
public sealed class StaticContent : IContentHandler
{
    public static StaticContent Instance { get; } = new();

    public ValueTask<Outcome> HandleAsync(HttpExchange exchange) => throw new NotImplementedException();
}
