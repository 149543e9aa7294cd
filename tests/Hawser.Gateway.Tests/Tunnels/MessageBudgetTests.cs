using Hawser.Gateway.Tunnels;

namespace Hawser.Gateway.Tests.Tunnels;

/// <summary><c>websocket_message_rate</c> by a clock of the test's own: what a client gets through that always has more to send.</summary>
public sealed class MessageBudgetTests
{
    private const long Start = 5_000;
    private const long Seconds = 20;

    public static TheoryData<int, int> Rates()
    {
        var data = new TheoryData<int, int>();
        foreach (int rate in new[] { 1, 2, 3, 7, 60, 333, 400, 499, 501, 700, 999, 1000, 1001, 1200, 1999, 7777, 1_000_000 })
        {
            data.Add(rate, rate);
            data.Add(rate, rate / 1000 + 1);
            data.Add(rate, rate * 3);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void Fill_ClientAlwaysHasMore_PassesBurstAndThenTheRate(int rate, int burst)
    {
        var budget = new MessageBudget(Start);
        long passed = burst;
        long now = Start;
        while ((now = budget.NextAt(rate)) <= Start + Seconds * 1000)
        {
            int most = budget.Fill(0, now, rate, burst);
            Assert.InRange(most, 1, burst);
            passed += most;
        }
        Assert.InRange(passed, burst + Seconds * rate - rate / 1000 - 1, burst + Seconds * rate);
    }

    /// <summary>Looked at each millisecond, as when bytes come all the time, it gives the same.</summary>
    [Theory]
    [MemberData(nameof(Rates))]
    public void Fill_EachMillisecond_LosesNothingToRounding(int rate, int burst)
    {
        var budget = new MessageBudget(Start);
        long passed = burst;
        for (long now = Start; now <= Start + Seconds * 1000; now++) passed += budget.Fill(0, now, rate, burst);
        Assert.Equal(burst + Seconds * rate, passed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(10)]
    public void Fill_AfterAQuietTime_GivesOneBurstInAll(int left)
    {
        var budget = new MessageBudget(Start);
        Assert.Equal(10, budget.Fill(left, Start + 3_600_000, rate: 5, burst: 10));
        Assert.Equal(0, budget.Fill(0, Start + 3_600_000, rate: 5, burst: 10));
        Assert.Equal(Start + 3_600_200, budget.NextAt(rate: 5));
    }

    [Fact]
    public void Fill_AfterYears_DoesNotOverflow()
    {
        var budget = new MessageBudget(Start);
        Assert.Equal(int.MaxValue, budget.Fill(0, Start + 100L * 365 * 86_400_000, rate: int.MaxValue, burst: int.MaxValue));
    }

    [Fact]
    public void State_TakenUpElsewhere_GoesOnWithThePartOfAMessage()
    {
        var budget = new MessageBudget(Start);
        Assert.Equal(0, budget.Fill(0, Start + 300, rate: 3, burst: 5));
        var taken = new MessageBudget(budget.FilledAt, budget.Part);
        Assert.Equal(Start + 334, taken.NextAt(rate: 3));
        Assert.Equal(1, taken.Fill(0, Start + 334, rate: 3, burst: 5));
    }
}
