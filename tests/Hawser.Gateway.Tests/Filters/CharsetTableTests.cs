using System.Text;
using Hawser.Configuration.Model;
using Hawser.Gateway.Filters;

namespace Hawser.Gateway.Tests.Filters;

public sealed class CharsetTableTests
{
    private static readonly CharsetMapConfig s_map = new("koi8-r", "utf-8", [new(0xC1, [0xD0, 0xB0]), new(0xA0, [0xE2, 0x94, 0x80])]);

    // Known ones of two and three bytes, unknown ones of three and four, wrong ones, and an end that is missing.
    private static readonly byte[] s_utf8 =
        [.. "a\u0430\u2500\u20AC\U0001F600b"u8, 0xFF, 0xD0, (byte)'c', 0xC0, 0x80, 0xE2, 0x28, 0xA1, .. "\u0430"u8, 0xF0, 0x9F];

    [Fact]
    public void FromUtf8_SplitAnywhere_GivesTheSame()
    {
        CharsetTable table = CharsetTable.Backward(s_map);
        string whole = Convert(table, [s_utf8]);
        Assert.Equal("a\u00C1\u00A0&#8364;&#128512;b??????\u00C1", whole);
        for (int first = 0; first <= s_utf8.Length; first++)
        {
            for (int second = first; second <= s_utf8.Length; second++)
                Assert.Equal(whole, Convert(table, [s_utf8[..first], s_utf8[first..second], s_utf8[second..]]));
        }
    }

    [Fact]
    public void ToUtf8_RoomThatIsShort_GoesOnWithTheNext()
    {
        CharsetTable table = CharsetTable.Forward(s_map);
        Assert.True(table.ChangesLength);
        Assert.Equal("a\u00D0\u00B0\u00E2\u0094\u0080?", Convert(table, [[(byte)'a', 0xC1, 0xA0, 0xFF]]));
    }

    [Fact]
    public void SingleByte_BothDirections_KeepsTheLength()
    {
        var map = new CharsetMapConfig("a", "b", [new(0xE0, [0xC1])]);
        Assert.False(CharsetTable.Forward(map).ChangesLength);
        Assert.Equal("x\u00C1?", Convert(CharsetTable.Forward(map), [[(byte)'x', 0xE0, 0xE1]]));
        Assert.Equal("x\u00E0?", Convert(CharsetTable.Backward(map), [[(byte)'x', 0xC1, 0xC2]]));
    }

    private static string Convert(CharsetTable table, byte[][] parts)
    {
        var text = new StringBuilder();
        var pending = default(CharsetTable.Pending);
        Span<byte> room = stackalloc byte[16];
        foreach (byte[] part in parts)
        {
            for (int used = 0; used < part.Length;)
            {
                int consumed = table.Convert(part.AsSpan(used), room, ref pending, out int written);
                Assert.True(consumed > 0 || written > 0);
                used += consumed;
                text.Append(Encoding.Latin1.GetString(room[..written]));
            }
        }
        return text.ToString();
    }
}
