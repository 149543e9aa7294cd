using System.Threading.Tasks.Sources;
using Hawser.IO.Timers;

namespace Hawser.Gateway.Upstreams.Resolving;

/// <summary>One who waits for a name, for at most a time of its own.</summary>
public sealed class ResolveWait : LoopTimer, IValueTaskSource<ResolveResult>
{
    private readonly NameResolver _resolver;
    private ManualResetValueTaskSourceCore<ResolveResult> _core;
    private bool _isOver;

    internal ResolveWait(NameResolver resolver) => _resolver = resolver;

    /// <summary>The result, to be awaited once, on the loop.</summary>
    public ValueTask<ResolveResult> Task => new(this, _core.Version);

    /// <summary>What it waits for; null between two names and when it is over.</summary>
    internal NameLookup? Lookup { get; set; }

    /// <summary>Names followed so far.</summary>
    internal int Depth { get; set; }

    /// <summary>Ends the wait with <see cref="ResolveStatus.Cancelled"/>, after the events at hand.</summary>
    public void Cancel()
    {
        if (Leave()) _resolver.Loop.Defer(() => _core.SetResult(new ResolveResult(ResolveStatus.Cancelled, null, default, 0)));
    }

    internal void Complete(in ResolveResult result)
    {
        if (Leave()) _core.SetResult(result);
    }

    protected override void OnTimer() => Complete(new ResolveResult(ResolveStatus.TimedOut, null, default, 0));

    ResolveResult IValueTaskSource<ResolveResult>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ResolveResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<ResolveResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private bool Leave()
    {
        if (_isOver) return false;
        _isOver = true;
        Lookup?.Waiting.Remove(this);
        Lookup = null;
        _resolver.Loop.Timers.Remove(this);
        return true;
    }
}
