namespace Hawser.Configuration.Directives;

/// <summary>How many arguments a directive takes, and whether it opens a block.</summary>
/// <param name="Minimum">At least so many.</param>
/// <param name="Maximum">At most so many.</param>
/// <param name="IsBlock">True if <c>{</c> must follow.</param>
public readonly record struct Arity(int Minimum, int Maximum, bool IsBlock = false)
{
    // nginx's NGX_CONF_MAX_ARGS is 8, the name included, and binds only what has no open end.
    private const int Unbounded = int.MaxValue;

    /// <summary>No argument.</summary>
    public static readonly Arity None = new(0, 0);

    /// <summary>Exactly one.</summary>
    public static readonly Arity One = new(1, 1);

    /// <summary>Exactly two.</summary>
    public static readonly Arity Two = new(2, 2);

    /// <summary>One or two.</summary>
    public static readonly Arity OneOrTwo = new(1, 2);

    /// <summary>One to three.</summary>
    public static readonly Arity OneToThree = new(1, 3);

    /// <summary>Two or three.</summary>
    public static readonly Arity TwoOrThree = new(2, 3);

    /// <summary>One to four.</summary>
    public static readonly Arity OneToFour = new(1, 4);

    /// <summary>At least one.</summary>
    public static readonly Arity OneOrMore = new(1, Unbounded);

    /// <summary>At least two.</summary>
    public static readonly Arity TwoOrMore = new(2, Unbounded);

    /// <summary>A block without arguments.</summary>
    public static readonly Arity Block = new(0, 0, IsBlock: true);

    /// <summary>The same number of arguments before a block.</summary>
    public Arity WithBlock() => this with { IsBlock = true };

    /// <summary>Whether a number of arguments is allowed.</summary>
    public bool Accepts(int count) => count >= Minimum && count <= Maximum;
}
