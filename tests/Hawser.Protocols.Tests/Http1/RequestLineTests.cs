using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>The request line: RFC 9112 §3 with the liberties of nginx (ngx_http_parse_request_line).</summary>
public sealed class RequestLineTests
{
    private const string End = "\r\nHost: h\r\n\r\n";

    [Theory]
    [InlineData("GET", RequestMethod.Get)]
    [InlineData("HEAD", RequestMethod.Head)]
    [InlineData("POST", RequestMethod.Post)]
    [InlineData("PUT", RequestMethod.Put)]
    [InlineData("DELETE", RequestMethod.Delete)]
    [InlineData("MKCOL", RequestMethod.MkCol)]
    [InlineData("COPY", RequestMethod.Copy)]
    [InlineData("MOVE", RequestMethod.Move)]
    [InlineData("OPTIONS", RequestMethod.Options)]
    [InlineData("PROPFIND", RequestMethod.PropFind)]
    [InlineData("PROPPATCH", RequestMethod.PropPatch)]
    [InlineData("LOCK", RequestMethod.Lock)]
    [InlineData("UNLOCK", RequestMethod.Unlock)]
    [InlineData("PATCH", RequestMethod.Patch)]
    [InlineData("TRACE", RequestMethod.Trace)]
    [InlineData("PURGE", RequestMethod.Other)]
    [InlineData("M-SEARCH", RequestMethod.Other)]
    [InlineData("_", RequestMethod.Other)]
    [InlineData("GETS", RequestMethod.Other)]
    public void Method_AnyOfCapitals_IsAcceptedAndRecognized(string name, RequestMethod expected)
    {
        var reading = RequestReading.Everywhere($"{name} / HTTP/1.1{End}");

        Assert.Equal(HeadStatus.Complete, reading.Status);
        Assert.Equal($"{expected} {name}", reading.Method);
    }

    [Theory]
    [InlineData("get / HTTP/1.1")]
    [InlineData("Get / HTTP/1.1")]
    [InlineData(" GET / HTTP/1.1")]
    [InlineData("G\tT / HTTP/1.1")]
    [InlineData("GET\t/ HTTP/1.1")]
    [InlineData("GET")] // the line end is no byte of a method
    [InlineData("GET\r\n/ HTTP/1.1")]
    [InlineData("G1 / HTTP/1.1")]
    [InlineData("\0GET / HTTP/1.1")]
    [InlineData("\u0016\u0003\u0001")] // a TLS client hello
    public void Method_WithOtherCharacters_IsRefused(string line)
        => AssertRefused(RequestRejection.InvalidMethod, 400, line + End);

