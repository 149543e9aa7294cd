using System.Diagnostics;
using System.Globalization;
using Hawser.Load;

const string Usage = """
    usage: benchmarks/run [--quick] [--only TEXT] [--peers NAME,NAME] [--seconds N] [--rounds N] [--name NAME]

    Starts Hawser and those of nginx, HAProxy and Caddy that are installed, one worker each on a processor of its own, in front of one echo
    backend, and puts each through the same scenarios in interleaved rounds. Prints a table, and with --name writes it to
    benchmarks/results/NAME.md with the machine, and a chart beside it to NAME.svg.

      --quick      one second, one round
      --only TEXT  only scenarios whose name contains TEXT
      --peers …    only these gateways
      --seconds N  length of a measurement (3)
      --rounds N   measurements of each, of which the median counts (3)

    """;

if (args is ["echo", var echoPort])
{
    EchoServer.Run(int.Parse(echoPort, CultureInfo.InvariantCulture));
    return 0;
}

var (seconds, rounds, only, name, wanted) = (3.0, 3, "", "", Array.Empty<string>());
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--quick":
            (seconds, rounds) = (1, 1);
            break;
        case "--only" when i + 1 < args.Length:
            only = args[++i];
            break;
        case "--name" when i + 1 < args.Length:
            name = args[++i];
            break;
        case "--peers" when i + 1 < args.Length:
            wanted = args[++i].Split(',');
            break;
        case "--seconds" when i + 1 < args.Length && double.TryParse(args[i + 1], CultureInfo.InvariantCulture, out seconds):
        case "--rounds" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out rounds):
            i++;
            break;
        default:
            Console.Error.Write(Usage);
            return args[i] is "--help" or "-h" ? 0 : 2;
    }
}

var root = Directory.GetCurrentDirectory();
var folder = Directory.CreateTempSubdirectory("hawser-benchmark-").FullName;
var ports = 17000 + Environment.ProcessId % 300 * 10;
var machine = ProcessMeter.Machine();
using var echo = Process.Start("taskset", ["-c", "0", Environment.ProcessPath!, typeof(LoadRun).Assembly.Location, "echo", $"{ports}"]);
using var pin = Process.Start(new ProcessStartInfo("taskset", ["-acp", "0", $"{Environment.ProcessId}"]) { RedirectStandardOutput = true })!;
pin.StandardOutput.ReadToEnd();
var peers = Peer.Find(Path.Combine(root, "artifacts/hawser/hawser"), wanted, folder, ports);
try
{
    var figures = new Comparison(peers, seconds, rounds, scenario => scenario.Contains(only, StringComparison.OrdinalIgnoreCase)).Run();
    var table = Comparison.Table(figures);
    Console.WriteLine();
    Console.Write(table);
    if (name.Length > 0)
    {
        var path = Path.Combine(root, "benchmarks/results", name);
        File.WriteAllText(path + ".svg", Chart.Draw(figures));
        File.WriteAllText(path + ".md", $"# {name}\n\n{machine}. {rounds} rounds of {seconds:0.#} s after one to warm up; `benchmarks/run`.\n\n![rates]({name}.svg)\n\n{table}");
    }
}
finally
{
    peers.ForEach(peer => peer.Dispose());
    echo.Kill();
    Directory.Delete(folder, recursive: true);
}

return 0;
