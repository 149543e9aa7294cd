using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;

namespace Hawser.Gateway.Upstreams;

/// <summary>The content of a location with <c>proxy_pass</c>.</summary>
public sealed class ProxyContent(ProxyModel model) : IContentHandler
{
    public ProxyModel Model { get; } = model;

    public static ProxyContent From(LocationConfig config, ModelBuilder builder) => new(ProxyModel.From(config, builder));

    public ValueTask<Outcome> HandleAsync(HttpExchange exchange) => exchange.Proxy.RunAsync(Model);
}
