using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

public sealed class KnownHeadersTests
{
    public static TheoryData<KnownHeader> All => [.. Enum.GetValues<KnownHeader>().Where(header => header != KnownHeader.Unknown)];

    [Theory]
    [MemberData(nameof(All))]
    public void Find_EveryKnownName_InAnyCase(KnownHeader header)
    {
        var name = Wire.Text(KnownHeaders.NameOf(header));

        Assert.Equal(header, KnownHeaders.Find(Wire.Bytes(name)));
        Assert.Equal(header, KnownHeaders.Find(Wire.Bytes(name.ToUpperInvariant())));
        Assert.Equal(header, KnownHeaders.Find(Wire.Bytes(name.ToLowerInvariant())));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Find_AKnownNameWithOneOtherCharacter_FindsNothing(KnownHeader header)
    {
        var name = KnownHeaders.NameOf(header).ToArray();
        for (var i = 0; i < name.Length; i++)
        {
            foreach (var other in "_.\u00ff!"u8)
            {
                var changed = (byte[])name.Clone();
                changed[i] = other;
                Assert.Equal(KnownHeader.Unknown, KnownHeaders.Find(changed));
            }
        }

        Assert.Equal(KnownHeader.Unknown, KnownHeaders.Find([.. name, (byte)'x']));
    }

    [Fact]
    public void Find_NothingOrUnknown_FindsNothing()
    {
        Assert.Equal(KnownHeader.Unknown, KnownHeaders.Find(default));
        Assert.Equal(KnownHeader.Unknown, KnownHeaders.Find("X-Nothing"u8));
        Assert.True(KnownHeaders.NameOf(KnownHeader.Unknown).IsEmpty);
    }

    [Fact]
    public void KnownHeader_Values_FitTheSetOf128Bits()
        => Assert.True((int)Enum.GetValues<KnownHeader>().Max() < 128);
}
