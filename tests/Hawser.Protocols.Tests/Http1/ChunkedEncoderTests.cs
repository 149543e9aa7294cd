using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

public sealed class ChunkedEncoderTests
{
    [Theory]
    [InlineData(1, "1\r\n")]
    [InlineData(15, "f\r\n")]
    [InlineData(16, "10\r\n")]
    [InlineData(255, "ff\r\n")]
    [InlineData(256, "100\r\n")]
    [InlineData(16384, "4000\r\n")]
    [InlineData(long.MaxValue, "7fffffffffffffff\r\n")]
    public void WriteSizeLine_Size_IsHexadecimal(long size, string expected)
    {
        Span<byte> line = new byte[ChunkedEncoder.MaxSizeLineLength];

        Assert.Equal(expected.Length, ChunkedEncoder.SizeLineLength(size));
        Assert.Equal(expected, Wire.Text(line[..ChunkedEncoder.WriteSizeLine(line, size)]));
    }

    [Fact]
    public void WriteSizeLine_Zero_Throws()
        => Assert.Throws<ArgumentOutOfRangeException>(() => ChunkedEncoder.WriteSizeLine(new byte[18], 0));

    [Fact]
    public void Encoder_ChunksAndTrailers_AreDecodedAgain()
    {
        var body = new byte[100];
        var length = ChunkedEncoder.WriteSizeLine(body, 5);
        "hello"u8.CopyTo(body.AsSpan(length));
        length += 5;
        ChunkedEncoder.ChunkEnd.CopyTo(body.AsSpan(length));
        length += 2;
        ChunkedEncoder.LastSizeLine.CopyTo(body.AsSpan(length));
        length += 3;
        length += ChunkedEncoder.WriteField(body.AsSpan(length), "X-Sum"u8, "5"u8);
        ChunkedEncoder.BlockEnd.CopyTo(body.AsSpan(length));
        length += 2;

        Assert.Equal("5\r\nhello\r\n0\r\nX-Sum: 5\r\n\r\n", Wire.Text(body.AsSpan(0, length)));
        Assert.Equal(new ChunkedReading(ChunkStatus.Complete, "hello", length), ChunkedReading.Read(body[..length], [length]));
        Assert.Equal(
            new ChunkedReading(ChunkStatus.Complete, "", 5), ChunkedReading.Read(ChunkedEncoder.LastChunk.ToArray(), [5]));
    }
}
