using System.Diagnostics;

namespace Hawser.IO.Timers;

/// <summary>A binary heap over lazy deadlines (see <see cref="LoopTimer"/>), owned by one loop.</summary>
public sealed class TimerQueue
{
    private LoopTimer[] _heap = new LoopTimer[64];
    private long _firingAt = long.MinValue;

    /// <summary>Timers in the queue, including those whose deadline was pushed away or taken back since.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Asks for <paramref name="timer"/> to fire at <paramref name="deadline"/> (loop milliseconds); replaces its earlier deadline. What is asked for by a
    /// timer that fires comes a millisecond later at the earliest: one that is always late must not keep the loop from everything else.
    /// </summary>
    public void Schedule(LoopTimer timer, long deadline)
    {
        if (deadline <= _firingAt) deadline = _firingAt + 1;
        timer.Deadline = deadline;
        if (timer.QueueIndex == LoopTimer.NotQueued)
        {
            if (deadline == LoopTimer.Infinite) return;
            if (Count == _heap.Length) Array.Resize(ref _heap, Count * 2);
            timer.Due = deadline;
            SiftUp(timer, Count++);
        }
        else if (deadline < timer.Due)
        {
            timer.Due = deadline;
            SiftUp(timer, timer.QueueIndex);
        }
    }

    /// <summary>Takes the timer out for good. Needed when its owner ends: a lazy cancel would keep the owner alive until the old time.</summary>
    public void Remove(LoopTimer timer)
    {
        timer.Deadline = LoopTimer.Infinite;
        int index = timer.QueueIndex;
        if (index == LoopTimer.NotQueued) return;
        timer.QueueIndex = LoopTimer.NotQueued;
        LoopTimer last = _heap[--Count];
        _heap[Count] = null!;
        if (index == Count) return;
        if (index > 0 && last.Due < _heap[(index - 1) / 2].Due) SiftUp(last, index);
        else SiftDown(last, index);
    }

    /// <summary>Milliseconds until something may be due, for epoll_wait: -1 when nothing is queued.</summary>
    public int MillisecondsUntilNext(long now)
    {
        if (Count == 0) return -1;
        long wait = _heap[0].Due - now;
        return wait <= 0 ? 0 : (int)Math.Min(wait, int.MaxValue);
    }

    /// <summary>Fires the timers whose deadline is at or before <paramref name="now"/>, in the order of their deadlines.</summary>
    /// <param name="until">
    /// The <see cref="Stopwatch"/>'s timestamp after which no further one is begun: thousands may be due at once. The next call goes on with the rest,
    /// and <see cref="MillisecondsUntilNext"/> is 0 until then.
    /// </param>
    public void Fire(long now, long until = long.MaxValue)
    {
        _firingAt = now;
        try
        {
            FireDue(now, until);
        }
        finally
        {
            _firingAt = long.MinValue;
        }
    }

    private void FireDue(long now, long until)
    {
        while (Count > 0 && _heap[0].Due <= now)
        {
            LoopTimer timer = _heap[0];
            if (timer.Deadline > now && timer.Deadline != LoopTimer.Infinite)
            {
                timer.Due = timer.Deadline;
                SiftDown(timer, 0);
                continue;
            }
            bool wanted = timer.Deadline != LoopTimer.Infinite;
            Remove(timer);
            if (!wanted) continue;
            timer.OnTimer();
            if (Stopwatch.GetTimestamp() >= until) return;
        }
    }

    private void SiftUp(LoopTimer timer, int index)
    {
        while (index > 0)
        {
            int parent = (index - 1) / 2;
            if (_heap[parent].Due <= timer.Due) break;
            Place(_heap[parent], index);
            index = parent;
        }
        Place(timer, index);
    }

    private void SiftDown(LoopTimer timer, int index)
    {
        while (true)
        {
            int child = index * 2 + 1;
            if (child >= Count) break;
            if (child + 1 < Count && _heap[child + 1].Due < _heap[child].Due) child++;
            if (timer.Due <= _heap[child].Due) break;
            Place(_heap[child], index);
            index = child;
        }
        Place(timer, index);
    }

    private void Place(LoopTimer timer, int index)
    {
        _heap[index] = timer;
        timer.QueueIndex = index;
    }
}
