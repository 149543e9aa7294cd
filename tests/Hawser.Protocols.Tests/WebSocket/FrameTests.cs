using Hawser.Protocols.Tests.Support;
using Hawser.Protocols.WebSocket;

namespace Hawser.Protocols.Tests.WebSocket;

/// <summary>RFC 6455 §5.2 to §5.5 and §7.4.</summary>
public sealed class FrameTests
{
    // The examples of RFC 6455 §5.7 and the boundaries of each length form.
    [Theory]
    [InlineData("8105", FrameOpcode.Text, true, 0, 5, false, 0u)]
    [InlineData("818537fa213d", FrameOpcode.Text, true, 0, 5, true, 0x3d21fa37u)]
    [InlineData("0103", FrameOpcode.Text, false, 0, 3, false, 0u)]
    [InlineData("8002", FrameOpcode.Continuation, true, 0, 2, false, 0u)]
    [InlineData("8905", FrameOpcode.Ping, true, 0, 5, false, 0u)]
    [InlineData("8a8537fa213d", FrameOpcode.Pong, true, 0, 5, true, 0x3d21fa37u)]
    [InlineData("827e0100", FrameOpcode.Binary, true, 0, 256, false, 0u)]
    [InlineData("827f0000000000010000", FrameOpcode.Binary, true, 0, 65536, false, 0u)]
    [InlineData("827d", FrameOpcode.Binary, true, 0, 125, false, 0u)]
    [InlineData("827e007e", FrameOpcode.Binary, true, 0, 126, false, 0u)]
    [InlineData("827effff", FrameOpcode.Binary, true, 0, 65535, false, 0u)]
    [InlineData("827f7fffffffffffffff", FrameOpcode.Binary, true, 0, long.MaxValue, false, 0u)]
    [InlineData("c2ff000000000001000001020304", FrameOpcode.Binary, true, 4, 65536, true, 0x04030201u)]
    [InlineData("f100", FrameOpcode.Text, true, 7, 0, false, 0u)]
    [InlineData("8800", FrameOpcode.Close, true, 0, 0, false, 0u)]
    [InlineData("887d", FrameOpcode.Close, true, 0, 125, false, 0u)]
    public void Header_OnTheWire_IsReadAndWrittenAlike(
        string hex, FrameOpcode opcode, bool isFinal, byte reserved, long length, bool isMasked, uint key)
    {
        var wire = Convert.FromHexString(hex);
        var expected = new FrameHeader(opcode, isFinal, reserved, length, isMasked, key);

        for (var prefix = 0; prefix < wire.Length; prefix++)
        {
            Assert.Equal(0, FrameHeader.TryRead(wire.AsSpan(0, prefix), out _, out var early));
            Assert.Equal(FrameError.None, early);
        }

        byte[] followed = [.. wire, 0xff, 0xff];
        Assert.Equal(wire.Length, FrameHeader.TryRead(followed, out var header, out var error));
        Assert.Equal(FrameError.None, error);
        Assert.Equal(expected, header);

        Span<byte> written = new byte[FrameHeader.MaxLength];
        Assert.Equal(wire.Length, header.Length);
        Assert.Equal(wire, written[..header.Write(written)].ToArray());
    }

    [Theory]
    [InlineData("8300", FrameError.ReservedOpcode)]
    [InlineData("8700", FrameError.ReservedOpcode)]
    [InlineData("8b00", FrameError.ReservedOpcode)]
    [InlineData("8f00", FrameError.ReservedOpcode)]
    [InlineData("0800", FrameError.FragmentedControl)]
    [InlineData("0900", FrameError.FragmentedControl)]
    [InlineData("887e", FrameError.OversizedControl)]
    [InlineData("8aff", FrameError.OversizedControl)]
    [InlineData("827e007d", FrameError.NonMinimalLength)]
    [InlineData("827f000000000000ffff", FrameError.NonMinimalLength)]
    [InlineData("82ff8000000000000000", FrameError.LengthOutOfRange)]
    public void Header_AgainstTheRfc_IsAnErrorAsSoonAsItsBytesAreThere(string hex, FrameError expected)
    {
        var wire = Convert.FromHexString(hex);

        Assert.Equal(0, FrameHeader.TryRead(wire, out _, out var error));
        Assert.Equal(expected, error);
        Assert.Equal(0, FrameHeader.TryRead(wire.AsSpan(0, wire.Length - 1), out _, out var early));
        Assert.Equal(FrameError.None, early);
    }