    [Theory]
    [InlineData("/", "/", "", "")]
    [InlineData("/a/b.c/d", "/a/b.c/d", "", "")]
    [InlineData("/a/b.html", "/a/b.html", "", "html")]
    [InlineData("/a.b.c?x=.y", "/a.b.c", "x=.y", "c")]
    [InlineData("/?", "/", "", "")]
    [InlineData("/a?b?c", "/a", "b?c", "")]
    [InlineData("/a+b/+.c", "/a+b/+.c", "", "")]
    [InlineData("/\u00e9<>\"{}|\\^`", "/\u00e9<>\"{}|\\^`", "", "")]
    [InlineData("/a.", "/a.", "", "")]
    public void Target_OriginForm_IsSplitIntoPathAndArgs(string target, string path, string args, string extension)
    {
        var reading = RequestReading.Everywhere($"GET {target} HTTP/1.1{End}");

        Assert.Equal(HeadStatus.Complete, reading.Status);
        Assert.Equal(target, reading.Target);

        // "/+." is complex in nginx's eyes, so its extension is found by normalisation.
        Assert.Contains($" path={path} args={args} ext={extension} ", reading.Rest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a", TargetFlags.None)]
    [InlineData("/a?b=%41#c", TargetFlags.Complex)]
    [InlineData("/a?b=%41", TargetFlags.None)]
    [InlineData("/%41", TargetFlags.Quoted)]
    [InlineData("//", TargetFlags.Complex)]
    [InlineData("/a/.b", TargetFlags.Complex)]
    [InlineData("/a.b", TargetFlags.None)]
    [InlineData("/a/..", TargetFlags.Complex)]
    [InlineData("/a#b", TargetFlags.Complex)]
    [InlineData("/a+b", TargetFlags.Plus)]
    [InlineData("/+.", TargetFlags.Plus | TargetFlags.Complex)]
    [InlineData("http://h?x", TargetFlags.EmptyPath)]
    public void TargetFlags_ByTarget_SayWhatNormalisationMustDo(string target, TargetFlags flags)
        => Assert.Contains($"flags={flags} ", RequestReading.Everywhere($"GET {target} HTTP/1.1{End}").Rest, StringComparison.Ordinal);

    [Theory]
    [InlineData("http://h/a?b", "/a?b", "http", "h")]
    [InlineData("http://h", "/", "http", "h")]
    [InlineData("http://h?b", "?b", "http", "h")]
    [InlineData("HTTPS://h.x:8443/", "/", "HTTPS", "h.x:8443")]
    [InlineData("http://h:", "/", "http", "h:")]
    [InlineData("http://[::1]:80/x", "/x", "http", "[::1]:80")]
    [InlineData("a+b-1.2://h/", "/", "a+b-1.2", "h")]
    [InlineData("http:///x", "/x", "http", "")]
    public void Target_AbsoluteForm_IsSplitIntoSchemeHostAndTarget(string target, string origin, string scheme, string host)
    {
        var reading = RequestReading.Everywhere($"GET {target} HTTP/1.1{End}");

        Assert.Equal(HeadStatus.Complete, reading.Status);
        Assert.Equal(origin, reading.Target);
        Assert.Contains($" scheme={scheme} host=True:{host} ", reading.Rest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CONNECT h:443 HTTP/1.1", "h:443")]
    [InlineData("CONNECT  [::1]:443 HTTP/1.1", "[::1]:443")]
    public void Target_AuthorityForm_IsTheHostOfConnect(string line, string host)
    {
        var reading = RequestReading.Everywhere(line + End);

        Assert.Equal(HeadStatus.Complete, reading.Status);
        Assert.Equal("/", reading.Target);
        Assert.Contains($" host=True:{host} ", reading.Rest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET ")]
    [InlineData("GET * HTTP/1.1")]
    [InlineData("GET ?x HTTP/1.1")]
    [InlineData("GET / / HTTP/1.1")]
    [InlineData("GET / x HTTP/1.1")]
    [InlineData("GET /\u0002 HTTP/1.1")]
    [InlineData("GET /a\u0002 HTTP/1.1")]
    [InlineData("GET /?\u007f HTTP/1.1")]
    [InlineData("GET /a\tb HTTP/1.1")]
    [InlineData("GET /\0 HTTP/1.1")]
    [InlineData("GET http HTTP/1.1")]
    [InlineData("GET http:/h HTTP/1.1")]
    [InlineData("GET 1http://h/ HTTP/1.1")]
    [InlineData("GET http://h_x/ HTTP/1.1")]
    [InlineData("GET http://h#x HTTP/1.1")]
    [InlineData("GET http://h:8x/ HTTP/1.1")]
    [InlineData("GET http://[::1/ HTTP/1.1")]
    [InlineData("GET http://[::1]x/ HTTP/1.1")]
    [InlineData("GET http://u@h/ HTTP/1.1")]
    [InlineData("CONNECT / HTTP/1.1")]
    [InlineData("CONNECT h HTTP/1.1")]
    [InlineData("CONNECT h: HTTP/1.1")]
    [InlineData("CONNECT h:80/ HTTP/1.1")]
    [InlineData("GET / http/1.1")]
    [InlineData("GET / HTTPS/1.1")]
    [InlineData("GET / HTTP1.1")]
    [InlineData("GET / HTTP/0.9")]
    [InlineData("GET / HTTP/.1")]
    [InlineData("GET / HTTP/1")]
    [InlineData("GET / HTTP/1.")]
    [InlineData("GET / HTTP/1.x")]
    [InlineData("GET / HTTP/1.1x")]
    [InlineData("GET / HTTP/1.1 x")]
    [InlineData("GET / HTTP/1.1000")]
    public void RequestLine_Malformed_IsRefused(string line)
        => AssertRefused(RequestRejection.InvalidRequestLine, 400, line + End);

    [Theory]
    [InlineData("GET / HTTP/1.1\rHost: h\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\rHost: h\r\n\r\n")]
    [InlineData("GET /\rHost: h\r\n\r\n")]
    public void RequestLine_CarriageReturnWithoutLineFeed_IsRefused(string message)
        => AssertRefused(RequestRejection.InvalidRequestLine, 400, message);

    [Theory]
    [InlineData("HTTP/2.0")]
    [InlineData("HTTP/9.9")]
    [InlineData("HTTP/10.0")]
    [InlineData("HTTP/11.1")]
    public void Version_NotOne_Is505(string version)
        => AssertRefused(RequestRejection.UnsupportedVersion, 505, $"GET / {version}{End}");

    [Theory]
    [InlineData("HTTP/1.0", "1.0", "HTTP/1.0")]
    [InlineData("HTTP/1.1", "1.1", "HTTP/1.1")]
    [InlineData("HTTP/1.2", "1.2", "HTTP/1.2")]
    [InlineData("HTTP/1.999", "1.999", "HTTP/1.999")]
    [InlineData("  HTTP/1.1  ", "1.1", "HTTP/1.1  ")]
    public void Version_OneWithAnyMinor_IsAccepted(string version, string expected, string protocol)
    {
        var reading = RequestReading.Everywhere($"GET / {version}{End}");

        Assert.Equal(HeadStatus.Complete, reading.Status);
        Assert.Equal(expected, reading.Version);
        Assert.Contains($"protocol={protocol} ", reading.Rest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /\r\n")]
    [InlineData("GET /\n")]
    [InlineData("GET /x?y\n")]
    [InlineData("GET / \r\n")]
    [InlineData("GET http://h\u0020\n")]
    public void RequestLine_WithoutVersion_IsACompleteSimpleRequest(string message)
    {
        var reading = RequestReading.Everywhere(message);

        Assert.Equal(HeadStatus.Complete, reading.Status);
        Assert.Equal("0.9", reading.Version);
        Assert.Contains($"consumed={message.Length} ", reading.Rest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST /\r\n")]
    [InlineData("HEAD /\n")]
    [InlineData("CONNECT h:80 \n")]
    public void SimpleRequest_OtherThanGet_IsRefused(string message)
        => AssertRefused(RequestRejection.InvalidSimpleRequestMethod, 400, message);

    [Theory]
    [InlineData("\r\n", 2)]
    [InlineData("\n\n\r\r\n", 5)]
    public void LineEnds_BeforeTheRequest_AreSkippedAndNotCounted(string before, int start)
    {
        var message = Wire.Bytes($"{before}GET / HTTP/1.1{End}");
        var parser = RequestReading.Feed(message, [message.Length]);

        Assert.Equal(HeadStatus.Complete, parser.Parse(message));
        Assert.Equal(start, parser.Start);
        Assert.Equal(message.Length - start, parser.HeadLength);
        Assert.Equal("GET / HTTP/1.1", Wire.Text(parser.RequestLine.Of(message)));
        RequestReading.Everywhere(Wire.Text(message));
    }

    [Fact]
    public void LineEnds_Alone_HaveNotStartedARequest()
    {
        var parser = new RequestHeadParser();

        Assert.Equal(HeadStatus.NeedMore, parser.Parse("\r\n\r\n"u8));
        Assert.False(parser.HasStarted);
        Assert.Equal(HeadStatus.NeedMore, parser.Parse("\r\n\r\nG"u8));
        Assert.True(parser.HasStarted);
    }

    [Fact]
    public void RequestLine_BeforeTheHeaders_IsAlreadyKnown()
    {
        var parser = new RequestHeadParser();

        Assert.Equal(HeadStatus.NeedMore, parser.Parse("GET /abc"u8));
        Assert.False(parser.RequestLineComplete);
        Assert.Equal(8, parser.RequestLineLength);

        Assert.Equal(HeadStatus.NeedMore, parser.Parse("GET /abc HTTP/1.1\r\n"u8));
        Assert.True(parser.RequestLineComplete);
        Assert.Equal(17, parser.RequestLineLength);
        Assert.Equal(new ByteRange(4, 4), parser.Target);
    }

    [Fact]
    public void Parser_AfterReset_ReadsTheNextRequestAfresh()
    {
        var parser = new RequestHeadParser();
        Assert.Equal(HeadStatus.Error, parser.Parse("GET http://a?b"u8.ToArray().Concat("\0"u8.ToArray()).ToArray()));
        parser.Reset();

        var second = Wire.Bytes("PUT /x HTTP/1.0\nA: b\n\nbody");
        Assert.Equal(HeadStatus.Complete, parser.Parse(second));
        Assert.Equal(RequestRejection.None, parser.Error);
        Assert.Equal(RequestMethod.Put, parser.Method);
        Assert.False(parser.HasTargetHost);
        Assert.Equal(TargetFlags.None, parser.TargetFlags);
        Assert.Equal(1, parser.Headers.Length);
        Assert.Equal(second.Length - 4, parser.Consumed);
    }

    private static void AssertRefused(RequestRejection expected, int status, string message)
    {
        var reading = RequestReading.Everywhere(message);

        Assert.Equal(HeadStatus.Error, reading.Status);
        Assert.Equal(expected, reading.Error);
        Assert.Equal(status, reading.Error.StatusCode());
        Assert.NotEmpty(reading.Error.LogText());
    }
}
