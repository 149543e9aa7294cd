using System.Diagnostics;
using System.Globalization;

namespace Hawser.Load;

/// <summary>
/// A client that sends messages of a megabyte as fast as they come back, in a process of its own that gives way to everything else on its processor, and with
/// a backend that does so too. On the clients' processor, a message that waits for the bulk tunnel's would otherwise wait longer than in the gateway.
/// </summary>
internal sealed class Bulk : IDisposable
{
    private const int Megabyte = 1_000_000;
    private const double Overlap = 0.5; // seconds that it goes on for, so that it does not end first

    private readonly Process _process;

    /// <summary>Starts it and returns when its tunnel is open.</summary>
    public Bulk(int port, double seconds, string[] scheduler)
    {
        _process = Start(scheduler, "bulk", $"{port}", (seconds + Overlap).ToString(CultureInfo.InvariantCulture));
        _process.StandardOutput.ReadLine();
    }

    /// <summary>Starts this program in another role, on the clients' processor.</summary>
    public static Process Start(string[] scheduler, params string[] role) => Process.Start(
        new ProcessStartInfo("taskset", ["-c", "0", .. scheduler, Environment.ProcessPath!, typeof(Bulk).Assembly.Location, .. role]) { RedirectStandardOutput = true })!;

    /// <summary>The role itself.</summary>
    public static void Run(int port, double seconds)
    {
        var result = LoadRun.Execute(new LoadPlan(seconds, new ClientGroup(1, port) { Size = Megabyte }), () => Console.WriteLine("open"));
        Console.WriteLine(result.Rate.ToString(CultureInfo.InvariantCulture));
        if (result.FirstFailure is { } failure)
            Console.Error.WriteLine($"the bulk tunnel: {failure}");
    }

    /// <summary>Waits for its end. Returns its messages a second.</summary>
    public double Finish() => double.Parse(_process.StandardOutput.ReadLine() ?? "0", CultureInfo.InvariantCulture);

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
