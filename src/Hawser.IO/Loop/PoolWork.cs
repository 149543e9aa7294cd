namespace Hawser.IO.Loop;

/// <summary>
/// Work that takes milliseconds goes to .NET's thread pool, so that the other connections of the loop do not wait for it. How much runs at
/// once is bounded by the pool, how much waits by the connections there can be.
/// </summary>
public static class PoolWork
{
    /// <summary>Does the work elsewhere and comes back to the loop with what it gives, or throws.</summary>
    /// <param name="state">What <paramref name="work"/> is given; nobody else may use it meanwhile.</param>
    public static async ValueTask<TResult> RunAsync<TState, TResult>(EventLoop loop, Func<TState, TResult> work, TState state)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(work);
        var item = new Item<TState, TResult>(work, state);
        ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
        try
        {
            return await item.Task;
        }
        finally
        {
            await loop.Enter();
        }
    }

    private sealed class Item<TState, TResult>(Func<TState, TResult> work, TState state) : TaskCompletionSource<TResult>, IThreadPoolWorkItem
    {
        public void Execute()
        {
            try
            {
                SetResult(work(state));
            }
            catch (Exception e)
            {
                SetException(e);
            }
        }
    }
}
