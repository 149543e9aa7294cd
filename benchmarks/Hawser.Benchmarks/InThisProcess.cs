using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Hawser.Benchmarks;

/// <summary>
/// Benchmarks in the process that was started. By default each would be built once more as a program of its own, which takes minutes for a repository with
/// analyzers, and gains nothing where allocations and orders of magnitude are what counts.
/// </summary>
internal class InThisProcess : ManualConfig
{
    public InThisProcess() => AddJob(Configure(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(8).WithIterationCount(8)));

    protected virtual Job Configure(Job job) => job;
}
