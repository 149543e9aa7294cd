using System.Diagnostics;
using System.Runtime.CompilerServices;
using Hawser.IO.Loop;

namespace Hawser.Gateway.Tls;

/// <summary>
/// Gives each turn of a loop a share of time for TLS handshakes: a crowd of clients after a restart would otherwise hold up every tunnel of the loop for
/// as long as all their handshakes take together. What takes milliseconds by itself is not done here at all (docs/decisions/0034).
/// </summary>
public sealed class HandshakeTurns
{
    // A step that begins within the share is finished: a turn is longer by one signature with a short key, and no more.
    private static readonly long s_share = Stopwatch.Frequency / 1000;

    private readonly EventLoop _loop;
    private readonly Queue<Action> _waiting = new();
    private readonly Action _continueSome;
    private long _turn = -1;
    private long _spent;
    private bool _isArmed;

    public HandshakeTurns(EventLoop loop)
    {
        _loop = loop;
        _continueSome = ContinueSome;
    }

    /// <summary>Await it before a step of a handshake: at once while the turn has time left, else in a later turn, in the order of asking.</summary>
    public Turn Next() => new(this);

    /// <summary>Counts a step that began at <paramref name="startedAt"/> (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public void Count(long startedAt)
    {
        BeginTurn();
        _spent += Stopwatch.GetTimestamp() - startedAt;
    }

    private bool HasTime
    {
        get
        {
            BeginTurn();
            return _spent < s_share;
        }
    }

    private void BeginTurn()
    {
        if (_turn == _loop.Turns) return;
        _turn = _loop.Turns;
        _spent = 0;
    }

    private void Wait(Action continuation)
    {
        _waiting.Enqueue(continuation);
        Arm();
    }

    private void Arm()
    {
        if (_isArmed) return;
        _isArmed = true;
        _loop.Defer(_continueSome);
    }

    // What is deferred from here runs in the next turn, after that turn's events: tunnels come first.
    private void ContinueSome()
    {
        _isArmed = false;
        while (_waiting.Count > 0 && HasTime) _waiting.Dequeue()();
        if (_waiting.Count > 0) Arm();
    }

    /// <summary>What <see cref="Next"/> returns: await it once, on the loop.</summary>
    public readonly struct Turn(HandshakeTurns turns) : ICriticalNotifyCompletion
    {
        public Turn GetAwaiter() => this;

        public bool IsCompleted => turns._waiting.Count == 0 && turns.HasTime;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) => turns.Wait(continuation);
    }
}
