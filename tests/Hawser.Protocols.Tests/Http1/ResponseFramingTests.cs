using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>RFC 9112 §6.3 for responses, with the refusals of nginx 1.31; the cases of its proxy_duplicate_headers.t are here.</summary>
public sealed class ResponseFramingTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", false, BodyFraming.Sized, 5, true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", false, BodyFraming.None, 0, true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", false, BodyFraming.Chunked, -1, true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n", false, BodyFraming.Chunked, -1, true)]
    [InlineData("HTTP/1.1 200 OK\r\n", false, BodyFraming.UntilClose, -1, false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", true, BodyFraming.None, 5, true)]
    [InlineData("HTTP/1.1 200 OK\r\n", true, BodyFraming.None, -1, true)]
    [InlineData("HTTP/1.1 204 No Content\r\n", false, BodyFraming.None, -1, true)]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n", false, BodyFraming.None, 5, true)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n", false, BodyFraming.None, 5, true)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n", false, BodyFraming.None, -1, true)]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nContent-Length: 5\r\n", false, BodyFraming.UntilClose, 5, false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n", false, BodyFraming.Sized, 5, false)]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n", false, BodyFraming.Sized, 5, false)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n", false, BodyFraming.Sized, 5, false)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: x\r\nConnection: Closed\r\nContent-Length: 5\r\n", false, BodyFraming.Sized, 5, false)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n", false, BodyFraming.Sized, 5, true)]
    public void Body_OfAValidHead_IsFound(string head, bool requestWasHead, BodyFraming body, long length, bool keepAlive)
    {
        var (rejection, framing) = Decide(head, requestWasHead);

        Assert.Equal(ResponseRejection.None, rejection);
        Assert.Equal(body, framing.Body);
        Assert.Equal(length, framing.ContentLength);
        Assert.Equal(keepAlive, framing.KeepAlive);
    }

    [Theory]
    [InlineData("Content-Length: foo", ResponseRejection.InvalidContentLength)]
    [InlineData("Content-Length:", ResponseRejection.InvalidContentLength)]
    [InlineData("Content-Length: -1", ResponseRejection.InvalidContentLength)]
    [InlineData("Content-Length: 9223372036854775808", ResponseRejection.InvalidContentLength)]
    [InlineData("Content-Length: 0\r\nContent-Length: 0", ResponseRejection.DuplicateContentLength)]
    [InlineData("Transfer-Encoding: foo", ResponseRejection.UnknownTransferEncoding)]
    [InlineData("Transfer-Encoding: gzip, chunked", ResponseRejection.UnknownTransferEncoding)]
    [InlineData("Transfer-Encoding: identity", ResponseRejection.UnknownTransferEncoding)]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", ResponseRejection.DuplicateTransferEncoding)]
    [InlineData("Content-Length: 0\r\nTransfer-Encoding: chunked", ResponseRejection.ContentLengthWithTransferEncoding)]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 0", ResponseRejection.ContentLengthWithTransferEncoding)]
    public void Head_ThatTwoReadersCouldReadDifferently_IsRefused(string lines, ResponseRejection expected)
    {
        foreach (var status in (string[])["200 OK", "304 Not Modified", "204 No Content"])
            Assert.Equal(expected, Decide($"HTTP/1.1 {status}\r\n{lines}\r\n", requestWasHead: false).Rejection);
    }

    [Fact]
    public void Rejection_EveryOne_HasALogText()
    {
        foreach (var rejection in Enum.GetValues<ResponseRejection>().Where(r => r != ResponseRejection.None))
            Assert.StartsWith("upstream sent ", rejection.LogText(), StringComparison.Ordinal);
    }

    private static (ResponseRejection Rejection, ResponseFraming Framing) Decide(string head, bool requestWasHead)
    {
        var bytes = Wire.Bytes(head + "\r\n");
        var parser = ResponseReading.Feed(bytes, [bytes.Length]);
        Assert.Equal(HeadStatus.Complete, parser.Parse(bytes));
        return (ResponseFraming.Decide(parser, bytes, requestWasHead, out var framing), framing);
    }
}
