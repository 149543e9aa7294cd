using System.Globalization;

namespace Hawser.Load;

/// <summary>What the command line says.</summary>
internal sealed record RunOptions
{
    public const string Usage = """
        usage: benchmarks/run [--quick] [--only TEXT,…] [--peers NAME,…] [--seconds N] [--rounds N] [--minutes N] [--realtime] [--name NAME]

        Starts Hawser and those of nginx, HAProxy and Caddy that are installed, one worker each on a processor of its own, in front of one echo
        backend, and puts each through the same scenarios in interleaved rounds. Prints tables, and with --name writes them to
        benchmarks/results/NAME.md with the machine, and a chart beside it to NAME.svg.

          --quick      one second, one round
          --only …     only scenarios whose name contains one of these
          --peers …    only these gateways; direct is none at all: what the load and the backend take by themselves
          --seconds N  length of a measurement (3)
          --rounds N   measurements of each, of which the median counts (3)
          --minutes N  after so long no scenario is begun any more (45)
          --realtime   everything under SCHED_RR: for a machine that has other work to do (needs root)

        """;

    public double Seconds { get; init; } = 3;

    public int Rounds { get; init; } = 3;

    public double Minutes { get; init; } = 45;

    public string Name { get; init; } = "";

    public bool IsRealtime { get; init; }

    public IReadOnlyList<string> Only { get; init; } = [];

    public IReadOnlyList<string> Peers { get; init; } = [];

    /// <summary>The command that starts gateways, load and backend under their scheduling policy; empty for none.</summary>
    public string[] Foreground => IsRealtime ? ["chrt", "-r", "1"] : [];

    /// <summary>
    /// The same for what shall give way to them. Not below a real-time priority: whoever spins there for something that is held here would wait for ever.
    /// </summary>
    public string[] Background => IsRealtime ? Foreground : ["chrt", "-i", "0"];

    public bool Wants(string scenario) => Only.Count == 0 || Only.Any(text => scenario.Contains(text, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads them; null where they are none.</summary>
    public static RunOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new RunOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] is "--quick" or "--realtime")
            {
                options = arguments[i] == "--quick" ? options with { Seconds = 1, Rounds = 1 } : options with { IsRealtime = true };
                continue;
            }

            var value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            var isNumber = double.TryParse(value, CultureInfo.InvariantCulture, out var number) && number > 0;
            RunOptions? read = arguments[i] switch
            {
                _ when value.Length == 0 => null,
                "--only" => options with { Only = value.Split(',') },
                "--peers" => options with { Peers = value.Split(',') },
                "--name" => options with { Name = value },
                "--seconds" when isNumber => options with { Seconds = number },
                "--rounds" when isNumber => options with { Rounds = (int)Math.Max(1, number) },
                "--minutes" when isNumber => options with { Minutes = number },
                _ => null,
            };
            if (read is null)
                return null;
            options = read;
            i++;
        }

        return options;
    }
}
