using System.Diagnostics;
using System.Globalization;
using Hawser.Testing;

namespace Hawser.Differential.Random;

/// <summary>What a run of random pairs came to.</summary>
/// <param name="Pairs">Pairs of configuration and request that were compared.</param>
/// <param name="Refused">Configurations that both gateways refused, with the same words.</param>
/// <param name="Unsteady">Configurations on which something differed once and not again: the machine stood still, or chance has a say.</param>
/// <param name="Explained">How often each documented difference was met.</param>
/// <param name="Differences">The others: a case file for each, ready to be kept, and the comparison.</param>
public sealed record RandomResult(int Pairs, int Refused, int Unsteady, IReadOnlyDictionary<string, int> Explained, IReadOnlyList<RandomDifference> Differences);

/// <summary>One pair that is answered differently.</summary>
/// <param name="Case">The case file.</param>
/// <param name="Report">Both sides next to each other.</param>
public sealed record RandomDifference(RandomCase Case, string Report);

/// <summary>Runs random configurations and requests on nginx and on Hawser.</summary>
public sealed class RandomPairs
{
    // Of a configuration on which all goes wrong, a few examples are enough.
    private const int ExamplesPerConfiguration = 3;

    private readonly Dictionary<string, int> _explained = [];
    private readonly List<RandomDifference> _differences = [];
    private int _pairs;
    private int _refused;
    private int _unsteady;

    /// <summary>Runs at least so many pairs.</summary>
    /// <param name="pairs">How many; rounded up to whole configurations.</param>
    /// <param name="seed">Of the first configuration; the following ones count up.</param>
    /// <param name="progress">Is told the pairs so far after each configuration; may be null.</param>
    /// <param name="limit">Stops after so many differences.</param>
    public static async Task<RandomResult> RunAsync(int pairs, ulong seed, Action<int>? progress = null, int limit = int.MaxValue)
    {
        var run = new RandomPairs();
        for (; run._pairs < pairs && run._differences.Count < limit; seed++)
        {
            await run.RunOneAsync(RandomCase.Create(seed));
            progress?.Invoke(run._pairs);
        }

        return new(run._pairs, run._refused, run._unsteady, run._explained, run._differences);
    }

    private async Task RunOneAsync(RandomCase random)
    {
        if (!await IsAcceptedAsync(random))
        {
            _refused++;
            return;
        }

        _pairs += random.Requests.Count;
        if ((await CompareAsync(random)).Complaints.Count == 0)
            return;
        var (examples, explained) = (0, 0);
        foreach (var request in random.Requests)
        {
            var single = random.With([request]);
            var comparison = await CompareAsync(single);
            if (comparison.Complaints.Count == 0)
                continue;
            if (ExplainedDifference.Find(single, comparison) is { } reason)
            {
                explained++;
                _explained[reason] = _explained.GetValueOrDefault(reason) + 1;
            }
            else if (examples++ < ExamplesPerConfiguration)
                _differences.Add(new(single, comparison.ToString()));
        }

        if (examples > 0 || explained > 0)
            return;
        // Alike one by one, and not together: the order counts, and that is a difference too, if it can be seen again.
        var again = await CompareAsync(random);
        if (again.Complaints.Count == 0)
            _unsteady++;
        else if (ExplainedDifference.Find(random, again) is { } reason)
            _explained[reason] = _explained.GetValueOrDefault(reason) + 1;
        else
            _differences.Add(new(random, again.ToString()));
    }

    /// <summary>Whether both take the configuration. If one of them refuses it, the other must, with the same first message.</summary>
    private async Task<bool> IsAcceptedAsync(RandomCase random)
    {
        var test = random.ToCase(testsConfigurationOnly: true);
        var left = await CaseRunner.RunAsync(test, GatewayExecutable.Nginx);
        if (left.Parts[Part.Config][0] == "exit code 0")
            return true;
        var comparison = new Comparison(test, left, await CaseRunner.RunAsync(test, GatewayExecutable.Hawser));
        if (comparison.Complaints.Count > 0 && ExplainedDifference.Find(random, comparison) is null)
            _differences.Add(new(random.With([]), comparison.ToString()));
        return false;
    }

    private static async Task<Comparison> CompareAsync(RandomCase random)
    {
        var test = random.ToCase();
        return new Comparison(test, await CaseRunner.RunAsync(test, GatewayExecutable.Nginx), await CaseRunner.RunAsync(test, GatewayExecutable.Hawser));
    }

    /// <summary>The command <c>random [--pairs N] [--seed N]</c>.</summary>
    /// <returns>0 when no pair differs without an explanation.</returns>
    public static async Task<int> CommandAsync(int pairs, ulong seed)
    {
        var clock = Stopwatch.StartNew();
        var result = await RunAsync(pairs, seed, done =>
        {
            if (done % 500 < RandomCase.RequestsPerConfiguration)
                Console.Error.WriteLine($"{done} pairs after {clock.Elapsed.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s");
        });
        foreach (var difference in result.Differences)
            Console.WriteLine($"{difference.Report}\n--- the case\n{difference.Case.Text()}\n{new string('=', 100)}");
        foreach (var (reason, count) in result.Explained.OrderByDescending(pair => pair.Value))
            Console.WriteLine($"{count} times: {reason}");
        Console.WriteLine($"{result.Pairs} pairs, {result.Refused} configurations refused by both, {result.Unsteady} differed once and not again, {result.Differences.Count} differ without an explanation");
        return result.Differences.Count == 0 && result.Pairs > 0 ? 0 : 1;
    }
}
