using System.Globalization;
using Hawser.Differential;
using Hawser.Differential.Random;
using Hawser.Testing;

// case FILE...             both gateways side by side
// case --only NAME FILE... what one of them does
// case --twice NAME FILE.. one of them against itself: is the case deterministic?
// random PAIRS SEED        random configurations and requests, compared
return args switch
{
    ["case", "--only", var name, .. var files] when files.Length > 0 => await ForEachAsync(files, testCase => ShowAsync(testCase, Named(name))),
    ["case", "--twice", var name, .. var files] when files.Length > 0 => await ForEachAsync(files, testCase => CompareAsync(testCase, Named(name), Named(name))),
    ["case", .. var files] when files.Length > 0 => await ForEachAsync(files, testCase => CompareAsync(testCase, GatewayExecutable.Nginx, GatewayExecutable.Hawser)),
    ["random", var pairs, var seed] => await RandomPairs.CommandAsync(int.Parse(pairs, CultureInfo.InvariantCulture), ulong.Parse(seed, CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: case [--only nginx|hawser | --twice nginx|hawser] FILE... | random PAIRS SEED");
    return 2;
}

static GatewayExecutable Named(string name) =>
    GatewayExecutable.Both.FirstOrDefault(gateway => gateway.Name == name) ?? throw new ArgumentException($"no gateway is called {name}");

static async Task<int> ForEachAsync(string[] files, Func<DifferentialCase, Task<bool>> act)
{
    var failed = 0;
    foreach (var file in files)
    {
        try
        {
            failed += await act(DifferentialCase.Load(file)) ? 0 : 1;
        }
        catch (Exception error) when (error is CaseException or GatewayException)
        {
            Console.WriteLine($"case {file}\n  * {error.Message}\n");
            failed++;
        }
    }

    return failed == 0 ? 0 : 1;
}

static async Task<bool> ShowAsync(DifferentialCase testCase, GatewayExecutable gateway)
{
    var transcript = await CaseRunner.RunAsync(testCase, gateway);
    Console.WriteLine($"case {testCase.Name} on {gateway}\n{transcript.Text}\n[error log]\n{transcript.ErrorLog}");
    return true;
}

static async Task<bool> CompareAsync(DifferentialCase testCase, GatewayExecutable left, GatewayExecutable right)
{
    var comparison = new Comparison(testCase, await CaseRunner.RunAsync(testCase, left), await CaseRunner.RunAsync(testCase, right));
    Console.WriteLine(comparison);
    return comparison.Complaints.Count == 0;
}
