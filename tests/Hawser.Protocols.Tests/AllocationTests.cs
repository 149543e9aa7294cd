using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;
using Hawser.Protocols.WebSocket;

namespace Hawser.Protocols.Tests;

/// <summary>After the first message a connection's readers allocate nothing.</summary>
public sealed class AllocationTests
{
    private static readonly byte[] Request = Wire.Bytes(
        "GET /chat/../room.html?id=%20 HTTP/1.1\r\nHost: Example.com:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nCookie: a=1; session=2\r\n"
        + "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\nRange: bytes=0-9,20-\r\n\r\n");

    private static readonly byte[] Response = Wire.Bytes(
        "HTTP/1.1 200 OK\r\nServer: x\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nTransfer-Encoding: chunked\r\n\r\n");

    private static readonly byte[] Body = Wire.Bytes("5\r\nhello\r\n0\r\nA: b\r\n\r\n");

    [Fact]
    public void Readers_InTheSteadyState_AllocateNothing()
    {
        var request = new RequestHeadParser();
        var response = new ResponseHeadParser();
        var trailers = new TrailerParser();
        var output = new byte[256];

        for (var warmUp = 0; warmUp < 200; warmUp++)
            OneExchange(request, response, trailers, output);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            OneExchange(request, response, trailers, output);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void OneExchange(RequestHeadParser request, ResponseHeadParser response, TrailerParser trailers, byte[] output)
    {
        request.Reset();
        Require(request.Parse(Request.AsSpan(0, 50)) == HeadStatus.NeedMore);
        Require(request.Parse(Request) == HeadStatus.Complete);
        Require(RequestTarget.TryNormalize(request.Target.Of(Request), request.TargetFlags, true, output, out var target));
        Require(QueryReader.TryFind(target.Args.Of(request.Target.Of(Request)), "id"u8, out _));
        Require(RequestFraming.Decide(request, Request, out var framing) == RequestRejection.None);
        framing.Host.Lower(framing.HostSource.Of(Request), output);
        var handshake = OpeningHandshake.Examine(request, Request);
        Require(handshake.Verdict == HandshakeVerdict.Valid);
        OpeningHandshake.WriteAccept(handshake.Key.Of(Request), output);
        Require(request.TryFind(KnownHeader.Cookie, out var cookie));
        Require(CookieReader.TryFind(cookie.Value.Of(Request), "session"u8, out _));
        Require(request.TryFind(KnownHeader.Range, out var range));
        Span<ContentRange> ranges = stackalloc ContentRange[4];
        Require(RangeHeader.Parse(range.Value.Of(Request), 1000, RangeHeader.Unlimited, ranges, out _) == RangeVerdict.Partial);
        Require(request.TryFind(KnownHeader.IfModifiedSince, out var since));
        Require(!ConditionalRequest.IsModifiedSince(since.Value.Of(Request), 784111777, IfModifiedSinceMode.Exact));

        response.Reset();
        Require(response.Parse(Response) == HeadStatus.Complete);
        Require(ResponseFraming.Decide(response, Response, false, out _) == ResponseRejection.None);
        var decoder = new ChunkedDecoder(keepTrailers: true);
        Require(decoder.Decode(Body, out _, out var first) == ChunkStatus.Data);
        Require(decoder.Decode(Body.AsSpan(first), out _, out var rest) == ChunkStatus.Complete);
        trailers.Reset();
        Require(trailers.Parse(Body.AsSpan(first + rest)) == HeadStatus.Complete);

        HttpDate.Format(output, 784111777);
        LogTime.FormatLocal(output, 784111777, 60);
        ChunkedEncoder.WriteSizeLine(output, 1000);
        UriEscaping.Escape("/a b"u8, UriEscape.Uri, output);
        Require(FrameHeader.TryRead([0x81, 0x85, 1, 2, 3, 4], out _, out _) == 6);
    }

    /// <summary>An assertion that allocates nothing itself.</summary>
    private static void Require(bool condition)
    {
        if (!condition)
            Assert.Fail("The exchange that is measured does not do what it should.");
    }
}
