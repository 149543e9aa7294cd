using Hawser.IO.Sockets;

namespace Hawser.Gateway.Tests.Phases.Limits;

/// <summary>The arithmetic of <c>limit_rate</c> (ngx_http_write_filter).</summary>
public sealed class OutputPacerTests
{
    [Fact]
    public void Allow_FirstSecond_IsASecondsWorthThenAPause()
    {
        var pacer = new OutputPacer(rate: 1000, after: 0, startedAt: 5000, sentBefore: 70);

        Assert.Equal(1000, pacer.Allow(5000, 70));
        pacer.Count(5000, 70, 1070);

        Assert.Equal(6000, pacer.ResumesAt);
        Assert.Equal(0, pacer.Allow(5999, 1070));
        Assert.Equal(1000, pacer.Allow(6000, 1070));
    }

    [Fact]
    public void Allow_SentAhead_PausesUntilTimeHasCaughtUp()
    {
        var pacer = new OutputPacer(rate: 1000, after: 0, startedAt: 0, sentBefore: 0);

        Assert.Equal(0, pacer.Allow(0, 3500));

        Assert.Equal(2501, pacer.ResumesAt);
        Assert.Equal(0, pacer.Allow(2500, 3500));
        Assert.Equal(500, pacer.Allow(3000, 3500));
    }

    [Fact]
    public void Count_WithinAfter_CostsNoPause()
    {
        var pacer = new OutputPacer(rate: 100, after: 1000, startedAt: 0, sentBefore: 0);

        Assert.Equal(1100, pacer.Allow(0, 0));
        pacer.Count(0, 0, 900);
        Assert.Equal(0, pacer.ResumesAt);
        pacer.Count(0, 900, 1100);
        Assert.Equal(1000, pacer.ResumesAt);
    }

    [Fact]
    public void Allow_WholeTransfer_TakesAsLongAsTheRateSays()
    {
        var pacer = new OutputPacer(rate: 10_000, after: 0, startedAt: 0, sentBefore: 0);
        long now = 0, sent = 0;
        while (sent < 100_000)
        {
            int allowed = pacer.Allow(now, sent);
            if (allowed == 0)
            {
                now = pacer.ResumesAt;
                continue;
            }
            long before = sent;
            sent += Math.Min(allowed, 1448);
            pacer.Count(now, before, sent);
            now = Math.Max(now, pacer.ResumesAt);
        }
        Assert.InRange(now, 9_000, 10_200);
    }

    [Fact]
    public void Allow_EnormousRate_DoesNotOverflow()
    {
        var pacer = new OutputPacer(long.MaxValue / 2, after: long.MaxValue / 4, startedAt: 0, sentBefore: 0);
        Assert.Equal(int.MaxValue, pacer.Allow(100_000, 10));
        pacer.Count(100_000, 10, 1_000_000);
        Assert.True(pacer.ResumesAt <= 100_000);
    }
}
