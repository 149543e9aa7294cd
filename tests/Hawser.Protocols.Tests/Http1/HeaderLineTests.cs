using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>Header lines: RFC 9112 §5 with the liberties of nginx (ngx_http_parse_header_line).</summary>
public sealed class HeaderLineTests
{
    private const string Line = "GET / HTTP/1.1\r\n";

    [Theory]
    [InlineData("A: b\r\n", "A=b")]
    [InlineData("A:b\r\n", "A=b")]
    [InlineData("A:    b\r\n", "A=b")]
    [InlineData("A: b   \r\n", "A=b")]
    [InlineData("A: b  c   d \r\n", "A=b  c   d")]
    [InlineData("A: b\n", "A=b")]
    [InlineData("A: b\r\r\r\n", "A=b")]
    [InlineData("A:\r\n", "A=")]
    [InlineData("A:   \r\n", "A=")]
    [InlineData("A:\n", "A=")]
    [InlineData("A\r\n", "A=")] // no colon at all: nginx takes it as an empty value
    [InlineData("A\n", "A=")]
    [InlineData("A: b:c: d\r\n", "A=b:c: d")]
    [InlineData("A:\tb\t\r\n", "A=\tb\t")] // RFC 9110 would trim the tabs, nginx does not
    [InlineData("A: \u00e9\u0001\u007f\r\n", "A=\u00e9\u0001\u007f")]
    [InlineData("A: b\r\nA: c\r\nB: d\n", "A=b|A=c|B=d")]
    [InlineData("", "")]
    public void HeaderLines_Acceptable_GiveNamesAndTrimmedValues(string lines, string expected)
    {
        foreach (var end in (string[])["\r\n", "\n"])
        {
            var reading = RequestReading.Everywhere(Line + lines + end);

            Assert.Equal(HeadStatus.Complete, reading.Status);
            Assert.Equal(expected, reading.Headers);
        }
    }

    [Theory]
    [InlineData(": b\r\n")]
    [InlineData(" A: b\r\n")]
    [InlineData("\tA: b\r\n")]
    [InlineData("A: b\r\n c\r\n")] // obs-fold, RFC 9112 §5.2
    [InlineData("A: b\r\n\tc\r\n")]
    [InlineData("A : b\r\n")] // white space before the colon, RFC 9112 §5.1
    [InlineData("A\t: b\r\n")]
    [InlineData("A b: c\r\n")]
    [InlineData("A\u0002: b\r\n")]
    [InlineData("A\0: b\r\n")]
    [InlineData("A\u007f: b\r\n")]
    [InlineData("\u007fA: b\r\n")]
    [InlineData("A: b\0c\r\n")]
    [InlineData("A: \0\r\n")]
    [InlineData("A: b \0\r\n")]
    [InlineData("A: b\rc\r\n")]
    [InlineData("A: b \r c\r\n")]
    [InlineData("A\rb\r\n")]
    [InlineData("A:\rb\r\n")]
    [InlineData("\rA: b\r\n")]
    [InlineData("\r\r\n")]
    public void HeaderLine_Malformed_IsRefused(string line)
    {
        var reading = RequestReading.Everywhere($"{Line}Host: h\r\n{line}\r\n");

        Assert.Equal(HeadStatus.Error, reading.Status);
        Assert.Equal(RequestRejection.InvalidHeaderLine, reading.Error);
        Assert.Equal(400, reading.Error.StatusCode());
        Assert.Equal("Host=h Host", reading.Headers.Split('|')[0]);
    }

    [Theory]
    [InlineData("foo\u0002: x\r\n", "foo")]
    [InlineData(" foo: x\r\n", "")]
    [InlineData("foo: x\0y\r\n", "foo: x")]
    [InlineData("foo: x  \ry\r\n", "foo: x")]
    public void HeaderLine_Malformed_TellsWhatNginxWouldLog(string line, string logged)
    {
        var message = Wire.Bytes(Line + line);
        var parser = RequestReading.Feed(message, [message.Length]);

        Assert.Equal(RequestRejection.InvalidHeaderLine, parser.Error);
        Assert.Equal(logged, Wire.Text(parser.RejectedHeader.Of(message)));
        Assert.Equal(Line.Length, parser.CurrentHeaderStart);
    }

    // The cases of nginx's ignore_invalid_headers.t.
    [Theory]
    [InlineData("x_foo", false, true)]
    [InlineData("_foo", false, true)]
    [InlineData("x.foo", false, true)]
    [InlineData(".foo", false, true)]
    [InlineData("</kie>", false, true)]
    [InlineData("\u00e9", false, true)]
    [InlineData("x-foo", false, false)]
    [InlineData("0-9", false, false)]
    [InlineData("x_foo", true, false)]
    [InlineData("_foo", true, false)]
    [InlineData("x.foo", true, true)]
    public void HeaderName_WithUnusualCharacters_IsFlagged(string name, bool underscores, bool invalid)
    {
        var options = new RequestHeadOptions { UnderscoresInHeaders = underscores };
        var reading = RequestReading.Everywhere($"{Line}{name}: x-bar\r\n\r\n", options);

        Assert.Equal(HeadStatus.Complete, reading.Status);
        Assert.Equal($"{name}=x-bar{(invalid ? " invalid" : "")}", reading.Headers);
    }

    [Theory]
    [InlineData("Host")]
    [InlineData("hOST")]
    [InlineData("sec-websocket-key")]
    [InlineData("TE")]
    [InlineData("Sec-WebSocket-Extensions")]
    [InlineData("x-forwarded-for")]
    public void HeaderName_Known_IsRecognizedInAnyCase(string name)
    {
        var message = Wire.Bytes($"{Line}Other: 1\r\n{name}: v\r\n\r\n");
        var parser = RequestReading.Feed(message, [message.Length]);
        var known = parser.Headers[1].Known;

        Assert.NotEqual(KnownHeader.Unknown, known);
        Assert.Equal(name, Wire.Text(KnownHeaders.NameOf(known)), ignoreCase: true);
        Assert.True(parser.TryFind(known, out var field));
        Assert.Equal("v", Wire.Text(field.Value.Of(message)));
        Assert.False(parser.Has(KnownHeader.Upgrade));
        Assert.False(parser.TryFind(KnownHeader.Upgrade, out _));
    }

    [Fact]
    public void TryFind_SeveralFields_GivesTheFirst()
    {
        var message = Wire.Bytes($"{Line}Cookie: a\r\nCookie: b\r\n\r\n");
        var parser = RequestReading.Feed(message, [message.Length]);

        Assert.True(parser.TryFind(KnownHeader.Cookie, out var field));
        Assert.Equal("a", Wire.Text(field.Value.Of(message)));
    }

    [Fact]
    public void Head_WithHundredsOfLines_KeepsThemAll()
    {
        var lines = string.Concat(Enumerable.Range(0, 500).Select(i => $"X-{i}: {i}\r\n"));
        var message = Wire.Bytes(Line + lines + "\r\n");
        var parser = RequestReading.Feed(message, [message.Length]);

        Assert.Equal(500, parser.Headers.Length);
        Assert.Equal("499", Wire.Text(parser.Headers[499].Value.Of(message)));
    }
}
