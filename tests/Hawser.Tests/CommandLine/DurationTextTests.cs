using Hawser.CommandLine;

namespace Hawser.Tests.CommandLine;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("200ms", 0.2)]
    [InlineData("60s", 60)]
    [InlineData("60", 60)]
    [InlineData("1.5s", 1.5)]
    [InlineData("5m", 300)]
    [InlineData("1h", 3600)]
    [InlineData("0", 0)]
    public void TryParse_KnownUnit_GivesSeconds(string text, double seconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("3x")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("60d")]
    [InlineData("999999h")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.False(DurationText.TryParse(text, out _));
}
