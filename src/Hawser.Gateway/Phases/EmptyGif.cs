using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary><c>empty_gif</c>: one transparent pixel.</summary>
internal sealed class EmptyGif : IContentHandler
{
    // 28 September 1970, 06:00:00 UTC, as nginx dates it.
    private const long Dated = 23_349_600;

    private static readonly ByteSlice s_type = ByteSlice.FromLatin1("image/gif");

    private EmptyGif()
    {
    }

    public static EmptyGif Instance { get; } = new();

    // GIF89a: screen of 1 by 1 with two colours, black and white · the first one is transparent · an image of one pixel in that colour.
    private static ReadOnlySpan<byte> Image =>
    [
        (byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'9', (byte)'a', 1, 0, 1, 0, 0x80, 1, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF,
        0x21, 0xF9, 4, 1, 0, 0, 1, 0,
        0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4C, 1, 0, 0x3B,
    ];

    public ValueTask<Outcome> HandleAsync(HttpExchange exchange)
    {
        if (exchange.Method is not (RequestMethod.Get or RequestMethod.Head)) return new(Outcome.Status(405));
        if (exchange.Body.DiscardReceived(exchange) is not 0 and var refused) return new(Outcome.Status(refused));
        ResponseHead head = exchange.Response.Head;
        head.Status = 200;
        head.ContentType = s_type;
        head.ContentLength = Image.Length;
        head.LastModified = Dated;
        int refusal = ResponseFilters.Prepare(exchange);
        if (refusal != 0) return new(Outcome.Status(refusal));
        exchange.Response.Start(Image, isLast: true);
        return new(Outcome.Finished);
    }
}
