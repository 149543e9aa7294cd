using System.Diagnostics;
using System.Globalization;
using Hawser.Testing;
using Hawser.Testing.Churn;

namespace Hawser.EndToEnd.Tests;

/// <summary>What the kernel says about the gateway's process, every few seconds.</summary>
internal sealed class SoakSamples(UpgradableGateway gateway)
{
    private sealed record Sample(double Second, int ProcessId, long Memory, int Descriptors, int Tunnels);

    private readonly List<Sample> _samples = [];
    private volatile bool _isStopping;

    public async Task RunAsync(TimeSpan interval, ChurnClients clients)
    {
        var watch = Stopwatch.StartNew();
        while (!_isStopping)
        {
            if (gateway.ProcessId is { } id)
                Take(watch.Elapsed.TotalSeconds, id, clients.Open);
            await Task.Delay(interval, CancellationToken.None);
        }
    }

    public void Stop() => _isStopping = true;

    /// <summary>The last third of the time needs no more than the one before it, and descriptors are those of the tunnels and a few of its own.</summary>
    public void AssertFlat(long memoryBound)
    {
        var third = _samples.Count / 3;
        var (middle, last) = (_samples.Skip(third).Take(third).Average(s => s.Memory), _samples.Skip(2 * third).Average(s => s.Memory));
        Assert.True(last - middle < memoryBound, $"{last / (1 << 20):0.0} MiB in the last third, {middle / (1 << 20):0.0} MiB before\n{Describe()}");
        // A process that is just taking tunnels over has fewer descriptors than the clients have tunnels, so no single sample counts.
        var (before, after) = (MedianOwn(_samples.Skip(third).Take(third)), MedianOwn(_samples.Skip(2 * third)));
        Assert.True(after - before <= 16, $"{after} descriptors beside those of tunnels in the last third, {before} before\n{Describe()}");
    }

    /// <summary>At most 24 lines.</summary>
    public string Describe()
    {
        var step = Math.Max(1, _samples.Count / 24);
        return "second  process  PSS (MiB)  descriptors  tunnels\n" + string.Join('\n', _samples.Where((_, i) => i % step == 0).Select(s => string.Create(
            CultureInfo.InvariantCulture, $"{s.Second,6:0} {s.ProcessId,8} {s.Memory / 1048576.0,10:0.0} {s.Descriptors,12} {s.Tunnels,8}")));
    }

    private static int MedianOwn(IEnumerable<Sample> samples)
    {
        int[] own = [.. samples.Select(s => s.Descriptors - 2 * s.Tunnels).Order()];
        return own[own.Length / 2];
    }

    private void Take(double second, int id, int tunnels)
    {
        try
        {
            _samples.Add(new(second, id, ProcessProbe.ProportionalBytes(id), ProcessProbe.Descriptors(id), tunnels));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // It has just been replaced.
        }
    }
}
