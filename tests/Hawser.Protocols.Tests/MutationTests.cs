using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;
using Hawser.Protocols.WebSocket;

namespace Hawser.Protocols.Tests;

/// <summary>
/// Damaged messages: no reader ever throws, reads outside, or comes to another verdict because of how the bytes were cut
/// into pieces. Seeds are fixed, so a failure repeats; HAWSER_TEST_LONG=1 runs ten times as many.
/// </summary>
public sealed class MutationTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("HAWSER_TEST_LONG") is { Length: > 0 } ? 40_000 : 4_000;

    private static readonly byte[][] Requests =
    [
        .. new[]
        {
            "GET /chat?room=1 HTTP/1.1\r\nHost: example.com:8080\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://example.com\r\n\r\n",
            "POST /a/../b//c.html?x=%20#f HTTP/1.0\nHost: [::1]:80\nContent-Length: 12\nX_under: y\nCookie: a=1; b=2\n\nbody",
            "GET http://User.Example.:8080/%2e%2e/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
            "\r\nCONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n",
            "GET /simple\r\n",
        }.Select(Wire.Bytes),
    ];

    private static readonly byte[][] Responses =
    [
        .. new[]
        {
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
            "HTTP/1.0 200 OK\nContent-Length: 5\nSet-Cookie: a=b\nConnection: close\n\nhello",
            "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\nHTTP/1.1 200 OK\r\nServer: x\r\n\r\n",
        }.Select(Wire.Bytes),
    ];

    private static readonly byte[][] Bodies =
    [
        .. new[]
        {
            "5\r\nhello\r\n00a;ext=\"v\"\r\n0123456789\r\n0\r\nTrailer: v\r\nOther: w\r\n\r\nnext",
            "1 \r\na\r\nFF\r\n" + new string('x', 255) + "\r\n0;last\r\n\r\n",
        }.Select(Wire.Bytes),
    ];

    [Fact]
    public void RequestHead_Damaged_GivesOneVerdictHoweverItIsCut()
    {
        var complete = 0;
        ForEach(Requests, 1, (message, random) =>
        {
            var reading = Splitting.Randomly(message, random, (bytes, ends) => RequestReading.Read(bytes, ends));
            if (reading.Status == HeadStatus.Complete)
                complete++;

            UseEverything(message);
        });

        // Damage that is always fatal would test nothing but refusals, and the other way round.
        Assert.InRange(complete, Rounds / 20, Rounds * 19 / 20);
    }

    [Fact]
    public void ResponseHead_Damaged_GivesOneVerdictHoweverItIsCut()
    {
        var complete = 0;
        ForEach(Responses, 2, (message, random) =>
        {
            var reading = Splitting.Randomly(message, random, ResponseReading.Read);
            if (reading.Status == HeadStatus.Complete)
                complete++;
        });
        Assert.InRange(complete, Rounds / 20, Rounds * 19 / 20);
    }

    [Fact]
    public void ChunkedBody_Damaged_GivesOneVerdictHoweverItIsCut()
    {
        var complete = 0;
        ForEach(Bodies, 3, (message, random) =>
        {
            var keepTrailers = random.Next(2) == 0;
            var reading = Splitting.Randomly(message, random, (bytes, ends) => ChunkedReading.Read(bytes, ends, keepTrailers));
            if (reading.Status == ChunkStatus.Complete)
                complete++;
        });
        Assert.InRange(complete, Rounds / 20, Rounds * 19 / 20);
    }

    [Fact]
    public void RandomBytes_ToEveryReader_NeverThrow()
    {
        var random = new Random(4);
        var output = new byte[1024];
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);

            _ = FrameHeader.TryRead(bytes, out _, out _);
            _ = ClosePayload.TryRead(bytes, out _);
            _ = HostName.TryParse(bytes, out _);
            _ = HttpDate.TryParse(bytes, out _);
            _ = RangeHeader.Parse([.. "bytes="u8, .. bytes], 1000, RangeHeader.Unlimited, new ContentRange[8], out _);
            _ = ConditionalRequest.EntityTagMatches(bytes, "\"a\""u8, weak: true);
            _ = CookieReader.TryFind(bytes, "a"u8, out _);
            _ = QueryReader.TryFind(bytes, "a"u8, out _);
            _ = InternalUri.TryParse(bytes, output, out _, out _);
            _ = UriEscaping.Unescape(bytes, output);
            Assert.Equal(UriEscaping.EscapedLength(bytes, UriEscape.Uri), UriEscaping.Escape(bytes, UriEscape.Uri, output));
            Assert.Equal(UriEscaping.EscapedHtmlLength(bytes), UriEscaping.EscapeHtml(bytes, output));
            _ = KnownHeaders.Find(bytes);
        }
    }

    /// <summary>What a gateway goes on to do with a head, whatever state it is in.</summary>
    private static void UseEverything(byte[] message)
    {
        var parser = RequestReading.Feed(message, [message.Length]);
        var target = parser.Target.Of(message);
        foreach (var merge in (bool[])[true, false])
            _ = RequestTarget.TryNormalize(target, parser.TargetFlags, merge, new byte[target.Length], out _);

        if (parser.Parse(message) != HeadStatus.Complete)
            return;

        _ = RequestFraming.Decide(parser, message, out var framing);
        if (framing.HasHost)
            Assert.Equal(framing.Host.Length, framing.Host.Lower(framing.HostSource.Of(message), new byte[framing.Host.Length]));

        var handshake = OpeningHandshake.Examine(parser, message);
        if (handshake.Verdict == HandshakeVerdict.Valid)
            _ = OpeningHandshake.WriteAccept(handshake.Key.Of(message), new byte[OpeningHandshake.AcceptLength]);
    }

    private static void ForEach(byte[][] seeds, int seed, Action<byte[], Random> check)
    {
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
            check(Mutation.Of(seeds[round % seeds.Length], random), random);
    }
}
