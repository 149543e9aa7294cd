namespace Hawser.Gateway.Upstreams;

/// <summary>
/// Live state by key, as long as somebody uses it: a configuration that is compiled finds what the one before has. What no configuration,
/// exchange or tunnel refers to any more goes, so the table is bounded by what is in use. Any thread.
/// </summary>
/// <typeparam name="TKey">A class: a table keyed by a structure would be compiled anew at every start (docs/decisions/0005-runtime-settings.md).</typeparam>
/// <typeparam name="TValue">The state.</typeparam>
public sealed class WeakTable<TKey, TValue>(Func<TKey, TValue> make)
    where TKey : class
    where TValue : class
{
    private const int FirstSweep = 64;

    private readonly Dictionary<TKey, WeakReference<TValue>> _entries = new();
    private readonly Lock _gate = new();
    private int _sweepAt = FirstSweep;

    /// <summary>The state under the key, made if there is none.</summary>
    public TValue Get(TKey key)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out WeakReference<TValue>? entry) && entry.TryGetTarget(out TValue? known)) return known;
            if (_entries.Count >= _sweepAt) Sweep();
            TValue made = make(key);
            _entries[key] = new WeakReference<TValue>(made);
            return made;
        }
    }

    private void Sweep()
    {
        foreach ((TKey key, WeakReference<TValue> entry) in _entries)
        {
            if (!entry.TryGetTarget(out _)) _entries.Remove(key);
        }
        _sweepAt = Math.Max(FirstSweep, _entries.Count * 2);
    }
}
