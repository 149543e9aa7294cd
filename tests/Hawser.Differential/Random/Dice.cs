namespace Hawser.Differential.Random;

/// <summary>Choices that a seed decides: the same seed, the same choices, on every machine and in every release of .NET.</summary>
/// <remarks>SplitMix64; <see cref="System.Random"/> promises no sequence across versions.</remarks>
public sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number from 0 up to, and without, <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>True in so many of a hundred cases.</summary>
    public bool Percent(int chance) => Below(100) < chance;

    /// <summary>One of the values, each as likely as the others.</summary>
    public T Pick<T>(params ReadOnlySpan<T> values) => values[Below(values.Length)];

    /// <summary>A seed for something that should not depend on how often this one is asked.</summary>
    public ulong Fork() => Next();

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
