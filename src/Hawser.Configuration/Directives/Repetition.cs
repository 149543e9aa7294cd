namespace Hawser.Configuration.Directives;

/// <summary>What a second use of a directive in the same block means.</summary>
public enum Repetition
{
    /// <summary>An error: <c>"x" directive is duplicate</c>.</summary>
    Duplicate,

    /// <summary>The values add up.</summary>
    Append,

    /// <summary>The last one counts.</summary>
    Replace,
}

/// <summary>How a block comes by a value it does not set itself.</summary>
public enum Inheritance
{
    /// <summary>It has that of the block around it.</summary>
    Single,

    /// <summary>
    /// A list: it has the whole list of the block around it, and only if it has no entry of its own (<c>add_header</c>, <c>proxy_set_header</c>).
    /// </summary>
    List,

    /// <summary>It has none.</summary>
    None,

    /// <summary>Like <see cref="None"/>, except that <c>if</c> and <c>limit_except</c> take over their location's value (<c>proxy_pass</c>).</summary>
    NestedOnly,
}
