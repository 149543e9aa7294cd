using System.Diagnostics;
using System.Globalization;
using Hawser.Load;

if (args is ["echo", var echoPort])
{
    EchoServer.Run(int.Parse(echoPort, CultureInfo.InvariantCulture));
    return 0;
}

if (args is ["bulk", var bulkPort, var bulkSeconds])
{
    Bulk.Run(int.Parse(bulkPort, CultureInfo.InvariantCulture), double.Parse(bulkSeconds, CultureInfo.InvariantCulture));
    return 0;
}

if (RunOptions.Parse(args) is not { } options)
{
    var isWanted = args.Any(argument => argument is "--help" or "-h");
    (isWanted ? Console.Out : Console.Error).Write(RunOptions.Usage);
    return isWanted ? 0 : 2;
}

var root = Directory.GetCurrentDirectory();
var folder = Directory.CreateTempSubdirectory("hawser-benchmark-").FullName;
var ports = 17000 + Environment.ProcessId % 300 * 20;
var setting = new PeerSetting(folder, ports, ports + 19, Certificates.MakeP256(folder), Certificates.MakeRsa4096(folder), options.Foreground);
var peers = Peer.Find(Path.Combine(root, "artifacts/hawser/hawser"), options.Peers, setting);
var machine = ProcessMeter.Machine();
var versions = string.Join(", ", peers.Select(peer => peer.Version()));
using var echo = Bulk.Start(options.Foreground, "echo", $"{setting.Backend}");
using var bulkEcho = Bulk.Start(options.Background, "echo", $"{setting.BulkBackend}");
Run("taskset", "-acp", "0", $"{Environment.ProcessId}");
if (options.IsRealtime)
    Run("chrt", "-a", "-r", "-p", "1", $"{Environment.ProcessId}");
try
{
    var comparison = new Comparison(peers, options);
    var figures = comparison.Run();
    var tables = Report.Tables(figures);
    Console.WriteLine();
    Console.Write(tables);
    if (comparison.Skipped.Count > 0)
        Console.Error.WriteLine($"no time was left for: {string.Join("; ", comparison.Skipped)}");
    if (options.Name.Length > 0)
    {
        var path = Path.Combine(root, "benchmarks/results", options.Name);
        File.WriteAllText(path + ".svg", Chart.Draw(figures));
        File.WriteAllText(path + ".md", $"""
            # {options.Name}

            {machine}; at the end {ProcessMeter.LoadAverage()}. {versions}. {options.Rounds} rounds of {options.Seconds.ToString(CultureInfo.InvariantCulture)} s after one to
            warm up{(options.IsRealtime ? ", everything under SCHED_RR" : "")}; ratios and percentiles are medians of the rounds, the maximum is that of all. `benchmarks/run {string.Join(' ', args)}`
            {(comparison.Skipped.Count > 0 ? $"\nNo time was left for: {string.Join("; ", comparison.Skipped)}.\n" : "")}
            ![Hawser beside nginx, HAProxy and Caddy]({options.Name}.svg)

            {tables.TrimEnd()}

            """);
    }
}
finally
{
    peers.ForEach(peer => peer.Dispose());
    echo.Kill();
    bulkEcho.Kill();
    Directory.Delete(folder, recursive: true);
}

return 0;

static void Run(string program, params string[] arguments)
{
    using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
    process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    if (process.ExitCode != 0)
        throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} has failed with {process.ExitCode}");
}
