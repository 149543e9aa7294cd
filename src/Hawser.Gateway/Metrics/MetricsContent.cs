using System.Text;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Metrics;

/// <summary>The content of a location with <c>hawser_metrics</c>.</summary>
internal sealed class MetricsContent(GatewayServices services) : IContentHandler
{
    private static readonly ByteSlice s_contentType = ByteSlice.FromLatin1(PrometheusText.ContentType);

    public ValueTask<Outcome> HandleAsync(HttpExchange exchange)
    {
        if (exchange.Method is not (RequestMethod.Get or RequestMethod.Head)) return new(Outcome.Status(405));
        if (exchange.Body.DiscardReceived(exchange) is not 0 and var refused) return new(Outcome.Status(refused));
        if (services.Snapshot is not { } snapshot) return new(Outcome.Status(503)); // before the gateway is whole
        ResponseHead head = exchange.Response.Head;
        head.Status = 200;
        head.ContentType = s_contentType;
        exchange.Response.SendWhole(Encoding.UTF8.GetBytes(PrometheusText.Format(snapshot())));
        return new(Outcome.Finished);
    }
}
