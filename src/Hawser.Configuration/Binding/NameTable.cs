using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>What a host name with or without a wildcard stands for.</summary>
internal enum NameShape
{
    Exact,
    Dot,
    LeadingWildcard,
    TrailingWildcard,
}

/// <summary>Finds names that conflict, by the rules of nginx's hash tables of host names (ngx_hash_add_key).</summary>
internal sealed class NameTable
{
    private readonly HashSet<string> _exact = [];
    private readonly HashSet<string> _leading = [];
    private readonly HashSet<string> _trailing = [];

    /// <summary>The shape of a name; null if it is none: two wildcards, a wildcard in the middle, two dots in a row.</summary>
    public static NameShape? Classify(string name)
    {
        int star = name.IndexOf('*');
        if (name.Contains("..", StringComparison.Ordinal) || name.Contains('\0') || (star >= 0 && name.IndexOf('*', star + 1) >= 0))
            return null;
        if (name.Length > 1 && name[0] == '.')
            return NameShape.Dot;
        if (name.Length > 2 && name.StartsWith("*.", StringComparison.Ordinal))
            return NameShape.LeadingWildcard;
        if (name.Length > 2 && name.EndsWith(".*", StringComparison.Ordinal))
            return NameShape.TrailingWildcard;
        return star >= 0 ? null : NameShape.Exact;
    }

    /// <summary>Adds a name. False if one like it is there.</summary>
    public bool TryAdd(string name, NameShape shape)
    {
        string lower = ByteText.ToLower(name);
        return shape switch
        {
            NameShape.Exact => _exact.Add(lower),
            // ".example.org" is both the name and all below it.
            NameShape.Dot => _exact.Add(lower[1..]) && _leading.Add(lower[1..]),
            NameShape.LeadingWildcard => _leading.Add(lower[2..]),
            _ => _trailing.Add(lower[..^2]),
        };
    }
}
