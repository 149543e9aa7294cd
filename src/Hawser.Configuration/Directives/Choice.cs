namespace Hawser.Configuration.Directives;

/// <summary>A word that stands for a value. Compared without case, as nginx compares words of a list.</summary>
/// <remarks>Not a tuple: code for tuples of our types cannot be compiled ahead of time, and this is read at every start.</remarks>
internal readonly struct Choice<T>(string name, T value)
{
    public string Name { get; } = name;

    public T Value { get; } = value;
}
