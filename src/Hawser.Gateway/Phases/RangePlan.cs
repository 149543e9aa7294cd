using System.Buffers.Text;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary>
/// The ranges of a partial answer. Whoever makes the answer calls <see cref="ResponseFilters.Prepare"/> before it starts, and then sends
/// the ranges alone: one range as it is, several each behind its <see cref="PartHead"/>, and <see cref="End"/> after the last. The head
/// is turned into that of a 206 when the answer starts.
/// </summary>
public sealed class RangePlan
{
    // nginx sets no limit of its own, and nobody asks for more; a request for more is answered with the whole content.
    private const int MostRanges = 256;

    private static readonly ByteSlice s_contentRange = ByteSlice.FromLatin1("Content-Range");
    private static readonly ByteSlice s_acceptRanges = ByteSlice.FromLatin1("Accept-Ranges");
    private static readonly ByteSlice s_bytes = ByteSlice.FromLatin1("bytes");

    private readonly ContentRange[] _ranges;
    private readonly ByteSlice[] _partHeads;
    private readonly long _contentLength;

    private RangePlan(ContentRange[] ranges, long contentLength)
    {
        _ranges = ranges;
        _partHeads = new ByteSlice[ranges.Length];
        _contentLength = contentLength;
    }

    /// <summary>How many ranges there are; at least one.</summary>
    public int Count => _ranges.Length;

    public ReadOnlySpan<ContentRange> Ranges => _ranges;

    /// <summary>What follows the last of several parts. Known once the answer has started.</summary>
    public ByteSlice End { get; private set; }

    public ContentRange RangeAt(int index) => _ranges[index];

    /// <summary>What stands before one of several parts. Known once the answer has started.</summary>
    public ByteSlice PartHead(int index) => _partHeads[index];

    /// <summary>
    /// Looks at the Range field of the request. If the answer is to be partial, <see cref="ResponseHead.Ranges"/> says how.
    /// </summary>
    /// <returns>0, or 416: answer with that; Content-Range is set.</returns>
    internal static int Prepare(HttpExchange exchange)
    {
        ResponseHead head = exchange.Response.Head;
        if (!AreServed(exchange, head) || !exchange.RequestHeaders.TryGet(KnownHeader.Range, out ByteSlice asked)) return 0;
        if (exchange.RequestHeaders.TryGet(KnownHeader.IfRange, out ByteSlice condition)
            && !ConditionalRequest.IfRangeHolds(condition.Span, head.ETag.Span, head.LastModified >= 0 ? head.LastModified : null))
        {
            return 0;
        }
        Span<ContentRange> ranges = stackalloc ContentRange[MostRanges];
        switch (RangeHeader.Parse(asked.Span, head.ContentLength, exchange.Location.Files.MaxRanges, ranges, out int count))
        {
            case RangeVerdict.NotSatisfiable:
                SetContentRange(head, exchange.Arena.Concat("bytes */"u8, exchange.Arena.Format(head.ContentLength).Span));
                return 416;
            case RangeVerdict.Partial:
                head.Ranges = new RangePlan(ranges[..count].ToArray(), head.ContentLength);
                return 0;
            default:
                return 0;
        }
    }

    /// <summary>The last header filter but framing: makes the head one of a partial answer, or says that ranges may be asked for.</summary>
    internal static void Filter(HttpExchange exchange)
    {
        ResponseHead head = exchange.Response.Head;
        if (!AreServed(exchange, head)) return;
        if (head.Ranges is { } plan) plan.Apply(exchange, head);
        else if (!head.Headers.Contains(KnownHeader.AcceptRanges)) head.Headers.Add(s_acceptRanges, s_bytes, KnownHeader.AcceptRanges);
    }

    private static bool AreServed(HttpExchange exchange, ResponseHead head) =>
        head.AllowRanges && exchange.Version >= 10 && head.ContentLength >= 0 && exchange.Location.Files.MaxRanges > 0
        && head.Status == 200;

    private void Apply(HttpExchange exchange, ResponseHead head)
    {
        head.Status = 206;
        head.StatusLine = default;
        if (Count == 1)
        {
            SetContentRange(head, exchange.Arena.Concat("bytes "u8, Describe(exchange.Arena, _ranges[0]).Span));
            head.ContentLength = _ranges[0].Length;
            return;
        }
        head.Headers.RemoveAll(KnownHeader.ContentRange);
        MakeParts(exchange, head);
    }

    //   CRLF "--" boundary CRLF
    //   "Content-Type: text/plain" CRLF           if there is one
    //   "Content-Range: bytes 0-4/100" CRLF CRLF
    private void MakeParts(HttpExchange exchange, ResponseHead head)
    {
        Arena arena = exchange.Arena;
        ByteSlice boundary = Boundary(exchange);
        ByteSlice opening = arena.Concat("\r\n--"u8, boundary.Span);
        ByteSlice type = head.ContentType.IsEmpty ? default : arena.Concat("\r\nContent-Type: "u8, head.ContentType.Span);
        ByteSlice beginning = arena.Concat(arena.Concat(opening.Span, type.Span).Span, "\r\nContent-Range: bytes "u8);
        End = arena.Concat(opening.Span, "--\r\n"u8);
        long length = End.Length;
        for (int i = 0; i < _ranges.Length; i++)
        {
            ByteSlice range = arena.Concat(Describe(arena, _ranges[i]).Span, "\r\n\r\n"u8);
            _partHeads[i] = arena.Concat(beginning.Span, range.Span);
            length += _partHeads[i].Length + _ranges[i].Length;
        }
        head.ContentType = arena.Concat("multipart/byteranges; boundary="u8, boundary.Span);
        head.ContentLength = length;
    }

    // Twenty digits, as nginx's; what counts is that no part holds it by chance.
    private static ByteSlice Boundary(HttpExchange exchange)
    {
        Span<byte> room = exchange.Arena.Allocate(20, out ByteSlice boundary);
        Utf8Formatter.TryFormat((ulong)Random.Shared.NextInt64(), room, out _, new('D', 20));
        return boundary;
    }

    // "0-4/100"
    private ByteSlice Describe(Arena arena, ContentRange range)
    {
        Span<byte> text = stackalloc byte[64];
        Utf8Formatter.TryFormat(range.Start, text, out int length);
        text[length++] = (byte)'-';
        Utf8Formatter.TryFormat(range.End - 1, text[length..], out int written);
        length += written;
        text[length++] = (byte)'/';
        Utf8Formatter.TryFormat(_contentLength, text[length..], out written);
        return arena.Copy(text[..(length + written)]);
    }

    private static void SetContentRange(ResponseHead head, ByteSlice value)
    {
        head.Headers.RemoveAll(KnownHeader.ContentRange);
        head.Headers.Add(s_contentRange, value, KnownHeader.ContentRange);
    }
}
