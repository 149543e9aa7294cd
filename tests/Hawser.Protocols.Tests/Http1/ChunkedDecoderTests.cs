using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>RFC 9112 §7.1 as nginx 1.31 reads it (ngx_http_parse_chunked).</summary>
public sealed class ChunkedDecoderTests
{
    [Theory]
    [InlineData("0\r\n\r\n", "")]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", "hello")]
    [InlineData("3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", "abc0123456789")]
    [InlineData("0000a\r\n0123456789\r\n000\r\n\r\n", "0123456789")]
    [InlineData("3;ext=\"v\"\r\nabc\r\n0;x\r\n\r\n", "abc")]
    [InlineData("3 \r\nabc\r\n0\t\r\n\r\n", "abc")]
    [InlineData("3 anything\r\nabc\r\n0\r\n\r\n", "abc")]
    [InlineData("2\r\n\r\n\r\n0\r\n\r\n", "\r\n")]
    [InlineData("1\r\na\r\n0\r\nT: v\r\nU\r\n\r\n", "a")]
    [InlineData("0\r\n\0: \r\n\r\n", "")]
    public void Decode_ValidBody_GivesThePayloadAndEndsThere(string body, string payload)
    {
        var reading = ChunkedReading.Everywhere(body);

        Assert.Equal(ChunkStatus.Complete, reading.Status);
        Assert.Equal(payload, reading.Payload);
        Assert.Equal(body.Length, reading.Consumed);

        // What follows belongs to someone else (nginx: proxy_chunked_extra.t).
        Assert.Equal(reading, ChunkedReading.Everywhere(body + "75\r\nzzz"));
    }

    [Theory]
    [InlineData("4\r\nSEE-THIS\r\n0\r\n\r\n")] // the chunk runs away (nginx: body_chunked.t)
    [InlineData("\r\n")]
    [InlineData("g\r\n")]
    [InlineData("-1\r\n")]
    [InlineData(" 1\r\na\r\n")]
    [InlineData("0x1\r\na\r\n")]
    [InlineData(";x\r\n")]
    [InlineData("1\na\r\n0\r\n\r\n")] // bare line feeds, accepted by nginx before 1.29.4
    [InlineData("1;x\na\r\n0\r\n\r\n")]
    [InlineData("1\r\na\n0\r\n\r\n")]
    [InlineData("1\r\na\r\n0\n\r\n")]
    [InlineData("1\r\na\r\n0;x\n\r\n")]
    [InlineData("1\r\na\r\n0\r\n\n")]
    [InlineData("0\r\nT: v\n\r\n")]
    [InlineData("1\ra\r\n")]
    [InlineData("1;x\ry\r\na\r\n")]
    [InlineData("0\r\r\n")]
    [InlineData("0\r\nT\rv\r\n\r\n")]
    [InlineData("0\r\n\rx")]
    [InlineData("1\r\nab\r\n0\r\n\r\n")]
    [InlineData("1\r\na0\r\n\r\n")]
    [InlineData("800000000000000\r\n")] // 2^59
    [InlineData("ffffffffffffffffffff\r\n")]
    [InlineData("1\u00e9\r\n")]
    public void Decode_InvalidBody_IsRefused(string body)
        => Assert.Equal(ChunkStatus.Error, ChunkedReading.Everywhere(body).Status);

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("5\r\nhell")]
    [InlineData("5\r\nhello\r\n")]
    [InlineData("5\r\nhello\r\n0\r\n")]
    [InlineData("0\r\nT: v\r\n")]
    [InlineData("7ffffffffffffff\r\n")]
    public void Decode_UnfinishedBody_NeedsMore(string body)
    {
        var reading = ChunkedReading.Everywhere(body);

        Assert.Equal(ChunkStatus.NeedMore, reading.Status);
        Assert.Equal(body.Length, reading.Consumed);
    }

    [Fact]
    public void Decode_AfterAnError_StaysThere()
    {
        var decoder = new ChunkedDecoder();

        Assert.Equal(ChunkStatus.Error, decoder.Decode("x"u8, out _, out _));
        Assert.Equal(ChunkStatus.Error, decoder.Decode("0\r\n\r\n"u8, out _, out var consumed));
        Assert.Equal(0, consumed);
    }

    [Fact]
    public void Decode_KeepingTrailers_StopsInFrontOfThem()
    {
        const string Body = "1\r\na\r\n0\r\nT: v\r\n\r\n";
        var reading = ChunkedReading.Everywhere(Body, keepTrailers: true);

        Assert.Equal(ChunkStatus.Complete, reading.Status);
        Assert.Equal(Body.IndexOf('T', StringComparison.Ordinal), reading.Consumed);
    }

    [Fact]
    public void Remaining_InsideAChunk_LetsTheCallerPassTheDecoderBy()
    {
        var decoder = new ChunkedDecoder();
        Assert.Equal(ChunkStatus.NeedMore, decoder.Decode("3e8"u8, out _, out _));
        Assert.Equal(0, decoder.Remaining); // a size that may still grow is no promise

        Assert.Equal(ChunkStatus.Data, decoder.Decode("\r\nab"u8, out var payload, out var consumed));
        Assert.Equal(new ByteRange(2, 2), payload);
        Assert.Equal(4, consumed);
        Assert.Equal(998, decoder.Remaining);

        decoder.Advance(998);
        Assert.Equal(0, decoder.Remaining);
        Assert.Equal(ChunkStatus.Complete, decoder.Decode("\r\n0\r\n\r\n"u8, out _, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Advance(1));
    }
}
