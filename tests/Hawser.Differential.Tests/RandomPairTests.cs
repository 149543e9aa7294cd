using Hawser.Differential.Random;
using Hawser.Testing;
using Xunit;

namespace Hawser.Differential.Tests;

/// <summary>Random configurations and requests: <c>./test --random PAIRS SEED</c> runs as many as one likes.</summary>
public sealed class RandomPairTests
{
    [Theory]
    [InlineData(1000)]
    [InlineData(2000)]
    [InlineData(3000)]
    public async Task RandomPairs_OnNginxAndHawser_AreAnsweredAlike(ulong seed)
    {
        var result = await RandomPairs.RunAsync(pairs: 100, seed);
        Assert.True(result.Pairs >= 100);
        if (result.Differences is [var first, ..])
            Assert.Fail($"{first.Report}\n--- the case\n{first.Case.Text()}");
    }

    [Fact]
    public void RandomCase_OfTheSameSeed_IsTheSame()
    {
        Assert.Equal(RandomCase.Create(7).Text(), RandomCase.Create(7).Text());
        Assert.NotEqual(RandomCase.Create(7).Text(), RandomCase.Create(8).Text());
    }

    [Fact]
    public void ExplainedDifferences_AreDescribedInTheDocumentation()
    {
        var page = File.ReadAllText(Repository.Path("docs/nginx-compatibility.md"));
        Assert.All(ExplainedDifference.Names, name => Assert.Contains(name, page, StringComparison.Ordinal));
    }
}
