namespace Hawser.Gateway.Variables;

/// <summary>A variable that the configuration uses, with its slot.</summary>
public sealed class VariableModel(string name, int index, VariableGetter get)
{
    /// <summary>Without <c>$</c>, in lower case.</summary>
    public string Name { get; } = name;

    /// <summary>The slot in <see cref="Exchange.HttpExchange"/> that holds the value once computed.</summary>
    public int Index { get; } = index;

    public VariableGetter Get { get; } = get;

    /// <summary>Runs on <c>set</c> in addition to storing the value.</summary>
    public VariableSetter? Set { get; init; }

    /// <summary>Computed anew at each use (nginx: not cacheable): <c>$args</c>, <c>$request_time</c>, a <c>volatile</c> map.</summary>
    public bool IsVolatile { get; init; }

    /// <summary>Known only when the exchange or its tunnel has ended (<c>$bytes_sent</c>, <c>$request_time</c>): a tunnel's log record leaves a hole for it.</summary>
    public bool IsLate { get; init; }

    /// <summary>The beginning of a late value that will not change any more: the upstream attempts before the last one. Null: there is none.</summary>
    public VariableGetter? GetSettled { get; init; }
}
