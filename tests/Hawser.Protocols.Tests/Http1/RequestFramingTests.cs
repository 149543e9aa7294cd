using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>RFC 9112 §6.3 and §9.3, RFC 9110 §7.2 and §10.1.1, with nginx's refusals (ngx_http_process_request_header).</summary>
public sealed class RequestFramingTests
{
    [Theory]
    [InlineData("GET", "", BodyFraming.None, -1)]
    [InlineData("POST", "", BodyFraming.None, -1)]
    [InlineData("POST", "Content-Length: 0\r\n", BodyFraming.None, 0)]
    [InlineData("POST", "Content-Length: 5\r\n", BodyFraming.Sized, 5)]
    [InlineData("GET", "content-length:0012 \r\n", BodyFraming.Sized, 12)]
    [InlineData("POST", "Content-Length: 9223372036854775807\r\n", BodyFraming.Sized, long.MaxValue)]
    [InlineData("POST", "Transfer-Encoding: chunked\r\n", BodyFraming.Chunked, -1)]
    [InlineData("POST", "TRANSFER-ENCODING: ChunkeD\r\n", BodyFraming.Chunked, -1)]
    public void Body_OfAValidHead_IsFound(string method, string lines, BodyFraming body, long length)
    {
        var (rejection, framing) = Decide($"{method} / HTTP/1.1\r\nHost: h\r\n{lines}\r\n");

        Assert.Equal(RequestRejection.None, rejection);
        Assert.Equal(body, framing.Body);
        Assert.Equal(length, framing.ContentLength);
    }

