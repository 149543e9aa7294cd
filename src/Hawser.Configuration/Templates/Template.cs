using System.Collections.Immutable;

namespace Hawser.Configuration.Templates;

/// <summary>
/// A value with variables in it: <c>"$scheme://$host"</c>. What nginx calls a complex value.
/// </summary>
public sealed class Template
{
    /// <summary>The template that is always the empty string.</summary>
    public static readonly Template Empty = new("", []);

    /// <summary>Creates a template of parts already parsed.</summary>
    /// <param name="source">The text as written, a byte string.</param>
    /// <param name="parts">The parts; adjacent literals are allowed but of no use.</param>
    public Template(string source, ImmutableArray<TemplatePart> parts)
    {
        ArgumentNullException.ThrowIfNull(source);
        Source = source;
        Parts = parts;
        IsConstant = true;
        foreach (TemplatePart part in parts)
            IsConstant &= part is LiteralPart;
    }

    /// <summary>The text as written, a byte string.</summary>
    public string Source { get; }

    /// <summary>Literals, variables and captures in order. Empty for the empty string.</summary>
    public ImmutableArray<TemplatePart> Parts { get; }

    /// <summary>True if there is no variable and no capture.</summary>
    public bool IsConstant { get; }

    /// <summary>The value of a constant template, a byte string.</summary>
    /// <exception cref="InvalidOperationException">The template is not constant.</exception>
    public string ConstantValue
    {
        get
        {
            if (!IsConstant)
                throw new InvalidOperationException($"\"{Source}\" has variables.");
            return Parts switch
            {
                [] => "",
                [LiteralPart single] => single.Value,
                _ => string.Concat(Literals()),
            };
        }
    }

    /// <summary>Makes a template that is one literal.</summary>
    public static Template Constant(string value) => value.Length == 0 ? Empty : new Template(value, [new LiteralPart(value)]);

    /// <inheritdoc />
    public override string ToString() => Source;

    private IEnumerable<string> Literals()
    {
        foreach (TemplatePart part in Parts)
            yield return ((LiteralPart)part).Value;
    }
}

/// <summary>A piece of a <see cref="Template"/>.</summary>
public abstract record TemplatePart;

/// <summary>Bytes that are always the same.</summary>
/// <param name="Value">A byte string.</param>
public sealed record LiteralPart(string Value) : TemplatePart;

/// <summary>The value of a variable.</summary>
/// <param name="Name">The name without <c>$</c> and braces, in lower case: nginx does not tell the cases of a variable's name apart.</param>
public sealed record VariablePart(string Name) : TemplatePart;

/// <summary>A group of the last regular expression that matched.</summary>
/// <param name="Number">1 to 9.</param>
public sealed record CapturePart(int Number) : TemplatePart;

/// <summary>The query string of a <c>rewrite</c> starts here: an unescaped <c>?</c> in a replacement that stays on the server.</summary>
public sealed record ArgumentsPart : TemplatePart;
