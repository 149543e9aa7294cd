namespace Hawser.Gateway.Variables;

/// <summary>A variable that exists, whether a configuration uses it or not: what becomes a <see cref="VariableModel"/> on first use.</summary>
/// <param name="Get">Computes it.</param>
public sealed record VariableDefinition(VariableGetter Get)
{
    /// <inheritdoc cref="VariableModel.Set"/>
    public VariableSetter? Set { get; init; }

    /// <inheritdoc cref="VariableModel.IsVolatile"/>
    public bool IsVolatile { get; init; }

    /// <inheritdoc cref="VariableModel.IsLate"/>
    public bool IsLate { get; init; }

    /// <inheritdoc cref="VariableModel.GetSettled"/>
    public VariableGetter? GetSettled { get; init; }

    internal VariableModel ToModel(string name, int index) => new(name, index, Get)
    {
        Set = Set,
        IsVolatile = IsVolatile,
        IsLate = IsLate,
        GetSettled = GetSettled,
    };
}