    [Fact]
    public void Header_OfAServersMessage_IsFinalAndUnmasked()
    {
        var header = new FrameHeader(FrameOpcode.Pong, 3);
        Span<byte> written = new byte[FrameHeader.MaxLength];

        Assert.Equal(2, header.Write(written));
        Assert.Equal("8A03", Convert.ToHexString(written[..2]));
        Assert.True(header.IsControl);
        Assert.False(new FrameHeader(FrameOpcode.Binary, 3).IsControl);
    }

    [Fact]
    public void Mask_TheExampleOfTheRfc_IsHello()
    {
        var payload = Convert.FromHexString("7f9f4d5158");

        FrameMask.Apply(payload, 0x3d21fa37);

        Assert.Equal("Hello", Wire.Text(payload));
    }

    [Fact]
    public void Mask_InAnyPieces_IsTheSame()
    {
        var random = new Random(6455);
        for (var round = 0; round < 300; round++)
        {
            var original = new byte[random.Next(300)];
            random.NextBytes(original);
            var key = (uint)random.NextInt64();
            var expected = original.Select((c, i) => (byte)(c ^ (key >> (i % 4 * 8)))).ToArray();

            var pieces = (byte[])original.Clone();
            var next = key;
            for (var at = 0; at < pieces.Length;)
            {
                var length = Math.Min(random.Next(1, 80), pieces.Length - at);
                next = FrameMask.Apply(pieces.AsSpan(at, length), next);
                at += length;
            }

            Assert.Equal(expected, pieces);
            FrameMask.Apply(pieces, key);
            Assert.Equal(original, pieces);
        }
    }

    [Theory]
    [InlineData("", ClosePayload.NoStatus, 0)]
    [InlineData("03e8", 1000, 0)]
    [InlineData("03e9627965", 1001, 3)]
    [InlineData("0bb8", 3000, 0)]
    [InlineData("1387e282ac", 4999, 3)]
    public void ClosePayload_Valid_IsReadAndWrittenAlike(string hex, int code, int reasonLength)
    {
        var wire = Convert.FromHexString(hex);

        Assert.True(ClosePayload.TryRead(wire, out var close));
        Assert.Equal(new ClosePayload((ushort)code, reasonLength), close);
        if (wire.Length == 0)
            return;

        Span<byte> written = new byte[FrameHeader.MaxControlPayload];
        Assert.Equal(wire, written[..ClosePayload.Write(written, close.Code, wire.AsSpan(2))].ToArray());
    }

    [Theory]
    [InlineData("03")]
    [InlineData("0000")]
    [InlineData("03e7")] // 999
    [InlineData("03ec")] // 1004
    [InlineData("03ed")] // 1005
    [InlineData("03ee")] // 1006
    [InlineData("03f7")] // 1015
    [InlineData("0bb7")] // 2999
    [InlineData("1388")] // 5000
    [InlineData("03e8c3")] // not UTF-8
    public void ClosePayload_Invalid_IsRefused(string hex)
        => Assert.False(ClosePayload.TryRead(Convert.FromHexString(hex), out _));

    [Fact]
    public void ClosePayload_ThatMayNotBeSent_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ClosePayload.Write(new byte[125], ClosePayload.Abnormal, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClosePayload.Write(new byte[200], ClosePayload.Normal, new byte[124]));
    }
}
