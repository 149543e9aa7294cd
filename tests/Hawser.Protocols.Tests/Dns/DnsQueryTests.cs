using Hawser.Protocols.Dns;

namespace Hawser.Protocols.Tests.Dns;

public sealed class DnsQueryTests
{
    [Fact]
    public void Query_ForAName_IsOneQuestionWithRecursion()
    {
        byte[] buffer = new byte[DnsQuery.MaxLength];
        int length = DnsQuery.Write(buffer, 0xABCD, "www.example.com", DnsRecordType.Aaaa);

        byte[] expected = [0xAB, 0xCD, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. DnsMessages.Encode("www.example.com"), 0, 28, 0, 1];
        Assert.Equal(expected, buffer[..length]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a.")]
    public void Query_ForAnEmptyLabel_IsNotMade(string name) => Assert.Equal(0, Write(name));

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void Query_ForALongLabel_IsMadeUpTo63Octets(int length, bool isMade) => Assert.Equal(isMade, Write(new string('a', length)) > 0);

    [Fact]
    public void Query_ForTheLongestName_FitsTheBuffer()
    {
        string label = new('a', 63);
        string longest = $"{label}.{label}.{label}.{label}";

        Assert.Equal(DnsQuery.MaxLength, Write(longest));
        Assert.Equal(0, Write(longest[..^1] + ".ab"));
    }

    private static int Write(string name) => DnsQuery.Write(new byte[DnsQuery.MaxLength], 1, name, DnsRecordType.A);
}
