using System.Diagnostics;

namespace Hawser.Testing;

/// <summary>The echo backend as a process of its own, which can be killed and started again on the same port.</summary>
public sealed class EchoProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(30);
    private readonly PortLease _lease = PortLease.Take();
    private Process? _process;

    /// <summary>The port of 127.0.0.1 that it listens on.</summary>
    public int Port => _lease.Port;

    /// <summary>Starts a backend.</summary>
    public static async Task<EchoProcess> StartNewAsync()
    {
        var echo = new EchoProcess();
        try
        {
            await echo.StartAsync();
            return echo;
        }
        catch
        {
            await echo.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the process, and waits until it listens.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(GatewayExecutable.Hawser.Path) { RedirectStandardOutput = true };
        foreach (var argument in new[] { "echo", "--listen", $"127.0.0.1:{Port}" })
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(s_startTimeout);
        if (line is null)
            throw new GatewayException("hawser echo ended instead of starting.");
    }

    /// <summary>Stops it without giving it a chance to say goodbye.</summary>
    public async Task KillAsync()
    {
        if (_process is null)
            return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Freezes the process with SIGSTOP, or lets it go on.</summary>
    public void Freeze(bool frozen) => ProcessProbe.Send(_process!.Id, frozen ? Signal.Stop : Signal.Continue);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _lease.Dispose();
    }
}
