using System.Text;
using Hawser.Gateway.Phases.Limits;
using Hawser.Gateway.Tests.Support;

namespace Hawser.Gateway.Tests.Phases.Limits;

/// <summary>The arithmetic of <c>limit_req</c>, as nginx does it, with a clock that moves when told.</summary>
public sealed class RequestZoneTests
{
    private const long OnePerSecond = 1000;
    private const int Megabyte = 1 << 20;

    private readonly ManualTime _time = new();

    [Fact]
    public void Look_AtTheRate_PassesForEver()
    {
        var zone = new RequestZoneState(Megabyte, _time);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(RequestVerdict.Pass, Count(zone, "a", burst: 0, out _));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Look_WithinTheRate_ExceedsWithoutBurst()
    {
        var zone = new RequestZoneState(Megabyte, _time);
        Count(zone, "a", burst: 0, out _);
        _time.Advance(TimeSpan.FromMilliseconds(400));

        Assert.Equal(RequestVerdict.Exceeds, Count(zone, "a", burst: 0, out long excess));

        Assert.Equal(600, excess);
        Assert.Equal(RequestVerdict.Pass, Count(zone, "b", burst: 0, out _));
        _time.Advance(TimeSpan.FromMilliseconds(600));
        Assert.Equal(RequestVerdict.Pass, Count(zone, "a", burst: 0, out _));
    }

    [Fact]
    public void Look_Burst_FillsAndDrains()
    {
        var zone = new RequestZoneState(Megabyte, _time);
        long[] expected = [0, 1000, 2000, 3000];
        foreach (long excess in expected)
        {
            Assert.Equal(RequestVerdict.Pass, Count(zone, "a", burst: 3, out long seen));
            Assert.Equal(excess, seen);
        }

        Assert.Equal(RequestVerdict.Exceeds, Count(zone, "a", burst: 3, out _));

        _time.Advance(TimeSpan.FromMilliseconds(1500));
        Assert.Equal(RequestVerdict.Pass, Count(zone, "a", burst: 3, out long after));
        Assert.Equal(2500, after);
    }

    [Fact]
    public void Unpin_AfterALook_CountsNothing()
    {
        var zone = new RequestZoneState(Megabyte, _time);
        Assert.Equal(RequestVerdict.Pass, zone.Look("a"u8, OnePerSecond, 0, isLast: false, out _, out int entry));
        zone.Unpin(entry);
        Assert.Equal(RequestVerdict.Pass, zone.Look("a"u8, OnePerSecond, 0, isLast: false, out _, out entry));

        Assert.Equal(0, zone.Settle(entry, OnePerSecond));
        Assert.Equal(RequestVerdict.Exceeds, Count(zone, "a", burst: 0, out _));
    }

    [Fact]
    public void Look_FullZone_OldestKeyMakesRoom()
    {
        var zone = new RequestZoneState(32 * 1024, _time);
        Count(zone, "first", burst: 0, out _);
        for (int i = 0; i < 5000; i++) Assert.Equal(RequestVerdict.Pass, Count(zone, $"key {i}", burst: 0, out _));

        Assert.InRange(zone.Count, 100, 300);
        Assert.Equal(RequestVerdict.Pass, Count(zone, "first", burst: 0, out _)); // forgotten
        Assert.Equal(RequestVerdict.Exceeds, Count(zone, "key 4999", burst: 0, out _)); // not forgotten
    }

    [Fact]
    public void Look_FullOfHeldEntries_HasNoMemory()
    {
        var zone = new RequestZoneState(32 * 1024, _time);
        RequestVerdict verdict;
        int held = 0;
        do verdict = zone.Look(Encoding.ASCII.GetBytes($"key {held++}"), OnePerSecond, 0, isLast: false, out _, out _);
        while (verdict == RequestVerdict.Pass && held < 10_000);

        Assert.Equal(RequestVerdict.NoMemory, verdict);
    }

    [Fact]
    public void Look_ManyThreads_NoRequestIsLost()
    {
        var zone = new RequestZoneState(Megabyte, _time);
        int passed = 0;
        Parallel.For(0, 4000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            if (Count(zone, "a", burst: 999, out _) == RequestVerdict.Pass) Interlocked.Increment(ref passed);
        });

        Assert.Equal(1000, passed);
    }

    private static RequestVerdict Count(RequestZoneState zone, string key, int burst, out long excess) =>
        zone.Look(Encoding.ASCII.GetBytes(key), OnePerSecond, burst * 1000L, isLast: true, out excess, out _);
}
