using System.Diagnostics;

namespace Hawser.Testing;

/// <summary>What a program that ran to its end left behind.</summary>
/// <param name="ExitCode">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <inheritdoc/>
    public override string ToString() => $"exit code {ExitCode}\n--- standard output\n{Output}\n--- standard error\n{Error}";
}

/// <summary>Runs programs to their end.</summary>
public static class Command
{
    /// <summary>Runs a program with nothing on its standard input.</summary>
    /// <param name="program">The program, by path or by name.</param>
    /// <param name="arguments">Its arguments, passed on as they are.</param>
    /// <param name="timeout">After which it is killed; 60 seconds when null.</param>
    /// <param name="directory">Working directory; the test's own when null.</param>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public static async Task<CommandResult> RunAsync(
        string program, IEnumerable<string> arguments, TimeSpan? timeout = null, string? directory = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? "",
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var over = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(over.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', start.ArgumentList)} did not end in time.");
        }

        return new(process.ExitCode, await output, await error);
    }
}
