using System.Diagnostics;

namespace Hawser.Testing;

/// <summary>Waiting for what only polling can see: a file, a log line, a process.</summary>
public static class Wait
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(5);

    /// <summary>Asks until the answer is yes or the time is over.</summary>
    /// <returns>The last answer.</returns>
    public static Task<bool> UntilAsync(Func<bool> condition, TimeSpan timeout) =>
        UntilAsync(() => Task.FromResult(condition()), timeout);

    /// <inheritdoc cref="UntilAsync(Func{bool}, TimeSpan)"/>
    public static async Task<bool> UntilAsync(Func<Task<bool>> condition, TimeSpan timeout)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > timeout)
                return false;
            await Task.Delay(s_pollInterval);
        }

        return true;
    }
}