    [Theory]
    [InlineData("Content-Length:", RequestRejection.InvalidContentLength, 400)]
    [InlineData("Content-Length: -1", RequestRejection.InvalidContentLength, 400)]
    [InlineData("Content-Length: +1", RequestRejection.InvalidContentLength, 400)]
    [InlineData("Content-Length: 1 1", RequestRejection.InvalidContentLength, 400)]
    [InlineData("Content-Length: 1,1", RequestRejection.InvalidContentLength, 400)]
    [InlineData("Content-Length: 0x1", RequestRejection.InvalidContentLength, 400)]
    [InlineData("Content-Length: \t1", RequestRejection.InvalidContentLength, 400)]
    [InlineData("Content-Length: 9223372036854775808", RequestRejection.InvalidContentLength, 400)]
    [InlineData("Content-Length: 5\r\nContent-Length: 5", RequestRejection.DuplicateHeader, 400)]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", RequestRejection.DuplicateHeader, 400)]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 5", RequestRejection.ContentLengthWithTransferEncoding, 400)]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked", RequestRejection.ContentLengthWithTransferEncoding, 400)]
    [InlineData("Content-Length: x\r\nTransfer-Encoding: chunked", RequestRejection.InvalidContentLength, 400)]
    [InlineData("Transfer-Encoding: identity", RequestRejection.UnknownTransferEncoding, 501)]
    [InlineData("Transfer-Encoding: gzip, chunked", RequestRejection.UnknownTransferEncoding, 501)]
    [InlineData("Transfer-Encoding: chunked, identity", RequestRejection.UnknownTransferEncoding, 501)]
    [InlineData("Transfer-Encoding: \tchunked", RequestRejection.UnknownTransferEncoding, 501)]
    [InlineData("Transfer-Encoding:", RequestRejection.UnknownTransferEncoding, 501)]
    [InlineData("Expect: 100-continue\r\nExpect: 100-continue", RequestRejection.DuplicateHeader, 400)]
    [InlineData("If-Modified-Since: a\r\nif-modified-since: a", RequestRejection.DuplicateHeader, 400)]
    [InlineData("If-Unmodified-Since: a\r\nIf-Unmodified-Since: a", RequestRejection.DuplicateHeader, 400)]
    [InlineData("If-Match: a\r\nIf-Match: a", RequestRejection.DuplicateHeader, 400)]
    [InlineData("If-None-Match: a\r\nIf-None-Match: a", RequestRejection.DuplicateHeader, 400)]
    [InlineData("If-Range: a\r\nIf-Range: a", RequestRejection.DuplicateHeader, 400)]
    [InlineData("Content-Range: a\r\nContent-Range: a", RequestRejection.DuplicateHeader, 400)]
    [InlineData("Authorization: a\r\nAuthorization: a", RequestRejection.DuplicateHeader, 400)]
    [InlineData("Proxy-Authorization: a\r\nProxy-Authorization: a", RequestRejection.DuplicateHeader, 400)]
    [InlineData("Host: h", RequestRejection.DuplicateHost, 400)]
    public void Head_ThatTwoReadersCouldReadDifferently_IsRefused(string lines, RequestRejection expected, int status)
    {
        var (rejection, _) = Decide($"POST / HTTP/1.1\r\nHost: h\r\n{lines}\r\n\r\n");

        Assert.Equal(expected, rejection);
        Assert.Equal(status, rejection.StatusCode());
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked", RequestRejection.TransferEncodingInHttp10)]
    [InlineData("Transfer-Encoding: identity", RequestRejection.TransferEncodingInHttp10)]
    [InlineData("Content-Length: 1\r\nContent-Length: 1", RequestRejection.DuplicateHeader)]
    public void Http10Head_WithTransferEncoding_IsRefused(string lines, RequestRejection expected)
        => Assert.Equal(expected, Decide($"POST / HTTP/1.0\r\n{lines}\r\n\r\n").Rejection);

    [Theory]
    [InlineData("Cookie: a\r\nCookie: b")]
    [InlineData("Accept: a\r\nAccept: b")]
    [InlineData("Range: bytes=0-\r\nRange: bytes=1-")]
    [InlineData("Upgrade: a\r\nUpgrade: b")]
    [InlineData("Connection: close\r\nConnection: close")]
    [InlineData("X-Forwarded-For: a\r\nX-Forwarded-For: b")]
    [InlineData("Content_Length: 1\r\nContent_Length: 2")] // another name, and invalid by default
    public void Fields_ThatMayRepeat_AreAccepted(string lines)
        => Assert.Equal(RequestRejection.None, Decide($"GET / HTTP/1.1\r\nHost: h\r\n{lines}\r\n\r\n").Rejection);

    [Theory]
    [InlineData("HTTP/1.1", "", true)]
    [InlineData("HTTP/1.2", "", true)]
    [InlineData("HTTP/1.0", "", false)]
    [InlineData("HTTP/1.1", "Connection: close\r\n", false)]
    [InlineData("HTTP/1.1", "Connection: Upgrade, CLOSE\r\n", false)]
    [InlineData("HTTP/1.1", "Connection: not-closed\r\n", false)] // nginx looks for the word anywhere
    [InlineData("HTTP/1.0", "Connection: Keep-Alive\r\n", true)]
    [InlineData("HTTP/1.0", "Connection: keep-alive, close\r\n", false)]
    [InlineData("HTTP/1.1", "Connection: close\r\nConnection: keep-alive\r\n", true)] // the last one counts
    [InlineData("HTTP/1.0", "Connection: keep-alive\r\nConnection: upgrade\r\n", true)]
    [InlineData("HTTP/1.0", "Proxy-Connection: keep-alive\r\n", false)]
    [InlineData("HTTP/1.1", "Connection:\r\n", true)]
    public void KeepAlive_ByVersionAndConnection_IsDecided(string version, string lines, bool expected)
        => Assert.Equal(expected, Decide($"GET / {version}\r\nHost: h\r\n{lines}\r\n").Framing.KeepAlive);

    [Theory]
    [InlineData("HTTP/1.1", "Expect: 100-continue\r\n", true)]
    [InlineData("HTTP/1.1", "Expect: 100-Continue\r\n", true)]
    [InlineData("HTTP/1.0", "Expect: 100-continue\r\n", false)]
    [InlineData("HTTP/1.1", "Expect: 100-continue, x\r\n", false)]
    [InlineData("HTTP/1.1", "", false)]
    public void ExpectsContinue_ByVersionAndExpect_IsDecided(string version, string lines, bool expected)
        => Assert.Equal(expected, Decide($"POST / {version}\r\nHost: h\r\n{lines}\r\n").Framing.ExpectsContinue);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", RequestRejection.MissingHost)]
    [InlineData("GET http://h/ HTTP/1.1\r\n\r\n", RequestRejection.MissingHost)] // the target's host is no substitute
    [InlineData("GET / HTTP/1.0\r\n\r\n", RequestRejection.None)]
    [InlineData("GET /\r\n", RequestRejection.None)]
    [InlineData("GET / HTTP/1.1\r\nHost\r\n\r\n", RequestRejection.InvalidHost)]
    [InlineData("GET / HTTP/1.0\r\nHost:\r\n\r\n", RequestRejection.InvalidHost)]
    [InlineData("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", RequestRejection.InvalidHost)]
    [InlineData("GET http://h/ HTTP/1.1\r\nHost: a..b\r\n\r\n", RequestRejection.InvalidHost)]
    [InlineData("GET http://h..h/ HTTP/1.1\r\nHost: h\r\n\r\n", RequestRejection.InvalidTargetHost)]
    [InlineData("GET http:/// HTTP/1.1\r\nHost: h\r\n\r\n", RequestRejection.InvalidTargetHost)]
    [InlineData("TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", RequestRejection.TraceNotAllowed)]
    [InlineData("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", RequestRejection.ConnectNotAllowed)]
    [InlineData("TRACE / HTTP/1.1\r\n\r\n", RequestRejection.MissingHost)]
    public void Head_AsAWhole_IsJudgedInNginxOrder(string head, RequestRejection expected)
        => Assert.Equal(expected, Decide(head).Rejection);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: WWW.x:81\r\n\r\n", "WWW.x", 81)]
    [InlineData("GET http://Target.:82/ HTTP/1.1\r\nHost: field\r\n\r\n", "Target", 82)]
    public void Host_OfTargetOrField_IsTaken(string head, string name, int port)
    {
        var bytes = Wire.Bytes(head);
        var (_, framing) = Decide(head);

        Assert.True(framing.HasHost);
        Assert.Equal(name, Wire.Text(framing.HostSource.Of(bytes)[..framing.Host.Length]));
        Assert.Equal(port, framing.Host.Port);
    }

    [Fact]
    public void Host_OfAnHttp10RequestWithout_IsAbsent() => Assert.False(Decide("GET / HTTP/1.0\r\n\r\n").Framing.HasHost);

    [Fact]
    public void Rejection_EveryOne_HasStatusAndText()
    {
        foreach (var rejection in Enum.GetValues<RequestRejection>().Where(r => r != RequestRejection.None))
        {
            Assert.InRange(rejection.StatusCode(), 400, 505);
            Assert.StartsWith("client ", rejection.LogText(), StringComparison.Ordinal);
        }
    }

    private static (RequestRejection Rejection, RequestFraming Framing) Decide(string head)
    {
        var bytes = Wire.Bytes(head);
        var parser = RequestReading.Feed(bytes, [bytes.Length]);
        Assert.Equal(HeadStatus.Complete, parser.Parse(bytes));
        return (RequestFraming.Decide(parser, bytes, out var framing), framing);
    }
}
