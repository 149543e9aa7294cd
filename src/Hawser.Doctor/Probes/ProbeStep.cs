using System.Collections.Immutable;
using Hawser.Doctor.Findings;

namespace Hawser.Doctor.Probes;

/// <summary>How a step of a probe went.</summary>
internal enum ProbeResult
{
    Passed,

    /// <summary>It went, and something about it is worth knowing.</summary>
    Noted,

    Failed,
}

/// <summary>One step of a probe, told as soon as it is done.</summary>
/// <param name="Key">The text that says what happened, of the texts <c>probe</c>; <c>KEY.fix</c> says what to do.</param>
internal sealed record ProbeStep(ProbeResult Result, string Key, ImmutableArray<TextValue> Values)
{
    public ProbeStep(ProbeResult result, string key, params ReadOnlySpan<TextValue> values)
        : this(result, key, ImmutableArray.Create(values))
    {
    }
}
