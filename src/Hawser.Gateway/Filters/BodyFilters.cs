using Hawser.Gateway.Exchange;

namespace Hawser.Gateway.Filters;

/// <summary>Chooses the body filters of an answer, after the fields of <c>add_header</c> and before ranges, in nginx's order.</summary>
internal static class BodyFilters
{
    public static void Choose(HttpExchange exchange)
    {
        CompressionModel? compression = exchange.Location.Compression;
        if (compression is { Gunzip: true }) GunzipFilter.Apply(exchange, compression);
        exchange.Location.Charset?.Apply(exchange);
        if (compression is { Gzip: true }) GzipFilter.Apply(exchange, compression);
    }
}
