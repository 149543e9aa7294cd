using System.Runtime.ExceptionServices;

namespace Hawser.Gateway.Tunnels.HandOver;

/// <summary>For threads that have to wait for what a loop does.</summary>
internal static class LoopCall
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    /// <summary>Runs something on a loop and waits for it.</summary>
    /// <exception cref="IOException">The loop has ended: the process is about to.</exception>
    public static T Run<T>(Worker worker, Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.Loop.Post(
            _ =>
            {
                try
                {
                    result = action();
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
                done.SetResult();
            },
            null);
        while (!done.Task.Wait(s_interval))
        {
            if (worker.HasEnded && !done.Task.IsCompleted) throw new IOException("the event loop has ended");
        }
        failure?.Throw();
        return result;
    }
}
