using System.Globalization;

namespace Hawser.Load;

/// <summary>What a process and its children cost, as the kernel counts it.</summary>
internal static class ProcessMeter
{
    /// <summary>The process and all below it.</summary>
    public static List<int> Tree(int id)
    {
        var tree = new List<int> { id };
        for (var i = 0; i < tree.Count; i++)
        {
            foreach (var task in Directory.GetDirectories($"/proc/{tree[i]}/task"))
                tree.AddRange(File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse));
        }

        return tree;
    }

    /// <summary>Processor time so far of these processes, all threads, in nanoseconds.</summary>
    public static long ProcessorNanoseconds(IEnumerable<int> ids) => ids.SelectMany(id => Directory.GetDirectories($"/proc/{id}/task"))
        .Sum(task => long.Parse(File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture));

    /// <summary>Proportional set size in bytes: what ending them would give back.</summary>
    public static long ProportionalBytes(IEnumerable<int> ids) => ids.Sum(id =>
    {
        var line = File.ReadLines($"/proc/{id}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal));
        return long.Parse(line[4..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    });

    /// <summary>What the results were measured on.</summary>
    public static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
        var system = File.ReadLines("/etc/os-release").FirstOrDefault(line => line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?[12..].Trim('"');
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim().Split('-')[0]; // what a distributor or a host adds says nothing here
        return $"{Environment.ProcessorCount} × {model ?? "an unknown processor"}, {system ?? "Linux"}, kernel {kernel}, .NET {Environment.Version}; load average at the start {LoadAverage()}";
    }

    /// <summary>Of the last minute.</summary>
    public static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];
}
