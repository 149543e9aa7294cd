using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>client_header_buffer_size, large_client_header_buffers and max_headers, as nginx accounts for them.</summary>
public sealed class RequestHeadLimitsTests
{
    private const string Tail = " HTTP/1.1\r\nHost: h\r\n\r\n";

    [Fact]
    public void RequestLine_OfExactlyTheBuffer_IsAcceptedAndOneByteMoreIsNot()
    {
        string Message(int lineLength) => "GET /".PadRight(lineLength - " HTTP/1.1\r\n".Length, 'a') + Tail;

        Assert.Equal(HeadStatus.Complete, Read(Message(8192)).Status);
        var tooLong = Read(Message(8193));
        Assert.Equal(RequestRejection.UriTooLong, tooLong.Error);
        Assert.Equal(414, tooLong.Error.StatusCode());
    }

    [Fact]
    public void HeaderLine_OfExactlyTheBuffer_IsAcceptedAndOneByteMoreIsNot()
    {
        string Message(int lineLength) => "GET / HTTP/1.1\r\n" + "A: ".PadRight(lineLength - 2, 'b') + "\r\n\r\n";

        Assert.Equal(HeadStatus.Complete, Read(Message(8192)).Status);
        var tooLong = Read(Message(8193));
        Assert.Equal(RequestRejection.HeaderLineTooLong, tooLong.Error);
        Assert.Equal(494, tooLong.Error.StatusCode());
    }

    [Fact]
    public void HeaderLines_MoreThanAllBuffersHold_Are494()
    {
        // Each line of 5000 bytes needs a large buffer of its own (two do not fit into 8192), the first too: it does not fit
        // into what is left of the first kilobyte.
        string Message(int lines)
            => "GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("A: ".PadRight(4998, 'b') + "\r\n", lines)) + "\r\n";

        Assert.Equal(HeadStatus.Complete, Read(Message(4)).Status);
        Assert.Equal(RequestRejection.HeaderLineTooLong, Read(Message(5)).Error);
    }

    [Fact]
    public void HeaderLines_ManyShortOnes_MayFillAllBuffers()
    {
        string Message(int lines) => "GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("A: bcdefghijkl\r\n", lines)) + "\r\n";

        // 1024 + 4 * 8192 bytes, all lines on 16-byte boundaries: room for 2112 lines with the request line and no empty line.
        var options = new RequestHeadOptions { MaxHeaders = int.MaxValue };
        Assert.Equal(HeadStatus.Complete, Read(Message(2110), options).Status);
        Assert.Equal(RequestRejection.HeaderLineTooLong, Read(Message(2111), options).Error);
    }

    [Theory]
    [InlineData(3, HeadStatus.Complete)]
    [InlineData(4, HeadStatus.Error)]
    public void HeaderLines_MoreThanMaxHeaders_Are494(int lines, HeadStatus expected)
    {
        var message = "GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", lines)) + "\r\n";
        var reading = RequestReading.Everywhere(message, new RequestHeadOptions { MaxHeaders = 3 });

        Assert.Equal(expected, reading.Status);
        Assert.Equal(expected == HeadStatus.Error ? RequestRejection.TooManyHeaderLines : RequestRejection.None, reading.Error);
    }

    [Theory]
    [InlineData(true, HeadStatus.Complete)]
    [InlineData(false, HeadStatus.Error)]
    public void MaxHeaders_InvalidNames_CountOnlyIfTheyAreKept(bool ignored, HeadStatus expected)
    {
        var options = new RequestHeadOptions { MaxHeaders = 1, IgnoreInvalidHeaders = ignored };

        Assert.Equal(expected, RequestReading.Everywhere("GET / HTTP/1.1\r\nA: b\r\nx_y: z\r\n\r\n", options).Status);
    }

    [Fact]
    public void LineEnds_BeforeTheRequest_DoNotUseUpBuffers()
    {
        var message = new string('\n', 100_000) + "GET /" + Tail;

        Assert.Equal(HeadStatus.Complete, Read(message).Status);
    }

    [Fact]
    public void Options_ReplacedWhileReading_CountFromThere()
    {
        var parser = new RequestHeadParser();
        var message = Wire.Bytes("GET / HTTP/1.1\r\n" + "A: ".PadRight(20000, 'b') + "\r\n\r\n");
        Assert.Equal(HeadStatus.NeedMore, parser.Parse(message.AsSpan(0, 20)));

        parser.Options = new RequestHeadOptions { LargeBufferSize = 32768 };

        Assert.Equal(HeadStatus.Complete, parser.Parse(message));
    }

    [Fact]
    public void Options_ReplacedBeforeTheFirstByte_CountFromTheStart()
    {
        var parser = new RequestHeadParser(new RequestHeadOptions { FirstBufferSize = 100_000 });
        parser.Reset();

        parser.Options = new RequestHeadOptions { FirstBufferSize = 16, LargeBufferCount = 0 };

        Assert.Equal(HeadStatus.Error, parser.Parse("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8));
        Assert.Equal(RequestRejection.HeaderLineTooLong, parser.Error);
    }

    /// <summary>These messages are too long for every split; a thousand pieces and one must agree.</summary>
    private static RequestReading Read(string message, RequestHeadOptions? options = null)
    {
        var bytes = Wire.Bytes(message);
        int[] pieces = [.. Enumerable.Range(1, 1000).Select(i => (int)((long)bytes.Length * i / 1000)).Where(end => end > 0)];
        var whole = RequestReading.Read(bytes, [bytes.Length], options);
        Assert.Equal(whole, RequestReading.Read(bytes, pieces, options));
        return whole;
    }
}
