using Hawser.Configuration.Directives;

namespace Hawser.Configuration.Tests.Directives;

public sealed class ValueParserTests
{
    [Theory]
    [InlineData("0", 0L)]
    [InlineData("16", 16L)]
    [InlineData("4k", 4096L)]
    [InlineData("4K", 4096L)]
    [InlineData("2m", 2097152L)]
    [InlineData("1g", null)]
    [InlineData("", null)]
    [InlineData("k", null)]
    [InlineData("-1", null)]
    [InlineData("1 k", null)]
    [InlineData("1kb", null)]
    [InlineData("9007199254740992k", null)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("9223372036854775808", null)]
    public void Size_Text_IsReadAsNginxReadsIt(string text, long? expected)
    {
        Assert.Equal(expected, ValueParser.Size(text));
    }

    [Theory]
    [InlineData("1g", 1L << 30)]
    [InlineData("1G", 1L << 30)]
    [InlineData("1t", null)]
    public void Offset_Text_KnowsGigabytes(string text, long? expected)
    {
        Assert.Equal(expected, ValueParser.Offset(text));
    }

    [Theory]
    [InlineData("30", 30_000.0)]
    [InlineData("30s", 30_000.0)]
    [InlineData("500ms", 500.0)]
    [InlineData("1h30m", 5_400_000.0)]
    [InlineData("1h 30m", 5_400_000.0)]
    [InlineData("1w1d1h1m1s1ms", 694_861_001.0)]
    [InlineData("1m30", 90_000.0)]
    [InlineData("1s500ms", 1_500.0)]
    [InlineData("0", 0.0)]
    [InlineData("1M", null)]
    [InlineData("1y", null)]
    [InlineData("1m1h", null)]
    [InlineData("1h1h", null)]
    [InlineData("", null)]
    [InlineData("s5", 5_000.0)]
    [InlineData("1.5s", null)]
    [InlineData("-1", null)]
    [InlineData("h", null)]
    [InlineData("99999999999999999999", null)]
    public void Milliseconds_Text_IsReadAsNginxReadsIt(string text, double? expected)
    {
        Assert.Equal(expected, ValueParser.Milliseconds(text)?.TotalMilliseconds);
    }

    [Theory]
    [InlineData("1y", 31_536_000.0)]
    [InlineData("1M", 2_592_000.0)]
    [InlineData("1y1M1w1d1h1m1s", 34_822_861.0)]
    [InlineData("90", 90.0)]
    [InlineData("10ms", null)]
    public void Seconds_Text_KnowsYearsAndNoMilliseconds(string text, double? expected)
    {
        Assert.Equal(expected, ValueParser.Seconds(text)?.TotalSeconds);
    }

    [Fact]
    public void Seconds_BeyondATimeSpan_Saturates()
    {
        Assert.Equal(TimeSpan.MaxValue, ValueParser.Seconds("9223372036854775807"));
    }
}
