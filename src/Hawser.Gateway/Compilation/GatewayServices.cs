using Hawser.Gateway.Logging;

namespace Hawser.Gateway.Compilation;

/// <summary>What outlives configurations: a reload finds its log files open and its clock ticking.</summary>
public sealed class GatewayServices(TimeProvider time)
{
    public TimeProvider Time { get; } = time;

    public LogFileRegistry LogFiles { get; } = new(time);
}
