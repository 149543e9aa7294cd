using Hawser.IO.Timers;

namespace Hawser.Gateway;

/// <summary>
/// Gives memory back after a wave of handshakes. Each one leaves garbage behind that the collector would keep until somebody allocates
/// again, and nobody does: tunnels then wait for hours. So once a wave is over and the loops are quiet, the heap is compacted and what is
/// free goes to the system. Never while there is traffic: the collection stops the loops for some milliseconds.
/// </summary>
internal sealed class MemorySettler : LoopTimer
{
    private const long Interval = 1000;

    private const long TrimTime = 50;

    // Below this many tunnels the gain is not worth a collection.
    private const int Wave = 500;

    // Turns of all loops within an interval that still count as quiet.
    private const long QuietTurns = 100;

    private readonly Worker _worker;
    private readonly Worker[] _all;
    private bool _isArmed;
    private bool _isTrimmed;
    private long _tunnelsSeen;
    private long _tunnelsSettled;
    private long _turnsSeen;

    public MemorySettler(Worker worker, Worker[] all)
    {
        _worker = worker;
        _all = all;
    }

    /// <summary>A connection has come: there may be something to give back later. Loop of the worker it was made for.</summary>
    public void Arm()
    {
        if (_isArmed) return;
        _isArmed = true;
        _worker.Loop.Timers.Schedule(this, _worker.Loop.Now + Interval);
    }

    protected override void OnTimer()
    {
        long tunnels = 0;
        long turns = 0;
        foreach (Worker worker in _all)
        {
            tunnels += worker.TunnelsStarted;
            turns += worker.Loop.Turns;
        }
        bool isQuiet = turns - _turnsSeen <= QuietTurns;
        _turnsSeen = turns;
        bool isOwed = tunnels - _tunnelsSettled >= Wave;
        if (isQuiet && isOwed)
        {
            if (!_isTrimmed)
            {
                TrimPools();
                return;
            }
            _tunnelsSettled = tunnels;
            _isTrimmed = false;
            isOwed = false;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
        else _isTrimmed = false;
        // Nothing to do until the next connection, if none has become a tunnel since the last look.
        _isArmed = false;
        if (isOwed || tunnels != _tunnelsSeen) Arm();
        _tunnelsSeen = tunnels;
    }

    /// <summary>What the wave left in pools goes too. Each loop trims its own; the collection follows when all have had the time.</summary>
    private void TrimPools()
    {
        _isTrimmed = true;
        foreach (Worker worker in _all) worker.Loop.Post(static state => ((Worker)state!).TrimPools(), worker);
        _worker.Loop.Timers.Schedule(this, _worker.Loop.Now + TrimTime);
    }
}
