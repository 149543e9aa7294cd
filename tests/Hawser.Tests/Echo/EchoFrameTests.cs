using Hawser.Echo;

namespace Hawser.Tests.Echo;

public sealed class EchoFrameTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(5_000_000_000)]
    public void Read_EveryPrefixOfAHeader_AsksForMoreUntilItIsWhole(long length)
    {
        var header = Masked(new EchoFrame(false, EchoOpcode.Binary, length, 0));

        for (var i = 0; i < header.Length; i++)
            Assert.Equal(0, EchoFrame.Read(header.AsSpan(0, i), out _));
        Assert.Equal(header.Length, EchoFrame.Read(header, out var frame));
        Assert.Equal(new EchoFrame(false, EchoOpcode.Binary, length, 0x04030201), frame);
    }

    [Theory]
    [InlineData(0xC1, 0x80, "reserved")]
    [InlineData(0x81, 0x00, "masked")]
    [InlineData(0x83, 0x80, "opcode")]
    [InlineData(0x09, 0x80, "control")]
    [InlineData(0x89, 0xFE, "control")]
    public void Read_HeaderAgainstTheRfc_Throws(byte first, byte second, string reason)
    {
        byte[] header = [first, second, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

        var error = Assert.Throws<EchoProtocolException>(() => EchoFrame.Read(header, out _));
        Assert.Contains(reason, error.Message);
        Assert.Equal(1002, error.CloseCode);
    }

    [Fact]
    public void Unmask_InTwoParts_EqualsUnmaskAtOnce()
    {
        byte[] whole = [1, 2, 3, 4, 5, 6, 7];
        byte[] parts = [1, 2, 3, 4, 5, 6, 7];

        EchoFrame.Unmask(whole, 0xAABBCCDD, 0);
        EchoFrame.Unmask(parts.AsSpan(0, 3), 0xAABBCCDD, 0);
        EchoFrame.Unmask(parts.AsSpan(3), 0xAABBCCDD, 3);

        Assert.Equal(whole, parts);
        Assert.Equal(1 ^ 0xDD, whole[0]);
    }

    private static byte[] Masked(EchoFrame frame)
    {
        var bytes = new byte[EchoFrame.MaxHeaderLength];
        var length = frame.Write(bytes);
        bytes[1] |= 0x80;
        new byte[] { 1, 2, 3, 4 }.CopyTo(bytes, length);
        return bytes[..(length + 4)];
    }
}
