using System.Diagnostics;
using Hawser.Gateway.Tests.Support;
using Hawser.IO.Loop;
using Hawser.IO.Sockets;
using Hawser.IO.Timers;

namespace Hawser.Gateway.Tests.Loop;

/// <summary>Who comes first on a loop that has more to do than fits into a turn.</summary>
public sealed class EventLoopTests
{
    [Fact]
    public void Requeue_OfMany_LetsWhatIsReadyGoFirst()
    {
        using var loop = new EventLoop(TimeProvider.System, static e => Assert.Fail($"{e}"));
        using var pair = new SocketPair();
        var line = new Line(loop, members: 20, onCall: call =>
        {
            if (call == 5) pair.Far.Send([1]);
        });
        int callsBefore = -1;
        loop.Register((int)pair.Near.Handle, new Handler((_, events) =>
        {
            if ((events & ReadyEvents.Readable) == 0 || callsBefore >= 0) return;
            callsBefore = line.Calls;
            loop.Stop();
        }), 0);
        loop.Post(_ => line.Begin(), null);
        loop.Run();
        Assert.InRange(callsBefore, 5, 6); // it did not wait for the other 15, each of which takes longer than their share of a turn
    }

    [Fact]
    public void Delay_ForATurn_LetsWhatIsReadyGoFirst()
    {
        using var loop = new EventLoop(TimeProvider.System, static e => Assert.Fail($"{e}"));
        using var pair = new SocketPair();
        var delay = new LoopDelay(loop);
        int turns = 0;
        int turnsBefore = -1;
        loop.Register((int)pair.Near.Handle, new Handler((_, events) =>
        {
            if ((events & ReadyEvents.Readable) != 0 && turnsBefore < 0) turnsBefore = turns;
        }), 0);
        loop.Post(_ => _ = WorkAsync(), null);
        loop.Run();
        Assert.Equal(3, turnsBefore); // what came in the third was seen before the fourth
        Assert.Equal(10, turns);

        async Task WorkAsync()
        {
            while (++turns < 10)
            {
                if (turns == 3) pair.Far.Send([1]);
                Assert.Equal(WaitResult.TimedOut, await delay.ForATurn());
            }
            loop.Stop();
        }
    }

    [Fact]
    public void Delay_ForATurn_AbortedInIt_SaysSoAndWaitsForNothingElse()
    {
        using var loop = new EventLoop(TimeProvider.System, static e => Assert.Fail($"{e}"));
        var delay = new LoopDelay(loop);
        var results = new List<(WaitResult, bool)>();
        loop.Post(_ => _ = WorkAsync(), null);
        loop.Post(_ => delay.Abort(), null);
        loop.Run();
        // The second wait is a time, which the turn that was given up does not end.
        Assert.Equal([(WaitResult.Aborted, true), (WaitResult.TimedOut, true)], results);

        async Task WorkAsync()
        {
            results.Add((await delay.ForATurn(), true));
            long begun = loop.Now;
            results.Add((await delay.For(50), loop.Now - begun >= 50));
            loop.Stop();
        }
    }

    [Fact]
    public void Register_ThatTheKernelRefuses_LeavesNoTrace()
    {
        using var loop = new EventLoop(TimeProvider.System, static e => Assert.Fail($"{e}"));
        using SocketPair first = new(), second = new(), third = new();
        var handler = new Handler(static (_, _) => { });
        int freed = loop.Register((int)first.Near.Handle, handler, 0);
        int kept = loop.Register((int)second.Near.Handle, handler, 0);
        loop.Unregister(freed);
        Assert.Throws<IOException>(() => loop.Register(-1, handler, 0));
        loop.Unregister(0); // what a connection has that was never registered
        Assert.Equal(freed, loop.Register((int)third.Near.Handle, handler, 0));
        Assert.Throws<IOException>(() => loop.Register(-1, handler, 0));
        Assert.Equal(kept + 1, loop.Register((int)third.Far.Handle, handler, 0));
    }

    [Fact]
    public void Requeue_OfMany_ServesThemInOrder()
    {
        using var loop = new EventLoop(TimeProvider.System, static e => Assert.Fail($"{e}"));
        var line = new Line(loop, members: 7, onCall: call =>
        {
            if (call == 21) loop.Stop();
        });
        loop.Post(_ => line.Begin(), null);
        loop.Run();
        Assert.Equal(Enumerable.Range(0, 21).Select(i => i % 7), line.Order.Take(21));
    }

    [Fact]
    public void Timers_ManyDueAtOnce_LetWhatIsReadyGoBetween()
    {
        using var loop = new EventLoop(TimeProvider.System, static e => Assert.Fail($"{e}"));
        using var pair = new SocketPair();
        int firedBefore = -1;
        int fired = 0;
        loop.Register((int)pair.Near.Handle, new Handler((_, events) =>
        {
            if ((events & ReadyEvents.Readable) == 0 || firedBefore >= 0) return;
            firedBefore = fired;
            loop.Stop();
        }), 0);
        loop.Post(_ =>
        {
            for (int i = 0; i < 20; i++) loop.Timers.Schedule(new SlowTimer(() =>
            {
                if (++fired == 5) pair.Far.Send([1]);
            }), loop.Now + 5);
        }, null);
        loop.Run();
        Assert.InRange(firedBefore, 5, 6); // it did not wait for the other 15, each of which takes longer than a turn's share
    }

    /// <summary>Handlers that ask for another call at each call, and take a millisecond.</summary>
    private sealed class Line(EventLoop loop, int members, Action<int> onCall) : IReadyHandler
    {
        public int Calls { get; private set; }

        public List<int> Order { get; } = [];

        public void Begin()
        {
            for (int i = 0; i < members; i++) loop.Requeue(this, i);
        }

        public void OnReady(int tag, ReadyEvents events)
        {
            Assert.Equal(ReadyEvents.None, events);
            Order.Add(tag);
            long begun = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(begun).TotalMilliseconds < 1) Thread.SpinWait(10);
            loop.Requeue(this, tag);
            onCall(++Calls);
        }
    }

    private sealed class SlowTimer(Action fired) : LoopTimer
    {
        protected override void OnTimer()
        {
            long begun = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(begun).TotalMilliseconds < 1) Thread.SpinWait(10);
            fired();
        }
    }

    private sealed class Handler(Action<int, ReadyEvents> onReady) : IReadyHandler
    {
        public void OnReady(int tag, ReadyEvents events) => onReady(tag, events);
    }
}
