using System.CommandLine;
using Hawser.Control;

namespace Hawser.CommandLine;

/// <summary>Runs a command that talks to a gateway, and says what went wrong in a line.</summary>
internal static class Guard
{
    /// <returns>The command's exit code, or 1.</returns>
    public static async Task<int> RunAsync(ParseResult result, Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (ControlException e)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"hawser: {e.Message}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130; // Ctrl+C, as shells count
        }
    }
}
