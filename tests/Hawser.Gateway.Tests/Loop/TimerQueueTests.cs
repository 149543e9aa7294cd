using System.Diagnostics;
using Hawser.IO.Timers;

namespace Hawser.Gateway.Tests.Loop;

public sealed class TimerQueueTests
{
    [Fact]
    public void Fire_ManyTimers_EachOnceAndInOrder()
    {
        var queue = new TimerQueue();
        var fired = new List<int>();
        int[] deadlines = [50, 10, 40, 10, 30, 20];
        foreach (int deadline in deadlines) queue.Schedule(new Timer(() => fired.Add(deadline)), deadline);
        queue.Fire(30);
        Assert.Equal([10, 10, 20, 30], fired);
        Assert.Equal(10, queue.MillisecondsUntilNext(30));
        queue.Fire(100);
        Assert.Equal([10, 10, 20, 30, 40, 50], fired);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void Schedule_InThePastWhileFiring_ComesLaterAndLetsOthersFire()
    {
        var queue = new TimerQueue();
        int late = 0;
        bool other = false;
        Timer always = null!;
        always = new Timer(() =>
        {
            late++;
            queue.Schedule(always, 0);
        });
        queue.Schedule(always, 5);
        queue.Schedule(new Timer(() => other = true), 6);
        queue.Fire(10);
        Assert.Equal(1, late);
        Assert.True(other);
        Assert.Equal(1, queue.MillisecondsUntilNext(10));
        queue.Fire(11);
        Assert.Equal(2, late);
    }

    [Fact]
    public void Fire_TimeIsOver_GoesOnWithTheRestInOrderAndNeverEarly()
    {
        var queue = new TimerQueue();
        var fired = new List<int>();
        foreach (int deadline in new[] { 30, 10, 20, 25 }) queue.Schedule(new Timer(() => fired.Add(deadline)), deadline);
        long over = Stopwatch.GetTimestamp();
        queue.Fire(25, over);
        Assert.Equal([10], fired);
        Assert.Equal(0, queue.MillisecondsUntilNext(25));
        queue.Fire(25, over);
        queue.Fire(25, over);
        Assert.Equal([10, 20, 25], fired);
        Assert.Equal(5, queue.MillisecondsUntilNext(25));
        queue.Fire(25, over);
        Assert.Equal(3, fired.Count);
    }

    [Fact]
    public void Remove_BeforeItsTime_NeverFires()
    {
        var queue = new TimerQueue();
        var timer = new Timer(() => Assert.Fail("fired"));
        queue.Schedule(timer, 5);
        queue.Remove(timer);
        queue.Fire(10);
        Assert.Equal(-1, queue.MillisecondsUntilNext(10));
    }

    private sealed class Timer(Action fired) : LoopTimer
    {
        protected override void OnTimer() => fired();
    }
}
