using System.Text;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Tls.Ocsp;

/// <summary>A responder's HTTP response as it comes in: where its body begins, and whether it is all there.</summary>
internal sealed class OcspReply(ResponseHeadParser parser)
{
    private bool _hasHead;
    private long _length;

    /// <summary>The response has come to its end.</summary>
    public bool IsComplete { get; private set; }

    public int Status => parser.StatusCode;

    /// <summary>Where the body stands in what was received.</summary>
    public Range Body { get; private set; }

    /// <summary>Looks at what has been received so far, from the first byte on.</summary>
    /// <param name="hasEnded">Nothing more will come.</param>
    /// <returns>What is wrong, in nginx's words; null if nothing is.</returns>
    public string? Read(ReadOnlySpan<byte> received, bool hasEnded)
    {
        if (!_hasHead)
        {
            switch (parser.Parse(received))
            {
                case HeadStatus.NeedMore:
                    return hasEnded ? "OCSP responder prematurely closed connection" : null;
                case HeadStatus.Complete when !parser.IsHttp09:
                    break;
                default:
                    return "OCSP responder sent invalid response";
            }
            if (CheckHead(received) is { } problem) return problem;
            _hasHead = true;
        }
        int body = received.Length - parser.Consumed;
        if (_length >= 0 ? body < _length : !hasEnded) return hasEnded ? "OCSP responder prematurely closed connection" : null;
        IsComplete = true;
        Body = parser.Consumed..(_length >= 0 ? parser.Consumed + (int)_length : received.Length);
        return null;
    }

    private string? CheckHead(ReadOnlySpan<byte> head)
    {
        // The framing of nginx's proxy: two lengths, or a coding nobody asked for, are no response.
        if (ResponseFraming.Decide(parser, head, requestWasHead: false, out ResponseFraming framing) != ResponseRejection.None || framing.Body == BodyFraming.Chunked)
            return "OCSP responder sent invalid response";
        _length = framing.Body switch
        {
            BodyFraming.None => 0,
            BodyFraming.Sized => framing.ContentLength,
            _ => -1,
        };
        if (!parser.TryFind(KnownHeader.ContentType, out HeaderField type)) return null;
        ReadOnlySpan<byte> value = type.Value.Of(head);
        return parser.StatusCode != 200 || Ascii.EqualsIgnoreCase(value, "application/ocsp-response"u8)
            ? null
            : $"OCSP responder sent invalid \"Content-Type\" header: \"{Encoding.Latin1.GetString(value)}\"";
    }
}
