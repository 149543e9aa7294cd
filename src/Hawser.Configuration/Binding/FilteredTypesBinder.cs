using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary><c>gzip_types</c>, <c>charset_types</c></summary>
internal static class FilteredTypesBinder
{
    // Never left out, whatever is listed.
    private const string Always = "text/html";

    /// <summary>Reads the types of one line; those of earlier lines of the block stay.</summary>
    public static FilteredTypes Types(BindContext context)
    {
        FilteredTypes? earlier = context.Existing<FilteredTypes>();
        if (earlier is { MatchesAll: true })
            return earlier;
        var types = new List<string>(earlier?.Types ?? [Always]);
        while (context.HasMore)
        {
            Argument argument = context.Next();
            if (argument.Value == "*")
                return new FilteredTypes(MatchesAll: true, []);
            string type = ByteText.ToLower(argument.Value);
            if (types.Contains(type))
                context.Warn(argument, $"duplicate MIME type \"{type}\"");
            else
                types.Add(type);
        }
        return new FilteredTypes(MatchesAll: false, [.. types]);
    }

    /// <summary>A later line starts from the earlier ones.</summary>
    public static FilteredTypes Combine(FilteredTypes earlier, FilteredTypes later) => later;

    public static FilteredTypes Default(params ImmutableArray<string> types) => new(MatchesAll: false, types);
}
