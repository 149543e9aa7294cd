using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>RFC 9112 §4 as nginx's proxy module reads it (ngx_http_parse_status_line, ngx_http_proxy_process_header).</summary>
public sealed class ResponseHeadTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", 200, "200 OK", "v1.1")]
    [InlineData("HTTP/1.1 200 OK\n\n", 200, "200 OK", "v1.1")]
    [InlineData("HTTP/1.0 404 Not  Found \r\n\r\n", 404, "404 Not  Found ", "v1.0")]
    [InlineData("HTTP/1.1 200\r\n\r\n", 200, "200", "v1.1")]
    [InlineData("HTTP/1.1 200 \r\n\r\n", 200, "200 ", "v1.1")]
    [InlineData("HTTP/1.1   200 OK\r\n\r\n", 200, "200 OK", "v1.1")]
    [InlineData("HTTP/1.1 403.1 IIS\r\n\r\n", 403, "403.1 IIS", "v1.1")]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n", 200, "200 OK", "v2.0")]
    [InlineData("HTTP/999.999 200 OK\r\n\r\n", 200, "200 OK", "v999.999")]
    [InlineData("HTTP/1.1 999 \u00e9\0\r\n\r\n", 999, "999 \u00e9\0", "v1.1")]
    [InlineData("HTTP/1.1 000 x\r\n\r\n", 0, "000 x", "v1.1")]
    public void StatusLine_Acceptable_GivesCodeAndText(string message, int code, string text, string version)
    {
        var reading = ResponseReading.Everywhere(message);

        Assert.Equal(HeadStatus.Complete, reading.Status);
        Assert.Equal(code, reading.Code);
        Assert.Equal(text, reading.Text);
        Assert.StartsWith($"{version} http09=False ", reading.Rest, StringComparison.Ordinal);
        Assert.Contains($"consumed={message.Length} ", reading.Rest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("\r\nHTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("http/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/0.9 200 OK\r\n\r\n")]
    [InlineData("HTTP/1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.x 200 OK\r\n\r\n")]
    [InlineData("HTTP/1000.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1000 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 OK\r\n\r\n")]
    [InlineData("HTTP/1.1\t200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200\tOK\r\n\r\n")]
    [InlineData("HTTP/1.1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\rX")]
    public void StatusLine_Invalid_MakesItABodyWithoutHead(string message)
    {
        var reading = ResponseReading.Everywhere(message);

        Assert.Equal(HeadStatus.Complete, reading.Status);
        Assert.Equal(200, reading.Code);
        Assert.StartsWith("v0.9 http09=True interim=False consumed=0 ", reading.Rest, StringComparison.Ordinal);
        Assert.Contains("UntilClose", reading.Rest, StringComparison.Ordinal);
        Assert.Contains("KeepAlive = False", reading.Rest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A: b\r\nX_y: z\r\n\r\n", "A=b|X_y=z")]
    [InlineData("A: b\nC:d  \n\n", "A=b|C=d")]
    [InlineData("A: b\r\nHTTP/1.1 200 OK\r\nC: d\r\n\r\n", "A=b|C=d")] // IIS repeats the status line
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", "")]
    [InlineData("x.y: z\r\n\r\n", "x.y=z invalid")]
    [InlineData("HTTP: v\r\n\r\n", "HTTP=v")]
    [InlineData("XTTP/: v\r\n\r\n", "XTTP/=v invalid")]
    public void Headers_OfAResponse_AreRead(string lines, string expected)
    {
        var reading = ResponseReading.Everywhere("HTTP/1.1 200 OK\r\n" + lines);

        Assert.Equal(HeadStatus.Complete, reading.Status);
        Assert.Equal(expected, reading.Headers);
    }

    [Theory]
    [InlineData(" A: b\r\n\r\n")]
    [InlineData("A : b\r\n\r\n")]
    [InlineData("A: b\0\r\n\r\n")]
    [InlineData("A: b\rc\r\n\r\n")]
    [InlineData(": b\r\n\r\n")]
    public void Headers_Malformed_AreRefused(string lines)
    {
        var reading = ResponseReading.Everywhere("HTTP/1.1 200 OK\r\n" + lines);

        Assert.Equal(HeadStatus.Error, reading.Status);
        Assert.Equal(ResponseRejection.InvalidHeaderLine, reading.Error);
    }

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", true)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", true)]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", false)]
    public void InterimResponse_ByStatus_IsToldApart(string message, bool interim)
    {
        var reading = ResponseReading.Everywhere(message);

        Assert.Contains($"interim={interim} ", reading.Rest, StringComparison.Ordinal);
        if (interim)
            Assert.Contains("Body = None", reading.Rest, StringComparison.Ordinal);
    }

    [Fact]
    public void EarlyHints_OfHttp10_AreRefused()
    {
        var reading = ResponseReading.Everywhere("HTTP/1.0 103 Early Hints\r\n\r\n");

        Assert.Equal(ResponseRejection.EarlyHintsInHttp10, reading.Error);
    }

    [Fact]
    public void Parser_AfterReset_ReadsTheFinalResponseAfresh()
    {
        var parser = new ResponseHeadParser();
        Assert.Equal(HeadStatus.Complete, parser.Parse("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"u8));
        parser.Reset();
        Assert.Equal(HeadStatus.Complete, parser.Parse("<p>"u8));
        Assert.True(parser.IsHttp09);
        parser.Reset();
        Assert.Equal(HeadStatus.Complete, parser.Parse("HTTP/1.0 404 No\r\nServer: x\r\n\r\n"u8));

        Assert.False(parser.IsHttp09);
        Assert.Equal(404, parser.StatusCode);
        Assert.Equal(1, parser.Headers.Length);
        Assert.True(parser.Has(KnownHeader.Server));
        Assert.False(parser.Has(KnownHeader.Link));
    }
}
