using Hawser.IO.Loop;

namespace Hawser.Gateway.Phases.Access;

/// <summary>
/// Checks a password on a thread of the pool: bcrypt takes a tenth of a second by design, and a loop has thousands of other connections
/// (docs/decisions/0021). How many wait is bounded by <c>worker_connections</c>, how many run by the pool.
/// </summary>
internal sealed class PasswordWork : IThreadPoolWorkItem
{
    private readonly TaskCompletionSource<PasswordMatch> _completion = new();
    private readonly byte[] _hash;
    private readonly byte[] _password;

    private PasswordWork(byte[] hash, byte[] password)
    {
        _hash = hash;
        _password = password;
    }

    /// <summary>Checks a password elsewhere and comes back to the loop.</summary>
    public static async ValueTask<PasswordMatch> VerifyAsync(EventLoop loop, byte[] hash, byte[] password)
    {
        var work = new PasswordWork(hash, password);
        ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
        try
        {
            return await work._completion.Task;
        }
        finally
        {
            await loop.Enter();
        }
    }

    public void Execute()
    {
        try
        {
            _completion.SetResult(PasswordHash.Verify(_hash, _password));
        }
        catch (Exception e)
        {
            _completion.SetException(e);
        }
    }
}
